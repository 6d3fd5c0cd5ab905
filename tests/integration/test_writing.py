"""What people write: ready answers with values, files, quotes, reactions, repeats, drafts and mentions."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from core.db import Database
from handoff.access import Attendant
from handoff.outcome import Denied, Done
from handoff.writing.again import send_again
from handoff.writing.canned import CannedForm, canned_for, delete_canned, save_canned
from handoff.writing.drafts import drafts_of, save_draft
from handoff.writing.files import LARGEST, MB, SendableFile, send_file, sendable_file
from handoff.writing.marks import offered_tags, prioritise, tag, untag
from handoff.writing.mentions import mentions_of, see_mentions, unseen_count, write_note
from handoff.writing.quoting import react
from handoff.writing.sending import Written, send_written
from handoff.writing.values import known_values
from models.canned_reply import CannedReply
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.invoice import Invoice
from models.mention import Mention
from models.message import Message
from models.outbox import Outbox
from models.provider import Provider
from tests.integration.desk import a_conversation, a_provider, audited, conversation, messages, the_cast
from tests.integration.writing_rows import a_canned, a_macro, a_png

PDF = SendableFile("contrato.pdf", "document", "application/pdf", b"%PDF-1.7")


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    a_provider(db)
    return the_cast(db)


@pytest.fixture
def helena(cast: dict[str, Attendant]) -> Attendant:
    return cast["helena"]


@pytest.fixture
def karina(cast: dict[str, Attendant]) -> Attendant:
    return cast["karina"]


@pytest.fixture
def id_(db: Database, helena: Attendant) -> int:
    return a_conversation(db, name="Davi", handler="agent", owner=helena)


def say(db: Database, id_: int, who: Attendant, text: str, press: str = "t", **more: object) -> Done | Denied:
    with db.transaction() as session:
        return send_written(session, id_, who, Written(text, press, **more))  # type: ignore[arg-type]


def deliveries(db: Database) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Outbox).where(Outbox.topic == "deliver")) or 0


def test_values_name_contract_and_bill_only_of_who_proved_it(db: Database, id_: int, helena: Attendant) -> None:
    with db.transaction() as session:
        customer = Customer(ref="davi", name="Davi Rocha", document="16899535009", document_kind="cpf")
        session.add(customer)
        session.flush()
        plan = {"plan": "Fibra", "monthly_fee_cents": 9990, "address": "Rua da Serra, 4", "pppoe_login": "davi"}
        contract = Contract(ref="1004", customer_id=customer.id, number="1004", **plan)
        session.add(contract)
        session.flush()
        bill = {"contract_id": contract.id, "number": "F-1", "amount_cents": 9990, "due_date": date(2026, 12, 10)}
        session.add(Invoice(ref="i", **bill))
        row = session.get_one(Conversation, id_)
        stranger = known_values(session, row, helena)
        session.get_one(Contact, row.contact_id).customer_ref = "davi"
        known = known_values(session, row, helena)
    assert set(stranger) == {"cliente", "protocolo", "atendente", "empresa"}
    assert (known["contrato"], known["fatura_valor"], known["fatura_vencimento"]) == ("1004", "R$ 99,90", "10/12/2026")
    assert (known["cliente"], known["atendente"]) == ("Davi", "Helena")


def test_text_with_an_open_place_is_refused(db: Database, id_: int, helena: Attendant) -> None:
    assert say(db, id_, helena, "Valor: {{fatura_valor}}") == Denied("Falta preencher: Valor da fatura.")
    assert messages(db, id_, "out") == []


def test_ready_answer_sent_twice_with_one_token_is_one_message_and_one_use(
    db: Database, id_: int, helena: Attendant, karina: Attendant
) -> None:
    canned = a_canned(db, karina)
    for _ in range(2):
        assert isinstance(say(db, id_, helena, "Olá!", canned=(canned,)), Done)
    with db.transaction() as session:
        row = session.get_one(CannedReply, canned)
        assert (row.uses, row.last_used_at is not None) == (1, True)
    assert len(messages(db, id_, "out")) == deliveries(db) == 1


def test_ready_answers_are_offered_by_queue_and_while_in_use(db: Database, karina: Attendant) -> None:
    a_canned(db, karina, "todos", "a")
    a_canned(db, karina, "rede", "b", queues=("N2",))
    a_canned(db, karina, "velha", "c", active=False)
    with db.transaction() as session:
        assert [canned.shortcut for canned in canned_for(session, None)] == ["todos"]
        assert {canned.shortcut for canned in canned_for(session, "N2")} == {"todos", "rede"}


def test_file_of_a_ready_answer_goes_with_the_text_as_caption(
    db: Database, id_: int, helena: Attendant, karina: Attendant
) -> None:
    canned = a_canned(db, karina, "contrato", "Segue", file=PDF)
    assert isinstance(say(db, id_, helena, "Segue o contrato", canned=(canned,), file_of=canned), Done)
    (message,) = messages(db, id_, "out")
    assert (message.kind, message.text, message.attachment_id is not None) == ("document", "Segue o contrato", True)


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (CannedForm("com espaço", "t", "x", ()), "O atalho"),
        (CannedForm("a", "", "x", ()), "O título"),
        (CannedForm("a", "t", "", ()), "Escreva o texto"),
        (CannedForm("a", "t", "{{cpf}}", ()), "Não existe a variável {{cpf}}"),
        (CannedForm("a", "t", "x", ("Inexistente",)), "Não há a fila"),
        (CannedForm("oi", "t", "x", ()), "O atalho /oi já existe"),
        (CannedForm("a", "t", "x" * 1025, (), file=PDF), "legenda"),
    ],
)
def test_ready_answer_without_sense_is_refused(db: Database, karina: Attendant, form: CannedForm, reason: str) -> None:
    a_canned(db, karina)
    with db.transaction() as session:
        done = save_canned(session, karina, form, None)
    assert isinstance(done, Denied)
    assert reason in done.reason


def test_ready_answer_that_a_macro_sends_is_not_deleted(db: Database, karina: Attendant, helena: Attendant) -> None:
    canned = a_canned(db, karina)
    a_macro(db, karina, "responder oi")
    with db.transaction() as session:
        assert isinstance(delete_canned(session, karina, canned), Denied)
        assert isinstance(delete_canned(session, helena, canned), Denied)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("foto.png", a_png(), "image"),
        ("recado.ogg", b"OggS" + bytes(24) + b"OpusHead", "audio"),
        ("contrato.pdf", b"%PDF-1.7", "document"),
        ("planilha.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document"),
        ("filme.mp4", b"\x00\x00\x00\x18ftypmp42", "video"),
    ],
)
def test_file_that_whatsapp_takes_gets_its_kind_from_its_bytes(name: str, data: bytes, kind: str) -> None:
    file = sendable_file(name, data)
    assert isinstance(file, SendableFile)
    assert file.kind == kind


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("boleto.pdf", b"MZ program"),
        ("foto.png", b"<html><script>1</script>"),
        ("figura.svg", b"<svg onload='x'>"),
        ("foto.png", a_png() + b"PK\x05\x06" + bytes(18)),
        ("velho.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("musica.ogg", b"OggS" + bytes(40) + b"vorbis"),
        ("foto.webp", b"RIFF\x00\x00\x00\x00WEBP"),
        ("vazio.pdf", b""),
        ("grande.png", b"\x89PNG\r\n\x1a\n" + bytes(5 * MB)),
        ("grande.pdf", b"%PDF-" + bytes(LARGEST)),
    ],
)
def test_file_that_whatsapp_does_not_take_is_refused_by_its_bytes_and_size(name: str, data: bytes) -> None:
    refused = sendable_file(name, data)
    assert isinstance(refused, Denied)
    assert name in refused.reason


def test_file_is_queued_once_for_one_token_and_written_down(db: Database, id_: int, helena: Attendant) -> None:
    for _ in range(2):
        with db.transaction() as session:
            assert isinstance(send_file(session, id_, helena, PDF, "segue", "t"), Done)
    (message,) = messages(db, id_, "out")
    assert (message.kind, message.text, message.status) == ("document", "segue", "queued")
    assert deliveries(db) == 1
    assert audited(db, "file.sent") == [("helena", f"conversation:{id_}")]


def test_file_is_refused_to_who_is_not_the_owner_or_too_late(db: Database, cast: dict[str, Attendant]) -> None:
    open_one = a_conversation(db, handler="agent", owner=cast["helena"])
    late = a_conversation(db, handler="agent", owner=cast["helena"], hours_ago=30)
    with db.transaction() as session:
        assert isinstance(send_file(session, open_one, cast["karina"], PDF, "", "t"), Denied)
        assert isinstance(send_file(session, late, cast["helena"], PDF, "", "t"), Denied)
    assert deliveries(db) == 0


def failed(db: Database, id_: int, **more: object) -> int:
    usual: dict[str, object] = {"direction": "out", "text": "oi", "status": "failed", "error": "131000"}
    with db.transaction() as session:
        row = Message(conversation_id=id_, channel="whatsapp", author="agent:helena", **{**usual, **more})
        session.add(row)
        session.flush()
        return row.id


def test_message_that_failed_is_sent_again_once_however_often_it_is_pressed(
    db: Database, id_: int, helena: Attendant
) -> None:
    lost = failed(db, id_)
    for _ in range(2):
        with db.transaction() as session:
            assert isinstance(send_again(session, id_, helena, lost), Done)
    first, copy = messages(db, id_, "out")
    assert (first.status, copy.status, copy.text, copy.payload) == ("failed", "queued", "oi", {"again": lost})
    assert deliveries(db) == 1


@pytest.mark.parametrize(
    "more", [{"status": "delivered"}, {"kind": "template"}, {"direction": "note", "status": "received"}]
)
def test_message_that_arrived_or_is_no_reply_is_not_sent_again(
    db: Database, id_: int, helena: Attendant, more: dict[str, object]
) -> None:
    with db.transaction() as session:
        assert isinstance(send_again(session, id_, helena, failed(db, id_, **more)), Denied)


def test_answer_names_only_a_message_of_its_conversation(db: Database, id_: int, helena: Attendant) -> None:
    mine = failed(db, id_, direction="in", status="received", provider_id="wamid.1")
    other = failed(db, a_conversation(db), direction="in", status="received", provider_id="wamid.2")
    say(db, id_, helena, "sim", "1", quoted=mine)
    say(db, id_, helena, "não", "2", quoted=other)
    assert [message.quoted_id for message in messages(db, id_, "out")] == ["wamid.1", None]


def test_reaction_is_put_on_a_customers_message_and_taken_back(db: Database, id_: int, helena: Attendant) -> None:
    asked = failed(db, id_, direction="in", status="received", provider_id="wamid.1")
    for token, emoji in (("1", "👍"), ("1", "👍"), ("2", "")):
        with db.transaction() as session:
            assert isinstance(react(session, id_, helena, asked, emoji, token), Done)
    told = [message.payload["reaction"]["emoji"] for message in messages(db, id_, "out")]
    assert told == ["👍", ""]
    assert messages(db, id_, "in")[-1].reaction == ""


def test_draft_is_kept_by_person_and_mode_and_gone_once_sent(
    db: Database, id_: int, cast: dict[str, Attendant]
) -> None:
    helena = cast["helena"]
    with db.transaction() as session:
        save_draft(session, id_, helena, "reply", "metade")
        save_draft(session, id_, helena, "reply", "metade de uma resposta")
        save_draft(session, id_, helena, "note", "metade de uma nota")
        assert drafts_of(session, id_, cast["karina"]) == {}
    say(db, id_, helena, "pronta")
    with db.transaction() as session:
        assert drafts_of(session, id_, helena) == {"note": "metade de uma nota"}
        write_note(session, id_, helena, "nota pronta", "n")
        assert drafts_of(session, id_, helena) == {}


def test_mention_is_one_row_for_each_person_until_they_look(db: Database, id_: int, cast: dict[str, Attendant]) -> None:
    for _ in range(2):
        with db.transaction() as session:
            words = "@karina, vê isso? @karina @ninguem e-mail ana@helena @lucas"
            assert isinstance(write_note(session, id_, cast["helena"], words, "t"), Done)
    with db.transaction() as session:
        (row,) = session.scalars(select(Mention))
        assert (row.agent_id, row.by, unseen_count(session, cast["karina"])) == (cast["karina"].id, "helena", 1)
        see_mentions(session, id_, cast["karina"])
        assert unseen_count(session, cast["karina"]) == 0
        assert [named.seen for named in mentions_of(session, cast["karina"])] == [True]


def test_note_that_names_somebody_who_may_not_see_it_is_refused(
    db: Database, id_: int, cast: dict[str, Attendant]
) -> None:
    with db.transaction() as session:
        assert isinstance(write_note(session, id_, cast["helena"], "@joana pode ver?", "t"), Denied)
    assert messages(db, id_, "note") == []


def test_whisper_of_a_supervisor_reaches_the_owner_and_never_the_customer(
    db: Database, id_: int, cast: dict[str, Attendant]
) -> None:
    with db.transaction() as session:
        assert isinstance(write_note(session, id_, cast["karina"], "@helena ofereça desconto", "t"), Done)
        assert unseen_count(session, cast["helena"]) == 1
    assert deliveries(db) == 0


def test_tags_are_clean_single_and_written_down(db: Database, id_: int, helena: Attendant) -> None:
    with db.transaction() as session:
        for text in ("  Lentidão ", "lentidão", "Vip"):
            assert isinstance(tag(session, id_, helena, text), Done)
        untag(session, id_, helena, "VIP")
        assert isinstance(tag(session, id_, helena, " , "), Denied)
    assert conversation(db, id_).tags == ["lentidão"]
    assert len(audited(db, "conversation.tagged")) == 2


def test_tags_are_offered_from_the_policy_else_by_use(db: Database, id_: int, helena: Attendant) -> None:
    with db.transaction() as session:
        tag(session, id_, helena, "fibra")
        session.flush()
        assert offered_tags(session) == ["fibra"]
        session.scalars(select(Provider)).one().policies = {"desk": {"tags": ["Lento", "vip"]}}
        session.flush()
        assert offered_tags(session) == ["lento", "vip"]


def test_priority_is_set_by_its_owner_or_a_supervisor(db: Database, id_: int, cast: dict[str, Attendant]) -> None:
    with db.transaction() as session:
        assert isinstance(prioritise(session, id_, cast["igor"], "alta"), Denied)
        assert isinstance(prioritise(session, id_, cast["karina"], "alta"), Done)
        assert isinstance(prioritise(session, id_, cast["helena"], "enorme"), Denied)
    assert conversation(db, id_).priority == 1
