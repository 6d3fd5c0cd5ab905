"""From the bot's order to what leaves: an order where the channel shows it, else the bill with its codes in words."""

from __future__ import annotations

import re

import pytest

from billing.payment import Payment
from bot.effects import Document, LinkButton, Say
from bot.say import say
from bot.snapshot import read_snapshot
from core.db import Database
from handoff.console.bubbles import read_bubbles
from models import utc_now
from models.message import Message
from tests.contract.channels.scenarios import BILL, LINE, PIX
from tests.integration.doors import rows
from tests.integration.outgoing import a_chat, a_delivery, an_invoice, the_message
from webhooks.channels.fake import FakeChannel
from webhooks.channels.ports import KINDS, Outgoing
from webhooks.deliver import deliver

ZONE = "America/Sao_Paulo"
PDF = Document("fatura.pdf", "application/pdf", b"%PDF-1.4 fatura")
WORDS = f"Sua fatura\n\n*Pix copia e cola:*\n{PIX}\n\n*Linha digitável:*\n{LINE}"
ORDER = Payment("i-1", "Fatura 1", 11990, PIX, "Conecta", BILL.pix_key, "CNPJ", LINE)
PAY = Say("Sua fatura", document=PDF, payment=ORDER, words=WORDS)
IN_WORDS = frozenset(KINDS) - {"payment"}


def said(db: Database, bubble: Say) -> int:
    """The bot says it; the message's id."""
    chat = a_chat(db)
    with db.transaction() as session:
        say(session, read_snapshot(session, chat), bubble, "invoice_second_copy")
    return max(int(message.id) for message in rows(db, Message))


def left(db: Database, bubble: Say, channel: FakeChannel) -> list[Outgoing]:
    """What leaves when the bot says it."""
    first = said(db, bubble)
    delivery = a_delivery(db, {"meta": channel})
    for message in sorted(rows(db, Message), key=lambda message: message.id):
        if message.id >= first:
            deliver(message.id, delivery=delivery)
    follow = [message.id for message in rows(db, Message) if message.id > first and message.status == "queued"]
    for id_ in follow:
        deliver(id_, delivery=delivery)
    return channel.taken


def test_order_leaves_as_an_order_with_the_bill_beside_it(db: Database) -> None:
    (sent,) = left(db, PAY, FakeChannel())
    assert sent.payment is not None
    assert (sent.kind, sent.text, sent.payment.ways) == ("payment", "Sua fatura", (PIX, LINE))
    assert sent.file is not None
    assert (sent.file.filename, sent.file.data) == (PDF.filename, PDF.data)


def test_each_sending_of_an_order_has_its_own_reference(db: Database) -> None:
    channel = FakeChannel()
    left(db, PAY, channel)
    left(db, PAY, channel)
    references = [sent.payment.reference for sent in channel.taken if sent.payment]
    assert len(set(references)) == 2
    assert all(re.fullmatch(r"i-1-[0-9a-f]{8}", reference) for reference in references)


def test_order_leaves_as_the_bill_in_words_where_the_channel_shows_none(db: Database) -> None:
    (sent,) = left(db, PAY, FakeChannel(kinds=IN_WORDS))
    assert (sent.kind, sent.text, sent.payment) == ("document", WORDS, None)
    assert sent.file is not None


@pytest.mark.parametrize("captions", [True, False])
def test_words_without_room_beside_the_bill_follow_it_once(db: Database, captions: bool) -> None:
    long = f"Sua fatura\n\n{'Obrigado. ' * 80}\n\n{WORDS}\n\n{'Até logo. ' * 20}".strip()
    channel = FakeChannel(captions_documents=captions, kinds=IN_WORDS)
    bill, rest = left(db, Say("Sua fatura", document=PDF, payment=ORDER, words=long), channel)
    assert (bill.kind, rest.kind) == ("document", "text")
    assert "".join((bill.text + rest.text).split()) == "".join(long.split())
    assert PIX in (bill.text + "\n" + rest.text).split("\n")
    assert bool(bill.text) is captions


def test_document_keeps_what_its_caption_had_room_for(db: Database) -> None:
    caption = f"{'a' * 900}\n\n{'b' * 900}"
    id_ = an_invoice(db, a_chat(db), caption)
    channel = FakeChannel()
    deliver(id_, delivery=a_delivery(db, {"meta": channel}))
    assert (channel.taken[0].text, the_message(db, id_).text) == ("a" * 900, "a" * 900)
    assert [message.text for message in rows(db, Message) if message.id > id_] == ["b" * 900]


def test_link_leaves_as_a_button(db: Database) -> None:
    (sent,) = left(db, Say("Acompanhe", link=LinkButton("Abrir mapa", "https://exemplo.com.br")), FakeChannel())
    assert sent.link is not None
    assert (sent.kind, sent.link.title, sent.link.url) == ("link", "Abrir mapa", "https://exemplo.com.br")


def test_agents_see_an_order_with_its_ways_to_pay_and_its_bill(db: Database) -> None:
    said(db, PAY)
    with db.reading() as session:
        bubbles, _ = read_bubbles(session, rows(db, Message)[0].conversation_id, utc_now(), ZONE, limit=None)
    order = bubbles[-1]
    assert (order.text, order.options) == ("Sua fatura", ("Pix", "Boleto"))
    assert order.file is not None
    assert order.file.name == PDF.filename
    assert order.label == "Cobrança para revisar e pagar no WhatsApp"
