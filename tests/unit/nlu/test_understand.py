"""The way of one text: shortcut, then parser, then a plain value when the parser is away."""

from __future__ import annotations

from nlu.fake import FakeParser
from nlu.understand import understand
from nlu.understanding import UNAVAILABLE


def test_understand_does_not_ask_the_parser_when_a_shortcut_knows() -> None:
    parser = FakeParser()
    assert understand("529.982.247-25", parser).source == "shortcut"
    assert parser.asked == []


def test_understand_adds_the_entities_when_the_parser_answers() -> None:
    understood = understand("boleto do cpf 529.982.247-25", FakeParser(rules=(lambda _: "invoice_second_copy",)))
    assert (understood.intent, understood.source) == ("invoice_second_copy", "model")
    assert [entity.kind for entity in understood.entities] == ["cpf"]


def test_understand_is_unavailable_when_the_parser_fails() -> None:
    parser = FakeParser({"segunda via": "invoice_second_copy"})
    parser.down = True
    assert understand("segunda via", parser) == UNAVAILABLE
    assert not parser.ready()


def test_understand_keeps_the_data_when_the_parser_fails() -> None:
    parser = FakeParser()
    parser.down = True
    understood = understand("boleto do cpf 529.982.247-25", parser)
    assert understood.source == "unavailable"
    assert [entity.kind for entity in understood.entities] == ["cpf"]


def test_fake_parser_is_unsure_when_it_does_not_know_the_text() -> None:
    understood = FakeParser({"Segunda Via": "invoice_second_copy"}).parse("outra coisa")
    assert (understood.intent, understood.confidence) == ("out_of_scope", 0.3)
    assert FakeParser({"Segunda Vía": "invoice_second_copy"}).parse("segunda via").intent == "invoice_second_copy"
