"""Data in a text is found by shape, wording and check digits, with its place in the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities import entities
from tests.vectors import load


def kinds(text: str) -> list[tuple[str, str]]:
    return [(entity.kind, entity.value) for entity in entities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("meu cpf é 529.982.247-25", [("cpf", "52998224725")]),
        ("cpf 52998224725 obrigado", [("cpf", "52998224725")]),
        ("cpf52998224725", [("cpf", "52998224725")]),
        ("cnpj 12.abc.345/01de-35", [("cnpj", "12ABC34501DE35")]),
        ("11.222.333/0001-81", [("cnpj", "11222333000181")]),
        ("me liga no (12) 98111-0001", [("phone", "+5512981110001")]),
        ("12 3955-1234 é o fixo", [("phone", "+551239551234")]),
        ("atende no 12245-010?", [("cep", "12245010")]),
        ("manda pra Ana.Souza@Exemplo.com", [("email", "ana.souza@exemplo.com")]),
        ("protocolo 202411201234", [("protocol", "202411201234")]),
        ("e o chamado nº 458712?", [("protocol", "458712")]),
        ("o número do protocolo é 458712", [("protocol", "458712")]),
        ("protocolo 20.12.2024/10", [("protocol", "20.12.2024/10")]),
    ],
)
def test_entities_finds_identifiers_by_their_check_digits_and_captions(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("paguei R$ 1.119,90", 111990),
        ("R$ 1.234,56", 123456),
        ("R$50", 5000),
        ("veio 99,90 a mais", 9990),
        ("foram 120 reais", 12000),
        ("89 conto", 8900),
        ("150 pila", 15000),
        ("2 mil reais", 200000),
        ("1,5 mil reais de multa", 150000),
        ("cento e vinte reais", 12000),
        ("cento vinte reais", 12000),
        ("noventa e nove e noventa", 9990),
        ("Paguei NOVENTA E NOVE E NOVENTA!", 9990),
        ("oitenta e nove e noventa reais", 8990),
        ("dois mil trezentos e quarenta reais e cinquenta centavos", 234050),
        ("mil e duzentos reais", 120000),
        ("cinquenta centavos", 50),
        ("cem conto", 10000),
    ],
)
def test_entities_gives_amounts_in_cents_when_in_figures_or_in_words(text: str, cents: int) -> None:
    assert kinds(text) == [("amount", str(cents))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("vence dia 10", "dia 10"),
        ("dia dez eu pago", "dia dez"),
        ("remarca pra sexta-feira", "sexta-feira"),
        ("pode ser amanhã?", "amanha"),
        ("pago em 12/11/2026", "2026-11-12"),
        ("pago em 12/11", "--11-12"),
        ("dia 10/12 eu pago", "--12-10"),
        ("12 de dezembro", "--12-12"),
        ("nasci dia 10 de março de 1988", "1988-03-10"),
        ("vinte e um de março de 2027", "2027-03-21"),
        ("depois de amanhã", "depois de amanha"),
        ("depois do almoço", "depois do almoco"),
        ("de tarde", "de tarde"),
        ("à noite", "a noite"),
        ("semana que vem", "semana que vem"),
        ("no fim do mês", "fim do mes"),
        ("dia 5 do mês que vem", "dia 5 do mes que vem"),
        ("daqui a 3 dias", "daqui a 3 dias"),
        ("quinta de manhã", "quinta de manha"),
        ("às 14h", "as 14h"),
        ("as duas da tarde", "as duas da tarde"),
        ("entre 8 e 12", "entre 8 e 12"),
        ("dia 10 de manhã", "dia 10 de manha"),
        ("10/12 às 14h", "--12-10 as 14h"),
        ("às 14h de amanhã", "amanha as 14h"),
        ("segunda da semana que vem", "segunda da semana que vem"),
        ("6ª feira", "6a feira"),
        ("sexta 14h", "sexta 14h"),
        ("hoje cedo", "hoje cedo"),
    ],
)
def test_entities_gives_dates_as_iso_or_as_the_folded_words(text: str, value: str) -> None:
    assert kinds(text) == [("date", value)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("los vermelha piscando", ["los:red:blinking"]),
        ("luz pon apagada", ["pon::off"]),
        ("vermelhinha", [":red:"]),
        ("tá verde", [":green:"]),
        ("tudo verde", ["all:green:"]),
        ("as luzes do modem tão apagadas", ["all::off"]),
        ("nenhuma luz acesa", ["all::off"]),
        ("o modem não acende nenhuma luz", ["all::off"]),
        ("a luz LOS não pisca", ["los::steady"]),
        ("a pon tá verde e a los tá vermelha", ["pon:green:", "los:red:"]),
        ("luz vermelha e a los apagada", [":red:", "los::off"]),
        ("pisca a luz vermelha", [":red:blinking"]),
        ("a caixinha branca tá com luz laranja", [":orange:"]),
        ("moço tem uma luz vermelha piscando aqui", [":red:blinking"]),
    ],
)
def test_entities_gives_each_light_with_its_colour_and_state(text: str, values: list[str]) -> None:
    assert kinds(text) == [("led", value) for value in values]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rua Bela Vista 123", "rua bela vista, 123"),
        ("av. brasil, 400 apto 12", "avenida brasil, 400, apto 12"),
        ("moro na travessa das flores, 7 fundos", "travessa das flores, 7, fundos"),
        ("sítio Boa Esperança km 12", "sitio boa esperanca, km 12"),
        ("estrada do Cedro, km 12", "estrada do cedro, km 12"),
        ("rua 15 de novembro 200", "rua 15 de novembro, 200"),
        ("rua 7, 45", "rua 7, 45"),
        ("R. Dr. Paulo, nº 33, casa 2", "rua dr paulo, 33, casa 2"),
        ("moro na rua das acácias e tô sem net", "rua das acacias"),
        ("na Rua Bela Vista está sem internet", "rua bela vista"),
    ],
)
def test_entities_gives_the_street_with_number_and_complements(text: str, value: str) -> None:
    assert kinds(text) == [("street", value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("bairro Santa Mônica", "santa monica"),
        ("BAIRRO SANTA MONICA SEM NET", "santa monica"),
        ("têm cobertura no bairro do Limão?", "limao"),
        ("caiu tudo no Alto da Colina", "alto da colina"),
        ("aqui no centro", "centro"),
        ("moro no Jd. América", "jardim america"),
        ("aqui no Santa Mônica não tem", "santa monica"),
    ],
)
def test_entities_gives_the_district_when_a_caption_or_a_preposition_tells(text: str, value: str) -> None:
    assert kinds(text) == [("district", value)]


@pytest.mark.parametrize(
    "text",
    [
        "segunda via do boleto",
        "a segunda parcela",
        "tenho 3 filhos",
        "31/02/2026",
        "parcela 10/12",
        "dia 99",
        "dia noventa",
        "plano de 500 mega",
        "bom dia 10 mega",
        "boa noite",
        "sem internet há 5 horas",
        "às dez e cinquenta",
        "cpf 111.111.111-11",
        "ip 10.0.0.1",
        "minha rua tá sem internet",
        "caiu na rua toda",
        "no meu bairro não pega",
        "no bairro reclama todo mundo",
        "passei no centro",
        "não dão satisfação nenhuma",
        "tá ligado?",
        "sem luz",
        "uma blusa vermelha linda",
    ],
)
def test_entities_finds_nothing_when_the_shape_or_the_wording_is_another(text: str) -> None:
    assert entities(text) == ()


def test_entities_takes_no_date_or_amount_out_of_a_protocol_or_an_address() -> None:
    assert kinds("protocolo 12/10/2026, rua 7 de setembro 120, R$ 10,12") == [
        ("protocol", "12/10/2026"),
        ("street", "rua 7 de setembro, 120"),
        ("amount", "1012"),
    ]


def test_entities_gives_offsets_into_the_original_text_when_there_are_accents_and_emoji() -> None:
    text = "Olá 😀 amanhã às 10, CPF 529.982.247-25"
    assert [text[entity.start : entity.end] for entity in entities(text)] == ["amanhã às 10", "529.982.247-25"]


def test_entity_hides_its_value_when_it_is_shown() -> None:
    assert "52998224725" not in repr(entities("52998224725"))


def test_entities_finds_every_valid_document_in_a_sentence() -> None:
    vectors = load("vectors/cpf_cnpj.json")
    for kind in ("cpf", "cnpj"):
        for vector in (vector for vector in vectors[kind] if vector["valid"]):
            assert kinds(f"oi, o documento é {vector['input'].strip()} tá bom?") == [(kind, vector["compact"])]


def test_entities_agree_with_the_dev_sample(shared_data: Path) -> None:
    lines = (shared_data / "nlu" / "dev_sample.jsonl").read_text(encoding="utf-8").splitlines()
    ours = {"cpf", "cnpj", "phone", "cep", "email", "protocol", "amount", "date"}
    for row in map(json.loads, lines):
        found = {(entity.kind, entity.start, entity.end) for entity in entities(row["text"])}
        wanted = {(e["entity"], e["start"], e["end"]) for e in row["entities"] if e["entity"] in ours}
        assert wanted <= found, row["text"]


PIECES = [
    "rua ", "av. ", "bairro ", "moro no ", "Jardim ", "Santa ", "luz ", "los ", "vermelha ", "não ", "dia ", "10",
    "/12", " de ", "amanhã ", "sexta ", "às ", "14h", "entre ", " e ", "cento ", "vinte ", "reais ", "R$ ", "1.234,56",
    "529.982.247-25", " 12 98111-0001", "12245-010", "a@b.co", "protocolo ", "nº ", "km ", "apto ", ", ", "\n", "😀",
    "ﬁ", "İ", "ª", "\u0301", "\u200b", "99999999999999999999",
]  # fmt: skip


def assert_places_are_true(text: str) -> None:
    end = 0
    for entity in entities(text):
        assert end <= entity.start < entity.end <= len(text)
        assert entity.value
        assert text[entity.start : entity.end].strip() == text[entity.start : entity.end]
        end = entity.end


@given(st.text(max_size=300))
def test_entities_lie_inside_any_text_and_apart(text: str) -> None:
    assert_places_are_true(text)


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_entities_lie_inside_any_text_of_their_own_words_and_apart(pieces: list[str]) -> None:
    assert_places_are_true("".join(pieces))


@pytest.mark.parametrize(
    "unit",
    [*PIECES, "a", "9", " ", "1 ", "123.", "1,", "@", "a@", "(", "a.", "-", "um e ", "mil ", "hoje ", "proxima ", "é"],
)
def test_entities_ends_when_the_longest_message_repeats_one_thing(unit: str) -> None:
    for text in ((unit * 4096)[:4096], f"{unit}{' ' * 4080}{unit}", f"{unit}{'a' * 4080}{unit}"):
        assert_places_are_true(text)


def test_entities_looks_at_what_fits_into_a_message_only() -> None:
    assert entities(" " * 4090 + "529.982.247-25") == ()
