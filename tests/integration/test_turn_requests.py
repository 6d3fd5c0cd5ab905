"""Several requests on real PostgreSQL: what waits is kept between turns, served once, and left to a person's word."""

from __future__ import annotations

from bot.turns import take_turn
from core.db import Database
from handoff.release import give_back
from models.conversation import Conversation
from tests.integration.desk import conversation, messages
from tests.integration.test_turns import (
    ANA,
    BRUNO,
    DAVI,
    a_bot,
    demo,
    end_job,
    jobs,
    karina,
    open_conversation,
    replies,
    taken_by_a_person,
    unanswered,
    write,
)
from tests.unit.bot.build import Reader

__all__ = ["demo"]
TABLE = {
    "sem net e boleto": "outage_no_connection invoice_second_copy",
    "libera e boleto": "signal_release invoice_second_copy",
    "boleto e cancela": "invoice_second_copy cancel_service",
    "talvez boleto": "?invoice_second_copy",
}


def test_second_request_waits_for_the_network_and_is_served_once(demo: Database) -> None:
    number = open_conversation(demo, DAVI)
    write(demo, number, "sem net e boleto")
    take_turn(number, bot=a_bot(demo, Reader(TABLE)))
    assert replies(demo, number) == []
    assert conversation(demo, number).dialogue["pending"] == ["invoice_second_copy"]
    (job,) = jobs(demo)
    write(demo, number, "e aí?")
    take_turn(number, bot=a_bot(demo, Reader(TABLE)))
    assert replies(demo, number) == []
    end_job(demo, job.id, "verified", line={"onu_state": "offline"})
    for _ in range(3):
        take_turn(number, bot=a_bot(demo, Reader(TABLE)))
    told = "\n".join(replies(demo, number))
    assert told.count("não está respondendo") == 1
    assert told.count("F-1004") == 1
    assert conversation(demo, number).dialogue["pending"] == []
    assert unanswered(demo, number) == 0


def test_hand_over_comes_after_what_the_bot_can_answer(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "boleto e cancela")
    take_turn(number, bot=a_bot(demo, Reader(TABLE)))
    row = conversation(demo, number)
    assert "F-1001-1" in "\n".join(replies(demo, number))
    assert (row.handler, row.queue) == ("queue", "Comercial")
    assert "segunda via, cancelamento" in row.summary


def test_what_waited_is_the_persons_who_took_over(demo: Database) -> None:
    number = open_conversation(demo, BRUNO)
    write(demo, number, "libera e boleto")
    take_turn(number, bot=a_bot(demo, Reader(TABLE)))
    assert conversation(demo, number).dialogue["pending"] == ["invoice_second_copy"]
    taken_by_a_person(demo, number)
    with demo.transaction() as session:
        give_back(session, number, karina(demo))
        assert "pending" not in session.get_one(Conversation, number).dialogue
    write(demo, number, "oi")
    take_turn(number, bot=a_bot(demo, Reader(TABLE)))
    assert not any(message.attachment_id for message in messages(demo, number, "out"))


def test_correction_of_a_reading_is_written_with_its_turn(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    for text in ("talvez boleto", "não"):
        write(demo, number, text)
        take_turn(number, bot=a_bot(demo, Reader(TABLE)))
    assert conversation(demo, number).dialogue["misses"] == 1
    assert len(replies(demo, number)) == 2
