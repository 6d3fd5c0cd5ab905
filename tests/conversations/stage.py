"""The whole bot in one process: webhooks in, handlers off the outbox, bubbles out to a channel that keeps them."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

import migrations
from core.db import Database
from core.later import Later
from core.route import Route
from core.settings import load
from demo import DEMO_FILE, seed_demo
from models import Base
from models.outbox import LEASE_SECONDS, claim, finish, postpone
from provisioning.run import run
from tests.conversations.network import DemoNetwork
from tests.unit.provisioning.fakes import FakeOlt, FakePlant
from webhooks.channels import meta_inbound
from webhooks.channels.fake import FakeChannel
from webhooks.deliver import deliver
from webhooks.delivery import Delivery
from webhooks.intake import accept
from webhooks.typing_indicator import show_typing
from wiring import build
from wiring_network import job_finished

# What the product does with a message once it is in; what is planned for later is left alone.
QUEUES = tuple(LEASE_SECONDS)
_serial = itertools.count(1)


class Stage:
    """The product as `wiring` builds it, but for the network and the channel, which are ours and answer at once.

    The database is loaded with the demo once; `start_over` brings it back to that.
    """

    def __init__(self, database_url: str, redis_url: str, nlu_url: str) -> None:
        migrations.upgrade(database_url)
        values = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "NLU_URL": nlu_url, "SECRET_KEY": "k" * 32}
        settings = load({**values, "NLU_TIMEOUT_SECONDS": "10", "TURN_DEBOUNCE_SECONDS": "0"})
        wiring = build(settings)
        self.db: Database = wiring.db
        self.network, self.channel = DemoNetwork(), FakeChannel()
        channels = {meta_inbound.CHANNEL: self.channel}
        delivery = Delivery(self.db, channels, wiring.links, timedelta(seconds=60))
        work = partial(
            run,
            db=self.db,
            plant=FakePlant(self.network, FakeOlt(self.network.read)),
            finished=job_finished,
        )
        ours = {
            "network": Route(work),
            "deliver": Route(partial(deliver, delivery=delivery)),
            "typing": Route(partial(show_typing, db=self.db, channels=channels)),
        }
        self._wiring = replace(wiring, routes={**wiring.routes, **ours})
        seed_demo(self.db, DEMO_FILE, "senha-de-teste")
        with self.db.engine.connect() as connection:
            tables = Base.metadata.sorted_tables
            self._demo = {
                table.name: [dict(row._mapping) for row in connection.execute(table.select())] for table in tables
            }

    def close(self) -> None:
        """Lets go of the database."""
        self.db.engine.dispose()

    def start_over(self) -> None:
        """The demo as it was loaded: nobody has written yet."""
        with self.db.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
            for table in Base.metadata.sorted_tables:
                if self._demo[table.name]:
                    connection.execute(table.insert(), self._demo[table.name])
        self.network.start_over()
        self.channel.taken.clear()

    def arrive(self, wa_id: str, *messages: dict[str, Any]) -> None:
        """Messages of one person, each in a webhook of its own, all there before the first is read."""
        for message in messages:
            known = {"from": wa_id, "id": f"wamid.{next(_serial)}", "timestamp": str(int(time.time()))}
            contact = {"profile": {"name": "Fulana"}, "wa_id": wa_id}
            value = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{**known, **message}]}
            change = {"changes": [{"field": "messages", "value": value}]}
            accept(self.db, "meta", json.dumps({"entry": [change]}).encode())

    def work(self) -> None:
        """Does all that is due, on every queue, until nothing is."""
        while any([self._one(queue) for queue in QUEUES]):
            pass

    def _one(self, queue: str) -> bool:
        with self.db.transaction() as session:
            row = claim(session, queue)
        if row is None:
            return False
        try:
            self._wiring.routes[row.topic].handle(row.ref_id)
        except Later as later:
            with self.db.transaction() as session:
                postpone(session, row.id, later.seconds, counts_as_try=False)
            return True
        with self.db.transaction() as session:
            finish(session, row.id)
        return True

    def option(self, name: str) -> dict[str, str]:
        """The newest button or row with this id that was sent, as a tap returns it."""
        for bubble in reversed(self.channel.taken):
            for known, title, _ in bubble.options:
                if known == name:
                    return {"id": known, "title": title}
        shown = [option[0] for bubble in self.channel.taken for option in bubble.options]
        raise AssertionError(f"nothing to tap: {name}; there are {shown}")

    def rows(self, query: str, **values: object) -> Sequence[sa.Row[Any]]:
        """Rows of the product's database."""
        with self.db.engine.connect() as connection:
            return connection.execute(sa.text(query), values).all()
