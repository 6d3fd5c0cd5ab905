"""People's data leaves a text: for the eye in part, for training in full."""

from __future__ import annotations

import pytest

from handoff.personal import anonymous, masked, tells_who
from nlu.entities import entities
from nlu.folding import fold

SAID = [
    ("meu nome é João da Silva e quero a segunda via", "meu nome é Fulano e quero a segunda via"),
    ("me chamo maria aparecida de souza quero cancelar", "me chamo Fulano quero cancelar"),
    ("ME CHAMO ANA PAULA E A NET CAIU", "ME CHAMO Fulano E A NET CAIU"),
    ("nome: Pedro Alves\ncpf: 52998224725", "nome: Fulano\ncpf: 00000000000"),
    ("sou a joana, boleto por favor", "sou a Fulano, boleto por favor"),
    ("o contrato está em nome de José Carlos", "o contrato está em nome de Fulano"),
    ("no nome do meu pai João Souza", "no nome do meu pai Fulano"),
    ("o técnico Marcos não veio", "o técnico Fulano não veio"),
    ("obrigado\natt, Carlos Lima", "obrigado\natt, Fulano"),
    ("meu cpf é 529.982.247-25, cel (12) 98111-0001", "meu cpf é 000.000.000-00, cel (00) 00000-0000"),
    ("cnpj 12.ABC.345/01DE-35", "cnpj 00.000.000/0000-00"),
    ("email ana.souza@gmail.com", "email fulano@example.com"),
    ("moro na Avenida Brasil, 1500 apto 3", "moro na rua tal"),
    ("a senha é casa1234", "a senha é 00000000"),
    ("nasci em 12/03/1985", "nasci em 00/00/0000"),
    ("protocolo 202611220000017", "protocolo 000000000000000"),
    ("cpf 111.111.111-12", "cpf 000.000.000-00"),
]
HARMLESS = [
    "seu boleto não chegou, e a minha mãe já pagou",
    "minha internet caiu na rua inteira",
    "qual é a senha do wifi",
    "vence dia 10/12 e o valor é R$ 99,90",
    "sou o titular do contrato 1001",
    "em nome da minha esposa",
    "quero 500 mega por 99 reais",
    "a luz vermelha está piscando",
    "",
]


@pytest.mark.parametrize(("text", "example"), SAID)
def test_example_has_the_same_kinds_of_words_and_nobodys_own(text: str, example: str) -> None:
    assert anonymous(text) == example
    assert anonymous(example) == example
    assert not tells_who(example)


@pytest.mark.parametrize(("text", "example"), SAID)
def test_masked_text_hides_what_the_example_replaces(text: str, example: str) -> None:
    shown = masked(text)
    assert "*" in shown
    assert not {entity.kind for entity in entities(shown)} & {"cpf", "cnpj", "phone", "email"}
    for word in ("joão", "maria", "paula", "pedro", "joana", "josé", "marcos", "carlos", "souza", "casa1234"):
        assert fold(word) not in fold(shown)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_tells_nobody_stays(text: str) -> None:
    assert masked(text) == text
    assert anonymous(text) == text


def test_known_names_are_hidden_wherever_they_stand() -> None:
    names = ("Ana Souza", "ana net 🌻")
    assert masked("oi, aqui ANA; a casa da souza está sem net", names) == "oi, aqui ***; a casa da *** está sem net"
    assert anonymous("anastácia não é ana", names) == "anastácia não é Fulano"


def test_part_of_a_document_is_shown_for_its_owner_to_be_recognised() -> None:
    assert masked("529.982.247-25 e 12 98111-0001") == "***.982.247-** e (12) *****-0001"


def test_long_text_is_read_in_no_time() -> None:
    for unit in ("rua a", "meu nome é ", "1", "a1", " ", "senha a ", "em nome de "):
        assert isinstance(masked(unit * 2000), str)
