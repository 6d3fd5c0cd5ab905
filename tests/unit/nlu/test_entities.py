"""Data in a text is found by shape and check digits, with its place in the text."""

from __future__ import annotations

import pytest

from nlu.entities import entities


def kinds(text: str) -> list[tuple[str, str]]:
    return [(entity.kind, entity.value) for entity in entities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("meu cpf é 529.982.247-25", [("cpf", "52998224725")]),
        ("cpf 52998224725 obrigado", [("cpf", "52998224725")]),
        ("cnpj 12.abc.345/01de-35", [("cnpj", "12ABC34501DE35")]),
        ("11.222.333/0001-81", [("cnpj", "11222333000181")]),
        ("me liga no (12) 98111-0001", [("phone", "+5512981110001")]),
        ("12 3955-1234 é o fixo", [("phone", "+551239551234")]),
        ("atende no 12245-010?", [("cep", "12245010")]),
        ("manda pra Ana.Souza@Exemplo.com", [("email", "ana.souza@exemplo.com")]),
        ("paguei R$ 1.119,90 hoje", [("amount", "111990"), ("date", "hoje")]),
        ("veio 99,90 a mais", [("amount", "9990")]),
        ("foram 120 reais", [("amount", "12000")]),
        ("vence dia 10", [("date", "dia 10")]),
        ("remarca pra sexta-feira", [("date", "sexta-feira")]),
        ("pode ser amanhã?", [("date", "amanha")]),
        ("pago em 12/11/2026", [("date", "2026-11-12")]),
        ("pago em 12/11", [("date", "--11-12")]),
        ("protocolo 202411201234", [("protocol", "202411201234")]),
        ("e o chamado nº 458712?", [("protocol", "458712")]),
    ],
)
def test_entities_finds_the_data_when_it_is_written_as_people_write(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    ["segunda via do boleto", "tenho 3 filhos", "31/02/2026", "plano de 500 mega", "cpf 111.111.111-11", "ip 10.0.0.1"],
)
def test_entities_finds_nothing_when_the_shape_or_the_check_digit_is_wrong(text: str) -> None:
    assert entities(text) == ()


def test_entities_gives_offsets_into_the_original_text_when_there_are_accents_and_emoji() -> None:
    text = "Olá 😀 amanhã às 10, CPF 529.982.247-25"
    assert [text[entity.start : entity.end] for entity in entities(text)] == ["amanhã", "529.982.247-25"]


def test_entity_hides_its_value_when_it_is_shown() -> None:
    assert "52998224725" not in repr(entities("52998224725"))
