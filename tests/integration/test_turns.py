"""Turns on real PostgreSQL: answered once, never over a person, and what the network did reaches whoever owns it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import func, select, update

from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_provider, policy_of, provider_row
from bot.facts import Sources
from bot.send_code import MOST_CODES
from bot.texts import Texts
from bot.turns import Bot, Business, give_up, take_turn
from core.db import Database
from core.errors import Conflict
from core.phone import match_key
from demo import DEMO_FILE, seed_demo
from handoff.access import Attendant, attendant_of
from handoff.claim import take
from handoff.routing.terms import Routing
from models import utc_now
from models.agent import Agent
from models.contact import Contact, ContactAlias
from models.conversation import Conversation, new_protocol
from models.customer import Customer, CustomerPhone
from models.message import Message
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.ticket import Ticket
from models.trust_unlock import TrustUnlock
from nlu.fake import FakeParser
from nlu.ports import Parser
from nlu.understanding import Understanding
from tests.integration.desk import conversation, messages

ANA, BRUNO, DAVI, STRANGER = "5512981110001", "5512981110002", "5512981110004", "5512981119999"
INTENTS = {
    "oi": "greet",
    "boleto": "invoice_second_copy",
    "oi\nboleto\npor favor": "invoice_second_copy",
    "libera meu sinal": "signal_release",
    "sem internet": "outage_no_connection",
    "obrigado": "thanks",
}


class SlowParser(FakeParser):
    """Understands only once it is let go, and says when it was asked."""

    def __init__(self) -> None:
        super().__init__(INTENTS)
        self.begun, self.go_on = Event(), Event()

    def parse(self, text: str) -> Understanding:
        self.begun.set()
        assert self.go_on.wait(20)
        return super().parse(text)


@pytest.fixture
def demo(db: Database) -> Database:
    """The demo provider with its customers and agents."""
    assert seed_demo(db, DEMO_FILE, "senha-de-teste")
    return db


def a_bot(
    db: Database,
    parser: Parser | None = None,
    *,
    debounce: float = 0,
    proof: str = "two_facts",
    language: str = "pt_BR",
) -> Bot:
    erp = LocalErp(SqlStore(db), lambda: load_provider(db))

    def business() -> Business:
        with db.transaction() as session:
            row = provider_row(session)
            return Business(load_provider(db), policy_of(row))

    return Bot(
        db=db,
        sources=Sources(db, erp, parser or FakeParser(INTENTS), "uma-chave-de-teste", language=language),
        business=business,
        texts=Texts.load(language),
        proof=proof,
        debounce=timedelta(seconds=debounce),
    )


def open_conversation(db: Database, wa_id: str) -> int:
    """A new conversation of the bot with this phone."""
    with db.transaction() as session:
        contact = Contact(channel="whatsapp", profile_name="")
        session.add(contact)
        session.flush()
        key = match_key(wa_id)
        assert key
        for kind, value in (("wa_id", wa_id), ("match_key", key)):
            session.add(ContactAlias(contact_id=contact.id, channel="whatsapp", kind=kind, value=value))
        row = Conversation(contact_id=contact.id, channel="whatsapp", protocol=new_protocol(session, "20261122"))
        session.add(row)
        session.flush()
        return row.id


def write(db: Database, conversation_id: int, *texts: str, reply_id: str = "") -> None:
    """Messages of the customer, as intake stores them."""
    for text in texts:
        with db.transaction() as session:
            session.add(
                Message(
                    conversation_id=conversation_id,
                    channel="whatsapp",
                    direction="in",
                    text=text,
                    payload={"reply_id": reply_id},
                    provider_at=utc_now(),
                )
            )


def replies(db: Database, conversation_id: int) -> list[str]:
    return [message.text for message in messages(db, conversation_id, "out")]


def unanswered(db: Database, conversation_id: int) -> int:
    return sum(message.handled_at is None for message in messages(db, conversation_id, "in"))


def jobs(db: Database) -> list[NetworkJob]:
    with db.transaction() as session:
        return list(session.scalars(select(NetworkJob).order_by(NetworkJob.id)))


def end_job(db: Database, job_id: int, state: str, **facts: object) -> None:
    with db.transaction() as session:
        values = {"state": state, "outcome": "read_back", "facts": facts, "finished_at": utc_now()}
        session.execute(update(NetworkJob).where(NetworkJob.id == job_id).values(**values))


def karina(db: Database) -> Attendant:
    with db.transaction() as session:
        return attendant_of(session.scalars(select(Agent).where(Agent.login == "karina")).one())


def taken_by_a_person(db: Database, conversation_id: int) -> None:
    """As the console does it."""
    with db.transaction() as session:
        take(session, conversation_id, karina(db))
    assert conversation(db, conversation_id).handler == "agent"


def at_once(*calls: Callable[[], None]) -> list[BaseException]:
    """Runs the calls in parallel; gives what they raised."""
    start, raised = Barrier(len(calls)), list[BaseException]()

    def run(call: Callable[[], None]) -> None:
        start.wait(20)
        try:
            call()
        except (Conflict, AssertionError) as error:
            raised.append(error)

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def test_second_copy_is_one_message_with_its_pdf_and_one_delivery(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "boleto")
    take_turn(number, bot=a_bot(demo))
    (message,) = messages(demo, number, "out")
    assert (message.kind, message.status, message.author) == ("document", "queued", "bot")
    assert message.attachment_id is not None
    assert "F-1001-1" in message.text
    assert conversation(demo, number).protocol in message.text
    with demo.transaction() as session:
        work = session.scalars(select(Outbox).where(Outbox.topic == "deliver")).all()
        contact = session.get_one(Contact, conversation(demo, number).contact_id)
    assert [row.ref_id for row in work] == [message.id]
    assert (contact.customer_ref, contact.proved_by) == ("cli-1001", "phone")
    assert unanswered(demo, number) == 0


def test_turn_answers_once_when_it_is_taken_twice_in_parallel(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "boleto")
    bot = a_bot(demo)
    raised = at_once(*[lambda: take_turn(number, bot=bot)] * 6)
    assert all(isinstance(error, Conflict) for error in raised)
    assert len(replies(demo, number)) == 1
    take_turn(number, bot=bot)
    assert len(replies(demo, number)) == 1


def test_parallel_yes_is_one_unlock_and_one_job(demo: Database) -> None:
    number = open_conversation(demo, BRUNO)
    bot = a_bot(demo)
    write(demo, number, "libera meu sinal")
    take_turn(number, bot=bot)
    write(demo, number, "sim", "sim")
    at_once(*[lambda: take_turn(number, bot=bot)] * 4)
    write(demo, number, "sim")
    take_turn(number, bot=bot)
    with demo.transaction() as session:
        assert (
            session.scalar(select(func.count()).select_from(TrustUnlock).where(TrustUnlock.contract_ref == "1002")) == 1
        )
    (job,) = jobs(demo)
    assert (job.action, job.contract_ref, job.state) == ("release_signal", "1002", "asked")
    assert len(replies(demo, number)) == 1, "the result will answer"
    assert unanswered(demo, number) == 1, "what was written meanwhile waits for the result"
    end_job(demo, job.id, "verified")
    take_turn(number, bot=bot)
    assert "foi liberado" in replies(demo, number)[-1]
    assert unanswered(demo, number) == 0


def test_reply_is_not_written_when_a_person_took_over_while_it_was_thought_of(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "boleto")
    parser = SlowParser()
    raised = list[BaseException]()

    def turn() -> None:
        try:
            take_turn(number, bot=a_bot(demo, parser))
        except Conflict as conflict:
            raised.append(conflict)

    thread = Thread(target=turn)
    thread.start()
    assert parser.begun.wait(20)
    taken_by_a_person(demo, number)
    parser.go_on.set()
    thread.join(20)
    assert [error.code for error in raised if isinstance(error, Conflict)] == ["conversation_changed"]
    assert replies(demo, number) == []
    assert conversation(demo, number).handler == "agent"
    take_turn(number, bot=a_bot(demo))
    assert replies(demo, number) == [], "called again, the bot stays silent"


def test_burst_gets_one_answer_when_its_last_turn_comes(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "oi", "boleto", "por favor")
    eager = a_bot(demo, debounce=60)
    take_turn(number, bot=eager)
    assert replies(demo, number) == [], "more may be coming"
    bot = a_bot(demo)
    for _ in range(3):
        take_turn(number, bot=bot)
    assert len(replies(demo, number)) == 1
    assert "F-1001-1" in replies(demo, number)[0]
    assert unanswered(demo, number) == 0


def test_burst_is_answered_at_last_when_it_does_not_end(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "oi", "boleto", "por favor")
    with demo.transaction() as session:
        first = select(func.min(Message.id)).scalar_subquery()
        old = utc_now() - timedelta(minutes=5)
        session.execute(update(Message).where(Message.id == first).values(received_at=old))
    take_turn(number, bot=a_bot(demo, debounce=60))
    assert len(replies(demo, number)) == 1


def test_result_is_a_note_when_a_person_owns_the_conversation(demo: Database) -> None:
    number = open_conversation(demo, DAVI)
    write(demo, number, "sem internet")
    bot = a_bot(demo)
    take_turn(number, bot=bot)
    (job,) = jobs(demo)
    taken_by_a_person(demo, number)
    take_turn(number, bot=bot)
    assert messages(demo, number, "note") == [], "it still runs"
    end_job(demo, job.id, "verified", line={"onu_state": "los"})
    take_turn(number, bot=bot)
    take_turn(number, bot=bot)
    (note,) = messages(demo, number, "note")
    assert note.text.startswith("Testar a conexão: feita e conferida.")
    assert note.payload["facts"] == {"line": {"onu_state": "los"}}
    assert replies(demo, number) == []


def test_job_that_took_too_long_is_still_told_to_the_person_who_got_it(demo: Database) -> None:
    number = open_conversation(demo, DAVI)
    write(demo, number, "sem internet")
    bot = a_bot(demo)
    take_turn(number, bot=bot)
    (job,) = jobs(demo)
    with demo.transaction() as session:
        session.execute(update(NetworkJob).values(state="running", asked_at=utc_now() - timedelta(minutes=4)))
    take_turn(number, bot=bot)
    assert conversation(demo, number).queue == "N2"
    end_job(demo, job.id, "failed")
    take_turn(number, bot=bot)
    assert len(messages(demo, number, "note")) == 1


def test_verdict_opens_a_ticket_and_waits_for_the_technicians(demo: Database) -> None:
    number = open_conversation(demo, DAVI)
    write(demo, number, "sem internet")
    bot = a_bot(demo)
    take_turn(number, bot=bot)
    (job,) = jobs(demo)
    assert (job.action, job.target["onu"]) == ("diagnose", "ZTEG00000004")
    read_at = utc_now().isoformat()
    end_job(demo, job.id, "verified", line={"onu_state": "los", "rx_dbm": None, "read_at": read_at})
    take_turn(number, bot=bot)
    with demo.transaction() as session:
        (ticket,) = session.scalars(select(Ticket)).all()
    row = conversation(demo, number)
    assert (ticket.contract_ref, ticket.protocol, ticket.evidence["line"]["onu_state"]) == ("1004", row.protocol, "los")
    assert (row.handler, row.queue) == ("queue", "N2")
    assert "Davi Rocha" in row.summary
    assert "LOS" in row.summary


def test_closed_conversation_says_nothing(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "boleto")
    with demo.transaction() as session:
        session.execute(update(Conversation).values(handler="closed", closed_at=utc_now()))
    take_turn(number, bot=a_bot(demo))
    assert replies(demo, number) == []
    assert messages(demo, number, "note") == []


def test_thanks_closes_and_the_next_turn_finds_nothing_to_do(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    bot = a_bot(demo)
    for text in ("boleto", "obrigado"):
        write(demo, number, text)
        take_turn(number, bot=bot)
    assert conversation(demo, number).handler == "closed"
    take_turn(number, bot=bot)
    assert len(replies(demo, number)) == 2


@pytest.mark.parametrize("document", ["529.982.247-25", "123.456.789-09"])
def test_stranger_gets_the_same_answers_for_a_known_and_an_unknown_document(demo: Database, document: str) -> None:
    number = open_conversation(demo, STRANGER)
    bot = a_bot(demo)
    for text in ("boleto", document, "contrato 9, casa 9", "contrato 8, casa 8", "contrato 7, casa 7"):
        write(demo, number, text)
        take_turn(number, bot=bot)
    protocol = conversation(demo, number).protocol
    texts = Texts.load()
    *answers, last = [reply.replace(protocol, "#") for reply in replies(demo, number)]
    # What follows is how long it will take, the same for whoever it is.
    assert [*answers, last.partition("\n\n")[0]] == [
        f"{texts('identify.ask_document')}\n\nProtocolo: #",
        texts("identify.ask_facts"),
        texts("identify.facts_wrong"),
        texts("identify.facts_wrong"),
        texts("handoff.not_identified", queue="N1", protocol="#"),
    ]
    assert conversation(demo, number).handler == "queue"


def test_guesses_of_other_phones_lock_a_document_for_everybody_for_a_day(demo: Database) -> None:
    bot = a_bot(demo)
    for phone in ("5512981118001", "5512981118002"):
        number = open_conversation(demo, phone)
        for text in ("boleto", "529.982.247-25", "casa 1, contrato 1", "casa 2, contrato 2", "casa 3, contrato 3"):
            write(demo, number, text)
            take_turn(number, bot=bot)
    number = open_conversation(demo, STRANGER)
    for text in ("boleto", "529.982.247-25", "contrato 1001, casa 10"):
        write(demo, number, text)
        take_turn(number, bot=bot)
    assert "Não consegui confirmar" in replies(demo, number)[-1]


def test_two_facts_are_remembered_for_the_next_wish(demo: Database) -> None:
    number = open_conversation(demo, STRANGER)
    bot = a_bot(demo)
    for text in ("boleto", "529.982.247-25", "contrato 1001, casa 10", "boleto"):
        write(demo, number, text)
        take_turn(number, bot=bot)
    assert "F-1001-1" in replies(demo, number)[-2]
    assert "F-1001-1" in replies(demo, number)[-1]


def test_phone_that_went_to_others_no_longer_proves_who_it_was(demo: Database) -> None:
    number = open_conversation(demo, STRANGER)
    with demo.transaction() as session:
        ids = session.scalars(select(Customer.id).where(Customer.ref.in_(("cli-1002", "cli-1004"))))
        session.add_all(CustomerPhone(customer_id=each, match_key=f"+{STRANGER}") for each in ids.all())
        session.execute(update(Contact).values(customer_ref="cli-1001", proved_by="phone", proved_at=utc_now()))
    write(demo, number, "boleto")
    take_turn(number, bot=a_bot(demo))
    (reply,) = replies(demo, number)
    assert "CPF ou CNPJ" in reply


def test_person_comes_when_another_machine_answers_each_bubble(demo: Database) -> None:
    bot = a_bot(demo)
    number = open_conversation(demo, STRANGER)
    for _ in range(Routing().loop_answers + 5):
        write(demo, number, "oi")
        take_turn(number, bot=bot)
    assert len(replies(demo, number)) == Routing().loop_answers
    assert conversation(demo, number).handler == "queue"
    assert unanswered(demo, number) == 5


def test_code_goes_to_the_registered_phone_and_nowhere_else(demo: Database) -> None:
    number = open_conversation(demo, STRANGER)
    bot = a_bot(demo, proof="one_time_code")
    for text in ("boleto", "529.982.247-25"):
        write(demo, number, text)
        take_turn(number, bot=bot)
    with demo.transaction() as session:
        (sent,) = session.scalars(select(Message).where(Message.kind == "template")).all()
        (code,) = sent.payload["parameters"]
    assert sent.conversation_id != number
    assert code not in str(conversation(demo, number).dialogue)
    assert all(code not in reply for reply in replies(demo, number))
    write(demo, number, code)
    take_turn(number, bot=bot)
    assert "F-1001-1" in replies(demo, number)[-1]


def test_registered_phone_is_not_flooded_with_codes_that_others_ask_for(demo: Database) -> None:
    bot = a_bot(demo, proof="one_time_code")
    number = open_conversation(demo, STRANGER)
    for wish in ("boleto", "sem internet") * MOST_CODES:
        for text in (wish, "529.982.247-25"):
            write(demo, number, text)
            take_turn(number, bot=bot)
    asked = [reply for reply in replies(demo, number) if bot.texts("identify.ask_code") in reply]
    assert len(asked) > MOST_CODES
    with demo.transaction() as session:
        sent = session.scalars(select(Message).where(Message.kind == "template")).all()
    assert len(sent) == MOST_CODES


def test_person_comes_when_the_bot_gave_up(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "boleto")
    give_up(number, bot=a_bot(demo))
    row = conversation(demo, number)
    assert (row.handler, row.queue, row.handed_off_for) == ("queue", "N1", "o robô não conseguiu responder")
    assert unanswered(demo, number) == 1
