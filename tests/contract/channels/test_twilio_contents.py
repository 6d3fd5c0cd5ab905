"""Twilio's buttons, lists and links: one content for each look, made once, texts as values, and words where refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.db import Database
from core.errors import Misconfigured, Refused, Unreachable
from models.channel_content import ChannelContent
from tests.contract.channels.rigs import SENDER, TwilioRig, a_twilio_channel, twilio_rig
from tests.contract.channels.scenarios import NOTICE, PAY_AT, a_message
from tests.integration.doors import at_once, bring
from tests.integration.outgoing import a_delivery, an_answer
from tests.unit.webhooks.payloads import ANA
from tests.unit.webhooks.payloads import twilio as form
from webhooks.channels.ports import Link
from webhooks.deliver import deliver
from webhooks.stored_contents import StoredContents

TWO = (("sim", "Sim", ""), ("nao", "Não", ""))


@pytest.fixture
def twilio(tmp_path: Path) -> Iterator[TwilioRig]:
    with twilio_rig(tmp_path) as rig:
        yield rig


def _contents(rig: TwilioRig) -> list[dict[str, object]]:
    """What was made, besides the template that is there from the start."""
    return rig.store.contents()[1:]


def test_content_is_made_once_for_a_look_whatever_the_texts(twilio: TwilioRig) -> None:
    for text, options in (("Certo?", TWO), ("Outra pergunta", (("a", "Opção A", ""), ("b", "Opção B", "")))):
        twilio.channel.send(a_message("buttons", text, options=options))
    assert [arrived.text for arrived in twilio.arrived()] == ["Certo?", "Outra pergunta"]
    assert [arrived.options for arrived in twilio.arrived()] == [("Sim", "Não"), ("Opção A", "Opção B")]
    assert len(_contents(twilio)) == 1


def test_other_looks_are_other_contents(twilio: TwilioRig) -> None:
    described = (("sim", "Sim", "pode ser"), ("nao", "Não", ""))
    for kind, options in (("buttons", TWO), ("buttons", TWO[:1]), ("list", TWO), ("list", described), ("list", TWO)):
        twilio.channel.send(a_message(kind, "Certo?", options=options, list_button="Ver"))
    assert len(_contents(twilio)) == 4


def test_ids_come_back_as_they_were_given(twilio: TwilioRig) -> None:
    twilio.channel.send(a_message("list", "Escolha:", options=TWO, list_button="Ver"))
    (message,) = twilio.store.messages(sender=SENDER)
    assert [option["id"] for option in message.shown["options"]] == ["sim", "nao"]


@pytest.mark.parametrize("text", ["Olá!\n\nTudo certo?\nResponda", "a\tb", "muito      espaço", "uma linha\r\noutra"])
def test_body_keeps_its_lines_although_no_value_may_hold_a_break(twilio: TwilioRig, text: str) -> None:
    twilio.channel.send(a_message("buttons", text, options=TWO))
    (arrived,) = twilio.arrived()
    assert (arrived.kind, arrived.text.split()) == ("buttons", text.split())
    assert arrived.text.count("\n") == text.count("\n")


def test_link_varies_in_the_end_of_its_address_only(twilio: TwilioRig) -> None:
    for url in (PAY_AT, "https://pagar.example.com.br/f/2?a=%20b&c=d", "https://pagar.example.com.br/"):
        twilio.channel.send(a_message("link", "Pague aqui", link=Link("Abrir", url)))
    assert [arrived.links for arrived in twilio.arrived()] == [
        (PAY_AT,),
        ("https://pagar.example.com.br/f/2?a=%20b&c=d",),
        ("https://pagar.example.com.br/",),
    ]
    assert len(_contents(twilio)) == 2


def test_deleted_content_is_made_anew_by_the_next_try(twilio: TwilioRig) -> None:
    question = a_message("buttons", "Certo?", options=TWO)
    twilio.channel.send(question)
    (made,) = _contents(twilio)
    twilio.store.delete_content(str(made["sid"]))
    with pytest.raises(Unreachable) as raised:
        twilio.channel.send(question)
    assert raised.value.ambiguous is False
    twilio.channel.send(question)
    assert len(twilio.arrived()) == 2
    assert len(_contents(twilio)) == 1


def test_content_that_is_refused_goes_as_words(twilio: TwilioRig) -> None:
    twilio.control(on="content", mode="20001")
    twilio.channel.send(a_message("buttons", "Certo?", options=TWO))
    (arrived,) = twilio.arrived()
    assert (arrived.kind, arrived.text) == ("text", "Certo?\n\n1. Sim\n2. Não")


def test_content_that_could_not_be_made_now_sends_nothing_yet(twilio: TwilioRig) -> None:
    twilio.control(on="content", mode="500")
    with pytest.raises(Unreachable) as raised:
        twilio.channel.send(a_message("buttons", "Certo?", options=TWO))
    assert (raised.value.ambiguous, twilio.arrived()) == (False, [])
    twilio.control(on="content", mode="20003")
    with pytest.raises(Misconfigured):
        twilio.channel.send(a_message("buttons", "Certo?", options=TWO))


def test_id_that_is_too_long_is_never_cut(twilio: TwilioRig) -> None:
    with pytest.raises(Refused, match="option_id_too_long"):
        twilio.channel.send(a_message("buttons", "Certo?", options=(("x" * 201, "Sim", ""),)))


def test_long_titles_are_cut_and_stay_apart(twilio: TwilioRig) -> None:
    options = tuple((f"o{place}", "Plano de internet residencial " + "x" * place, "d" * 90) for place in range(10))
    twilio.channel.send(a_message("list", "Escolha:", options=options, list_button="Ver todas as opções daqui"))
    (arrived,) = twilio.arrived()
    assert (arrived.kind, len(set(arrived.options))) == ("list", 10)


def test_template_without_a_content_sid_is_refused(twilio: TwilioRig) -> None:
    for used in (None, replace(NOTICE, provider_id="")):
        with pytest.raises(Refused, match="no_template"):
            twilio.channel.send(a_message("template", "", template=used))


def test_one_time_code_is_delivered_by_its_content(db: Database, twilio: TwilioRig) -> None:
    sid = "HX" + "1" * 32
    text = {"twilio/text": {"body": "{{1}} é o seu código."}}
    content = {"sid": sid, "name": "codigo", "language": "pt_BR", "variables": {"1": "1"}, "types": text}
    twilio.store.put_content({**content, "approval": {"status": "approved"}})
    bring(db, form(WaId=ANA), source="twilio")
    id_ = an_answer(db, 1, "", kind="template", payload={"template": "code", "parameters": ["482913"]})
    delivery = replace(a_delivery(db, {"twilio": twilio.channel}), code_content_sid=sid)
    deliver(id_, delivery=delivery)
    assert [arrived.text for arrived in twilio.arrived()] == ["482913 é o seu código."]


def test_messaging_service_sends_where_one_is_set(tmp_path: Path) -> None:
    service = "MG" + "0" * 32
    with twilio_rig(tmp_path, messaging_service=service) as rig:
        channel = a_twilio_channel(rig.api_url, messaging_service=service)
        channel.send(a_message("text", "oi"))
        assert len(rig.arrived()) == 1
        with pytest.raises(Misconfigured, match="twilio_63007"):
            a_twilio_channel(rig.api_url, messaging_service="MG" + "1" * 32).send(a_message("text", "oi"))


def test_remembered_content_is_one_for_all_workers(db: Database, twilio: TwilioRig) -> None:
    channel = a_twilio_channel(twilio.api_url, StoredContents(db, "twilio"))
    at_once([lambda: channel.send(a_message("buttons", "Certo?", options=TWO))] * 8, threads=4)
    (kept,) = rows_of(db)
    channel.send(a_message("buttons", "E agora?", options=TWO))
    assert twilio.store.messages(sender=SENDER)[0].shown["content_sid"] == kept.content_id
    assert len(twilio.arrived()) == 9


def test_forgetting_leaves_what_took_its_place(db: Database) -> None:
    contents = StoredContents(db, "twilio")
    assert (contents.put("look", "HX1"), contents.put("look", "HX2"), contents.get("look")) == ("HX1", "HX1", "HX1")
    contents.forget("look", "HX2")
    assert contents.get("look") == "HX1"
    contents.forget("look", "HX1")
    assert (contents.get("look"), contents.put("look", "HX2")) == (None, "HX2")


def rows_of(db: Database) -> list[ChannelContent]:
    with db.transaction() as session:
        return list(session.query(ChannelContent).all())
