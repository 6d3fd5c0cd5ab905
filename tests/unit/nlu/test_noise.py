"""Noisy copies read as people type, and still say the same."""

from __future__ import annotations

import re
import sys
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlu.entities import entities
from nlu.folding import fold
from nlu.noise import is_negation, noisy
from tests.architecture.tree import reached

MESSAGES = [
    "Bom dia, não consigo acessar a internet desde ontem, por favor mandem um técnico",
    "quero a segunda via do boleto que vence dia 10 de março",
    "meu cpf é 529.982.247-25 e o protocolo número 202411201234, cadê o técnico?",
    "me liga no (12) 98111-0001 ou escreve pra ana.souza@exemplo.com",
    "paguei R$ 99,90 hoje e não liberou, o cnpj é 12.ABC.345/01DE-35",
    "nunca mais quero vocês ligando pra minha casa",
    "a semana toda sem sinal e ninguém resolve nada",
    "fiz o pagamento de 120 reais no dia 05/11, cep 12245-010",
    "estou tentando cancelar e vocês ficam enrolando",
    "Não. Não quero cancelar, só mudar de plano!",
    "sim",
    "n",
    "😡😡😡",
    "",
]
BY_DIGITS = {"cpf", "cnpj", "phone", "cep", "email", "protocol", "amount"}

texts = st.one_of(
    st.sampled_from(MESSAGES), st.text(max_size=80), st.lists(st.sampled_from(" ".join(MESSAGES).split())).map(" ".join)
)
seeds = st.integers(0, 2**32)
strengths = st.floats(0, 1)


def negations(text: str) -> int:
    return sum(is_negation(word) for word in re.findall(r"[^\W\d_]+", text))


@given(texts, seeds, strengths)
def test_noisy_gives_the_same_copy_for_the_same_seed(text: str, seed: int, strength: float) -> None:
    assert noisy(text, Random(seed), strength) == noisy(text, Random(seed), strength)


@given(texts, seeds)
def test_noisy_gives_the_text_itself_without_strength(text: str, seed: int) -> None:
    assert noisy(text, Random(seed), 0) == text


@given(texts, seeds, strengths)
@example(text="¼", seed=2, strength=1.0)
def test_noisy_keeps_every_digit_in_its_place(text: str, seed: int, strength: float) -> None:
    assert re.findall(r"\d", noisy(text, Random(seed), strength)) == re.findall(r"\d", text)


@given(texts, seeds, strengths)
def test_noisy_neither_adds_nor_removes_a_negation(text: str, seed: int, strength: float) -> None:
    assert negations(noisy(text, Random(seed), strength)) == negations(text)


@given(st.sampled_from(MESSAGES), seeds, strengths)
def test_noisy_leaves_the_data_readable(text: str, seed: int, strength: float) -> None:
    def data(line: str) -> list[tuple[str, str]]:
        return [(entity.kind, entity.value) for entity in entities(line) if entity.kind in BY_DIGITS]

    assert data(noisy(text, Random(seed), strength)) == data(text)


@given(st.sampled_from(MESSAGES), seeds, strengths)
def test_noisy_empties_no_word(text: str, seed: int, strength: float) -> None:
    letters = sum(character.isalpha() for character in text)
    left = sum(character.isalpha() for character in noisy(text, Random(seed), strength))
    assert left >= letters * 0.6
    assert bool(fold(noisy(text, Random(seed), strength))) == bool(fold(text))


def test_noisy_puts_nothing_around_a_text_that_may_be_a_courtesy() -> None:
    random = Random(3)
    copies = {noisy("sim", random, 1.0) for _ in range(300)}
    assert all(" " not in copy for copy in copies)


def test_noisy_makes_the_mistakes_that_people_make() -> None:
    random = Random(11)
    copies = [noisy(MESSAGES[0], random, 0.6) for _ in range(400)]
    for wanted in (
        r"\bnao\b",
        r"\bn\b",
        r"\bpfv\b",
        r"\bnet\b",
        r"tecnico",
        r"acesar|acssar|acessr",
        r"consigu|consigoo",
        r"^oi|^então",
        r"BOM DIA",
        r"[🙏😅🙂]",
        r"^Bom dia [^,]*$",
    ):
        assert any(re.search(wanted, copy) for copy in copies), wanted
    assert len(set(copies)) > 350


def test_noisy_disturbs_more_when_it_is_told_to() -> None:
    def changed(strength: float) -> int:
        random = Random(5)
        return sum(noisy(text, random, strength) != text for text in MESSAGES for _ in range(50))

    assert changed(0.05) < changed(0.3) < changed(0.9)


@pytest.mark.parametrize(
    ("seed", "copy"),
    [
        (1, "Bom dia, naum consigo acessar a interner desde ontem, pfv mandem um técnico"),
        (2, "Bom dia nao consigo acessar a internet desde onten, por favor mandem um técnico"),
        (3, "Bom dia, não consigo acsesar aa internet desde ontem, pfvr mandem um técnico"),
    ],
)
def test_noisy_gives_these_copies_in_every_version_of_python(seed: int, copy: str) -> None:
    assert noisy(MESSAGES[0], Random(seed), 0.5) == copy


def test_noise_needs_nothing_but_the_standard_library_and_its_tables() -> None:
    outside = {name.split(".")[0] for name in reached("nlu/noise.py")} - sys.stdlib_module_names
    assert outside == {"nlu"}
    assert {name for name in reached("nlu/noise.py") if name.count(".") == 1 and name.startswith("nlu.")} == {
        "nlu.folding",
        "nlu.noise_words",
    }
