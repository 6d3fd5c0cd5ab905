"""`python -m bench outages`: from the cut to the incident and the first right answer, and how detection grows."""

from __future__ import annotations

import random
import resource
import signal
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import insert, select, text, update

import migrations
from core.db import Database, make_engine
from models import utc_now
from models.contract import Contract
from models.customer import Customer
from models.device import Device
from models.incident import Incident
from models.outbox import Outbox
from provisioning.olt import Olt, OnuSeen, Sweep
from provisioning.outages.detect import detect
from provisioning.outages.incidents import incident_of
from provisioning.outages.limits import Limits
from provisioning.outages.line import Line
from provisioning.outages.reports import add_report
from provisioning.outages.sweep import sweep_olt, sweep_olts
from provisioning.ports import Target
from stores import EmbeddedPostgres, start

PER_PON = 64
PER_CTO = 16
SWEEP_SECONDS = 20.0
TICK_SECONDS = 5.0
CUTS = 5
OLT = "BENCH"


class BenchPlant:
    """One OLT in memory. `cut` names the PON whose fibre is gone."""

    def __init__(self, count: int) -> None:
        self.onus = [OnuSeen(f"0/{n // PER_PON}", n % PER_PON, f"HWTC{n:08X}", "online") for n in range(count)]
        self.cut = ""

    def access(self) -> None:
        """There is none."""

    def olt(self, name: str, log: Callable[[str], None]) -> Olt:
        """The only one."""
        return cast(Olt, self)

    def sweep(self) -> Sweep:
        """All ONUs, those of the cut PON without light."""
        cut = self.cut
        onus = (replace(onu, state="los", cause="los") if onu.pon == cut else onu for onu in self.onus)
        return Sweep(tuple(onus), utc_now())

    def close(self) -> None:
        """Nothing is open."""


def main(arguments: list[str]) -> int:
    """Prints every figure; `quick` leaves out what waits for sweeps in real time."""
    growth()
    with database() as db:
        for count in (1_000, 16_000, 100_000):
            sweeps(db, count)
        third_report(db)
        if "quick" not in arguments:
            polling(db)
    return 0


def growth() -> None:
    """The detector alone, over lines in memory, one PON cut and one line in a hundred down by itself."""
    print(f"{'detector':24}{'lines':>10}{'ms':>10}{'peak MB':>10}")
    for count in (1_000, 16_000, 100_000):
        lines, now = _lines(count), utc_now()
        tracemalloc.start()
        began = time.perf_counter()
        found = detect(lines, (), now, Limits())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        traced = time.perf_counter() - began
        began = time.perf_counter()
        detect(lines, (), now, Limits())
        spent = time.perf_counter() - began
        kinds = [(verdict.scope_kind, len(verdict.contracts)) for verdict in found]
        print(f"{'':24}{count:10}{spent * 1e3:10.1f}{peak / 1e6:10.2f}  {kinds} (traced {traced * 1e3:.0f} ms)")


def sweeps(db: Database, count: int) -> None:
    """One sweep of an OLT with `count` ONUs, stored and judged in PostgreSQL: nothing new, and with a cut."""
    plant = fill(db, count)
    device = _device(db)
    first = _timed(lambda: sweep_olt(device, db=db, plant=cast(Any, plant)))
    calm = _timed(lambda: sweep_olt(device, db=db, plant=cast(Any, plant)))
    plant.cut = "0/3"
    cut = _timed(lambda: sweep_olt(device, db=db, plant=cast(Any, plant)))
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"sweep of {count:7} ONUs: first {first:.2f} s, calm {calm:.2f} s, with a cut {cut:.2f} s, {rss:.0f} MB")


def third_report(db: Database) -> None:
    """From the third report of one CTO to the incident, 16,000 ONUs on the OLT; and the answer's look-up."""
    plant = fill(db, 16_000)
    device = _device(db)
    sweep_olt(device, db=db, plant=cast(Any, plant))
    plant.cut = "0/7"
    for number in range(3):
        with db.transaction() as session:
            place = {"olt": OLT, "pon": plant.cut, "cto": f"CTO{7 * PER_PON // PER_CTO}"}
            add_report(session, Target(f"c{7 * PER_PON + number}", "", **place), None)
    began = time.perf_counter()
    sweep_olt(device, db=db, plant=cast(Any, plant))
    seen = time.perf_counter() - began
    answered = _timed(lambda: _answer(db, f"c{7 * PER_PON}"))
    with db.reading() as session:
        waits = session.scalar(select(Outbox.id).where(Outbox.topic == "sweep_olt", Outbox.done_at.is_(None)))
    print(
        f"third report: sweep planned at once {waits is not None}, incident after {seen:.2f} s,"
        f" answer in {answered * 1e3:.1f} ms"
    )


