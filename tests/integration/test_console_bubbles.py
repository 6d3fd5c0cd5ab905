"""What the thread shows of messages that are more than words, and of what became of them since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.db import Database
from handoff.console.bubbles import Bubble, read_bubbles
from handoff.console.particulars import Part
from models import utc_now
from models.message import Message
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, the_cast

ZONE = "America/Sao_Paulo"


def bubbles(db: Database, *messages: dict[str, Any], conversation_id: int = 0) -> list[Bubble]:
    """A conversation's bubbles, with these messages in it."""
    id_ = conversation_id or a_conversation(db, said=None)
    with db.transaction() as session:
        for values in messages:
            session.add(Message(conversation_id=id_, channel="whatsapp", **{"direction": "in", **values}))
            session.flush()
        found, _ = read_bubbles(session, id_, utc_now(), ZONE, limit=None)
    return found


def only(db: Database, **values: Any) -> Bubble:
    (bubble,) = bubbles(db, values)
    return bubble


def raw(**said: Any) -> dict[str, Any]:
    return {"raw": said}


def test_edited_message_shows_the_new_words_and_keeps_the_earlier_ones_masked(db: Database) -> None:
    at = utc_now()
    edits = [{"at": at.isoformat(), "text": "cpf 529.982.247-25"}, {"at": "?", "text": "oi"}, "x"]
    bubble = only(db, text="oi!", edited_at=at, payload={"edits": edits})
    assert (bubble.text, bubble.marks[0][:10]) == ("oi!", "editada às")
    assert [words for _, words in bubble.earlier] == ["cpf ***.982.247-**", "oi"]
    assert bubble.earlier[1][0] == ""


@pytest.mark.parametrize(("direction", "words"), [("in", "apagada pelo cliente"), ("out", "apagada")])
def test_revoked_message_says_so_and_stays_readable(db: Database, direction: str, words: str) -> None:
    bubble = only(db, text="esquece", direction=direction, revoked_at=utc_now())
    assert (bubble.revoked, bubble.text) == (words, "esquece")


def test_reply_shows_what_it_answers_with_a_way_to_it(db: Database) -> None:
    first, reply = bubbles(
        db, {"text": "cpf 529.982.247-25", "provider_id": "wamid.1"}, {"text": "isso", "quoted_id": "wamid.1"}
    )
    assert reply.quote is not None
    assert (reply.quote.by, reply.quote.text, reply.quote.anchor) == ("Cliente", "cpf ***.982.247-**", first.id)


def test_reply_to_what_we_do_not_have_says_only_that_it_is_one(db: Database) -> None:
    bubbles(db, {"text": "segredo de outra pessoa", "provider_id": "wamid.other"})
    unknown, of_another = bubbles(db, {"quoted_id": "wamid.gone"}, {"quoted_id": "wamid.other"})
    for bubble in (unknown, of_another):
        assert bubble.quote is not None
        assert (bubble.quote.text, bubble.quote.anchor) == ("mensagem anterior", 0)


def test_reply_to_a_file_names_its_kind(db: Database) -> None:
    _, reply = bubbles(db, {"kind": "image", "provider_id": "wamid.1"}, {"quoted_id": "wamid.1"})
    assert reply.quote is not None
    assert reply.quote.text == "Imagem"


@pytest.mark.parametrize(
    ("sure", "words"),
    [
        (0.93, "transcrição automática, confiança boa"),
        (0.7, "transcrição automática, confiança média"),
        (0.4, "transcrição automática, confiança baixa, ouça o áudio"),
        (None, "transcrição automática"),
    ],
)
def test_transcript_is_shown_as_one_with_how_sure_it_is(db: Database, sure: float | None, words: str) -> None:
    bubble = only(db, kind="audio", transcript="cpf 529.982.247-25", transcript_confidence=sure)
    assert (bubble.heard, bubble.transcript, bubble.label) == (words, "cpf ***.982.247-**", "Áudio")
    assert only(db, kind="audio", transcript="").heard == ""


@pytest.mark.parametrize(
    "said",
    [
        {"location": {"latitude": -23.1864, "longitude": -45.8841, "name": "Padaria", "address": "Rua da Serra, 4"}},
        {"Latitude": "-23.1864", "Longitude": "-45.8841", "Label": "Padaria", "Address": "Rua da Serra, 4"},
    ],
)
def test_place_is_text_with_a_link_that_leaves_no_trace_outside(db: Database, said: dict[str, Any]) -> None:
    bubble = only(db, kind="location", text="Rua da Serra, 4", payload=raw(**said))
    place = Part("Padaria, Rua da Serra, 4 (-23.18640,-45.88410)", "geo:-23.18640,-45.88410")
    assert (bubble.parts, bubble.text) == ((place,), "")


