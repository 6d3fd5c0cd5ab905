"""What the desk does, by people and by itself: each act with all that it needs, ready to be done, and done again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.silent_customers import watch_silence
from core.db import Database
from handoff import desk
from handoff.access import Attendant, attendant_of
from handoff.assignment.presence import OFFLINE, fade
from handoff.assignment.push import assign_all
from handoff.assignment.returns import return_abandoned
from handoff.hand_over import hand_over
from handoff.life.firing import send_scheduled
from handoff.life.merging import merge
from handoff.life.scheduled import Wanted, schedule
from handoff.life.snooze import snooze, wake_snoozed
from handoff.life.unmerging import unmerge
from handoff.outcome import Done
from handoff.routing.overflow import overflow
from handoff.satisfaction.nps import ask_nps
from handoff.satisfaction.voting import count_vote, vote_in
from handoff.writing.macros import run_macro
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation
from models.message import Message
from models.presence import Presence
from models.scheduled_message import ScheduledMessage
from models.sla import SlaClock
from models.survey import Survey
from models.webhook_endpoint import WebhookEndpoint
from tests.integration.attendance import put
from tests.integration.desk import a_conversation, conversation
from tests.integration.other_systems import relay
from tests.integration.sla_rows import a_policy, look
from tests.integration.test_nps import set_up as nps_is_due
from tests.integration.waiting import TEXTS, change, chore, open_house, waited
from tests.integration.writing_rows import a_canned, a_macro

Press = Callable[[], object]
Act = Callable[[Database], Press]
CHAIN = [{"percent": 100, "tell": "supervisor"}, {"percent": 150, "queue": "N2"}]


def _house(db: Database, **terms: object) -> dict[str, Attendant]:
    """Open queues, people, and a promise of an hour about everything."""
    open_house(db, **terms)
    a_policy(db, chain=CHAIN)
    with db.transaction() as session:
        return {row.login: attendant_of(row) for row in session.scalars(select(Agent))}


def _waiting(db: Database) -> int:
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        assert hand_over(session, id_, queue="N1", reason="pediu uma pessoa", summary="sem sinal desde ontem")
    return id_


def _taken(db: Database, by: Attendant) -> int:
    id_ = _waiting(db)
    with db.transaction() as session:
        desk.take(session, id_, by)
    return id_


def _in_one(db: Database, act: Callable[[Session], object]) -> Press:
    """The act as the console does it: in a transaction of its own."""

    def press() -> None:
        with db.transaction() as session:
            act(session)

    return press


def claim(db: Database) -> Press:
    """Somebody takes it."""
    helena, id_ = _house(db)["helena"], _waiting(db)
    return _in_one(db, lambda session: desk.take(session, id_, helena))


def reply(db: Database) -> Press:
    """Its owner answers, from a form with a token."""
    helena = _house(db)["helena"]
    id_ = _taken(db, helena)
    return _in_one(db, lambda session: desk.reply(session, id_, helena, "Bom dia!", "t", now=utc_now()))


def transfer(db: Database) -> Press:
    """Its owner sends it up."""
    helena = _house(db)["helena"]
    id_ = _taken(db, helena)
    return _in_one(
        db, lambda session: desk.transfer(session, id_, helena, "N2", "ver a ONU", override="sem acesso", now=utc_now())
    )


def close_and_ask(db: Database) -> Press:
    """Its owner closes it: a farewell that asks how it was."""
    helena = _house(db)["helena"]
    id_ = _taken(db, helena)
    return _in_one(db, lambda session: desk.close(session, id_, helena, now=utc_now()))


def vote(db: Database) -> Press:
    """The customer taps the worst of the survey, which is followed by a question and an alert."""
    helena = _house(db)["helena"]
    id_ = _taken(db, helena)
    _in_one(db, lambda session: desk.close(session, id_, helena, now=utc_now()))()
    contact = conversation(db, id_).contact_id

    def tap(session: Session) -> None:
        found = vote_in(session, contact, "whatsapp", f"csat:{session.scalars(select(Survey.id)).one()}:1", "")
        assert found
        count_vote(session, found, "pt_BR", utc_now())

    return _in_one(db, tap)


def macro(db: Database) -> Press:
    """Five steps with one click."""
    cast = _house(db)
    id_ = _taken(db, cast["helena"])
    a_canned(db, cast["karina"])
    steps = "etiqueta lento\nresponder oi\nprioridade alta\nnota medir o sinal\nencerrar"
    which = a_macro(db, cast["karina"], steps)
    return _in_one(db, lambda session: run_macro(session, id_, cast["helena"], which, "t", now=utc_now()))


def _two_of_one(db: Database) -> tuple[Attendant, int, int]:
    cast = _house(db)
    kept, gone = _taken(db, cast["helena"]), _waiting(db)
    with db.transaction() as session:
        session.execute(update(Message).where(Message.direction == "out").values(status="delivered"))
    return cast["karina"], conversation(db, kept).contact_id, conversation(db, gone).contact_id


def merging(db: Database) -> Press:
    """A supervisor says that two are one."""
    karina, kept, gone = _two_of_one(db)
    return _in_one(db, lambda session: merge(session, kept, gone, karina, "mesma pessoa", now=utc_now()))


def unmerging(db: Database) -> Press:
    """And that they are not."""
    karina, kept, gone = _two_of_one(db)
    with db.transaction() as session:
        done = merge(session, kept, gone, karina, "mesma pessoa", now=utc_now())
    assert isinstance(done, Done)
    return _in_one(db, lambda session: unmerge(session, done.message_id, kept, karina, now=utc_now()))


def scheduled(db: Database) -> Press:
    """Two messages whose moment has come while nothing ran."""
    helena = _house(db)["helena"]
    id_ = _taken(db, helena)
    now = utc_now()
    with db.transaction() as session:
        for text in ("Voltou ao normal?", "E agora?"):
            wanted = Wanted(now + timedelta(hours=2), text)
            schedule(session, id_, helena, wanted, text, language="pt_BR", now=now)
        session.execute(update(ScheduledMessage).values(send_at=now - timedelta(minutes=90)))
    return partial(send_scheduled, 0, db=db)


def waking(db: Database) -> Press:
    """Two that were put off until a while ago."""
    helena = _house(db)["helena"]
    now = utc_now()
    for _ in range(2):
        id_ = _taken(db, helena)
        with db.transaction() as session:
            snooze(session, id_, helena, now + timedelta(minutes=5), "liga às 15h", now=now)
        change(db, id_, snoozed_until=now - timedelta(minutes=30))
    return partial(wake_snoozed, 0, db=db)


def assignment(db: Database) -> Press:
    """A round for three who wait and two who are there."""
    cast = _house(db, push=True)
    put(db, [cast["helena"], cast["karina"]])
    for _ in range(3):
        _waiting(db)
    return partial(assign_all, db, utc_now)


def going_back(db: Database) -> Press:
    """What somebody has who went home with a conversation of theirs."""
    helena = _house(db)["helena"]
    _taken(db, helena)
    put(db, [helena])
    put(db, [helena], OFFLINE)
    long_ago = utc_now() - timedelta(hours=3)
    with db.transaction() as session:
        session.execute(update(Presence).values(since=long_ago, seen_at=long_ago))

    def follow() -> None:
        with db.transaction() as session:
            fade(session, utc_now())
            return_abandoned(session, utc_now())

    return follow


def overflowing(db: Database) -> Press:
    """Two that waited too long for anybody of N1."""
    _house(db, overflow_minutes=15, overflow_to="Transbordo")
    with db.transaction() as session:
        session.execute(update(Agent).where(Agent.login == "igor").values(queues=["Transbordo"]))
    for _ in range(2):
        waited(db, _waiting(db), 16)
    return partial(overflow, 0, db=db)


def warning(db: Database) -> Press:
    """Promises that are broken by half of their time once more: all steps of the chain, late."""
    _house(db)
    _waiting(db)
    with db.transaction() as session:
        start = max(session.scalars(select(SlaClock.started_at)))
    return partial(look, db, start + timedelta(minutes=100))


def _silent(db: Database) -> None:
    helena = _house(db)["helena"]
    for _ in range(2):
        id_ = _taken(db, helena)
        with db.transaction() as session:
            desk.reply(session, id_, helena, "Reiniciou?", f"t{id_}", now=utc_now())
            asked = utc_now() - timedelta(minutes=45)
            own = Message.author == helena.author, Message.direction == "out"
            session.execute(update(Message).where(*own).values(status="delivered", received_at=asked))


def reminding(db: Database) -> Press:
    """Two customers who have not answered."""
    _silent(db)
    return partial(watch_silence, 0, db=db, texts=TEXTS)


def letting_go(db: Database) -> Press:
    """And who did not answer the reminder either."""
    _silent(db)
    watch_silence(0, db=db, texts=TEXTS)
    with db.transaction() as session:
        session.execute(update(Message).where(Message.author.startswith("agent:")).values(received_at=_ago(9)))
        session.execute(update(Conversation).values(reminded_at=_ago(5)))
    return partial(watch_silence, 0, db=db, texts=TEXTS)


def _ago(hours: float) -> datetime:
    return utc_now() - timedelta(hours=hours)


def telling_places(db: Database) -> Press:
    """Two who wait hear that others help now."""
    _house(db, overflow_minutes=15, overflow_to="Transbordo")
    with db.transaction() as session:
        session.execute(update(Agent).where(Agent.login == "igor").values(queues=["Transbordo"]))
    for _ in range(2):
        waited(db, _waiting(db), 16)
    overflow(0, db=db)
    return partial(chore, db, minutes=5)


def asking_nps(db: Database) -> Press:
    """The day's two customers."""
    nps_is_due(db, 2)
    return partial(ask_nps, 0, db=db, language="pt_BR")


def events_out(db: Database) -> Press:
    """What happened is laid ready for another system that wants to hear of it."""
    _house(db)
    with db.transaction() as session:
        session.add(
            WebhookEndpoint(url="https://crm.example.com.br/", events=["*"], secrets=b"sealed", created_by="admin")
        )
    _waiting(db)
    return partial(relay, db)


ACTS = (
    claim,
    reply,
    transfer,
    close_and_ask,
    vote,
    macro,
    merging,
    unmerging,
    scheduled,
    waking,
    assignment,
    going_back,
    overflowing,
    warning,
    reminding,
    letting_go,
    telling_places,
    asking_nps,
    events_out,
)