def polling(db: Database) -> None:
    """From a cut at any moment to the incident, in real time, with the rounds that the clock makes."""
    plant = fill(db, 16_000)
    device = _device(db)
    sweep_olt(device, db=db, plant=cast(Any, plant))
    dice, spent = random.Random(5), []
    for number in range(CUTS):
        next_cut = time.perf_counter() + dice.uniform(0, SWEEP_SECONDS)
        cut_at = 0.0
        while not (cut_at and _answer(db, f"c{(10 + number) * PER_PON}")):
            sweep_olts(0, db=db, every_seconds=SWEEP_SECONDS)
            with db.transaction() as session:
                due = session.execute(update(Outbox).where(Outbox.done_at.is_(None)).values(done_at=utc_now())).rowcount  # type: ignore[attr-defined]
            if due:
                sweep_olt(device, db=db, plant=cast(Any, plant))
            tick = time.perf_counter() + (0 if due and cut_at else TICK_SECONDS)
            while time.perf_counter() < tick:
                if not cut_at and time.perf_counter() >= next_cut:
                    plant.cut, cut_at = f"0/{10 + number}", time.perf_counter()
                time.sleep(0.05)
        spent.append(time.perf_counter() - cut_at)
        with db.transaction() as session:
            session.execute(update(Incident).values(ended_at=utc_now(), restored_at=utc_now()))
    print(f"polling every {SWEEP_SECONDS:g} s: cut to right answer {', '.join(f'{one:.1f}' for one in spent)} s")


def fill(db: Database, count: int) -> BenchPlant:
    """An empty database with one OLT and a contract for each of its ONUs."""
    plant = BenchPlant(count)
    with db.transaction() as session:
        session.execute(text("TRUNCATE customer, contract, device, onu_status, incident, outbox, line_report CASCADE"))
        session.add(Device(name=OLT, kind="simulator", role="olt", pop="POP"))
        customer = Customer(ref="bench", name="Bench", document="1", document_kind="cpf")
        session.add(customer)
        session.flush()
        plan = {"number": "1", "plan": "Fibra", "monthly_fee_cents": 1, "address": "Rua", "olt": OLT}
        rows = [
            {"ref": f"c{n}", "pppoe_login": f"c{n}", "pon": onu.pon, "cto": f"CTO{n // PER_CTO}", "onu": onu.serial}
            | {"customer_id": customer.id, "area": f"Bairro {n % 7}", **plan}
            for n, onu in enumerate(plant.onus)
        ]
        session.execute(insert(Contract), rows)
    return plant


@contextmanager
def database() -> Iterator[Database]:
    """A PostgreSQL of its own, migrated, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.prepare()
        process = start(server.command())
        server.wait_ready(lambda: process.poll() is None)
        server.ensure_database("bench")
        migrations.upgrade(server.url("bench"))
        engine = make_engine(server.url("bench"))
        try:
            yield Database(engine)
        finally:
            engine.dispose()
            process.send_signal(signal.SIGINT)
            process.wait(20)


def _lines(count: int) -> list[Line]:
    since = utc_now() - timedelta(minutes=1)
    lines = []
    for n in range(count):
        down = n // PER_PON == 3 or n % 100 == 0
        place = (OLT, f"0/{n // PER_PON}", f"CTO{n // PER_CTO}", f"Bairro {n % 97}", "POP")
        lines.append(Line(f"c{n}", *place, "down" if down else "up", "fibre" if down else "", since if down else None))
    return lines


def _device(db: Database) -> int:
    with db.reading() as session:
        return session.scalars(select(Device.id)).one()


def _answer(db: Database, ref: str) -> bool:
    with db.reading() as session:
        return incident_of(session, ref, utc_now()) is not None


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