@pytest.mark.parametrize("odd", [{}, {"location": {"latitude": "x"}}, {"location": {"latitude": 200, "longitude": 1}}])
def test_place_that_is_nowhere_shows_the_words(db: Database, odd: dict[str, Any]) -> None:
    bubble = only(db, kind="location", text="Rua da Serra, 4", payload=raw(**odd))
    assert (bubble.parts, bubble.text, bubble.label) == ((), "Rua da Serra, 4", "Localização")


def test_contact_cards_show_names_and_masked_phones(db: Database) -> None:
    cards = [
        {"name": {"formatted_name": "Bruno Lima"}, "phones": [{"phone": "+55 12 98111-0002"}, {"wa_id": "x"}]},
        {"phones": []},
        "x",
    ]
    bubble = only(db, kind="contacts", payload=raw(contacts=cards))
    assert [part.text for part in bubble.parts] == ["Bruno Lima · (12) *****-0002 · ****", "Sem nome"]


def test_order_shows_its_items(db: Database) -> None:
    items = [{"product_retailer_id": "ax", "quantity": 2, "item_price": 30, "currency": "BRL"}, {}]
    bubble = only(db, kind="order", payload=raw(order={"product_items": items}))
    assert [part.text for part in bubble.parts] == ["2 × ax · BRL 30,00", "? × item"]


@pytest.mark.parametrize(
    "said",
    [{"referral": {"headline": "Fibra", "body": "Grátis"}}, {"ReferralHeadline": "Fibra", "ReferralBody": "Grátis"}],
)
def test_ad_that_led_here_is_named(db: Database, said: dict[str, Any]) -> None:
    bubble = only(db, text="oi", payload=raw(**said))
    assert [part.text for part in bubble.parts] == ["Veio pelo anúncio: Fibra — Grátis"]


@pytest.mark.parametrize("strange", ["x", 5, None, [], {"referral": "x", "contacts": 5, "order": [], "location": "x"}])
@pytest.mark.parametrize("kind", ["text", "location", "contacts", "order", "unsupported"])
def test_strange_payload_shows_no_parts(db: Database, kind: str, strange: object) -> None:
    assert only(db, kind=kind, payload={"raw": strange}).parts == ()


def test_unsupported_message_has_a_placeholder_that_names_it_where_it_can(db: Database) -> None:
    assert "não nos entrega" in only(db, kind="unsupported").label
    assert only(db, kind="unsupported", payload=raw(unsupported={"type": "poll_creation"})).label.endswith(": enquete")


def test_answer_from_the_phone_and_what_is_only_watched_are_told_apart(db: Database) -> None:
    assert only(db, direction="out", author="phone_app", text="oi").by == "Equipe, pelo celular"
    assert only(db, text="oi", outcome="standby").marks == ("em espera: outro aplicativo atende",)


def test_call_is_an_event_with_its_mark(db: Database) -> None:
    bubble = only(db, direction="event", kind="call", text="Chamada perdida")
    assert (bubble.side, bubble.text) == ("event", "📞 Chamada perdida")


def test_bubble_is_drawn_anew_when_something_became_of_it(db: Database) -> None:
    before = only(db, text="oi").key
    changes: list[dict[str, Any]] = [
        {"reaction": "🙏"},
        {"revoked_at": utc_now()},
        {"transcript": "oi"},
        {"edited_at": utc_now(), "payload": {"edits": [{"at": utc_now().isoformat(), "text": "io"}]}},
    ]
    assert before not in {only(db, text="oi", **change).key for change in changes}


def test_page_shows_all_of_it_and_nothing_of_it_is_markup(db: Database) -> None:
    a_provider(db)
    the_cast(db)
    id_ = a_conversation(db, said=None)
    evil = "<script>alert(1)</script>"
    place = {"latitude": 1, "longitude": 2, "name": evil}
    bubbles(
        db,
        {"text": evil, "provider_id": "wamid.1", "reaction": "🙏", "revoked_at": utc_now()},
        {"text": "x", "quoted_id": "wamid.1", "edited_at": utc_now(), "payload": {"edits": [{"text": evil}]}},
        {"kind": "location", "payload": raw(location=place), "provider_at": utc_now() - timedelta(hours=1)},
        {"kind": "audio", "transcript": evil, "transcript_confidence": 0.9},
        conversation_id=id_,
    )
    page = Person(console_app(db), "helena").get(f"/console/c/{id_}").get_data(as_text=True)
    assert evil not in page
    for shown in (
        "apagada pelo cliente",
        "🙏",
        "geo:1.00000,2.00000",
        "transcrição automática",
        "Ver o que dizia antes",
    ):
        assert shown in page
