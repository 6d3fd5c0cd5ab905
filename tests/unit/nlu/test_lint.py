"""The linter of the training data names every problem by file and line, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from nlu import lint as rules
from nlu.examples import Problem, read_examples
from nlu.lint import COMPLETE, lint
from nlu.near_copies import NearCopies, trigrams

WORDS = """
boleto fatura internet sinal modem roteador técnico visita plano contrato endereço senha rede velocidade cabo poste
vizinho casa loja sala quarto cozinha rua bairro hoje ontem amanhã cedo tarde noite semana mês ano conta pix código
"""
GOOD_BOUNDARIES = """
boundaries:
  - rule: Hello and good-bye differ.
    sides:
      - intent: greet
        examples: [opa chegando aqui agora, salve salve minha gente, cheguei nesse instante]
      - intent: goodbye
        examples: [fui embora daqui agora, partiu minha gente querida, saindo nesse instante]
"""


def sentences(count: int, seed: int) -> list[str]:
    random = Random(seed)
    return [" ".join(random.sample(WORDS.split(), 8)) for _ in range(count)]


def block(intent: str, texts: list[str]) -> str:
    lines = "".join(f"      - {text}\n" for text in texts)
    return f'version: "3.1"\n\nnlu:\n  - intent: {intent}\n    examples: |\n{lines}'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project without a problem: two intents, 120 examples each."""
    (tmp_path / "data" / COMPLETE).mkdir(parents=True)
    (tmp_path / "evaluation" / COMPLETE).mkdir(parents=True)
    (tmp_path / "domain.yml").write_text('version: "3.1"\nintents:\n  - greet\n  - goodbye\n', encoding="utf-8")
    data(tmp_path, "greet", sentences(120, 1))
    data(tmp_path, "goodbye", sentences(120, 2))
    (tmp_path / "evaluation" / COMPLETE / "boundaries.yml").write_text(GOOD_BOUNDARIES, encoding="utf-8")
    return tmp_path


def data(root: Path, intent: str, texts: list[str]) -> None:
    (root / "data" / COMPLETE / f"{intent}.yml").write_text(block(intent, texts), encoding="utf-8")


def found(root: Path, samples: list[Path] | None = None) -> list[str]:
    return [f"{problem.path.name}:{problem.line}: {problem.text}" for problem in lint(root, samples or [])]


FIRST_LINE = 6
"""Of the examples in a file made by `block`."""


def test_lint_finds_nothing_in_data_that_is_in_order(root: Path) -> None:
    assert found(root) == []


def test_lint_names_an_intent_without_file_and_one_outside_of_the_domain(root: Path) -> None:
    (root / "domain.yml").write_text("intents:\n  - greet\n  - thanks\n", encoding="utf-8")
    problems = found(root)
    assert "domain.yml:3: thanks has no file in pt_BR" in problems
    assert f"goodbye.yml:{FIRST_LINE}: goodbye is not in the domain" in problems


def test_lint_names_the_same_text_under_two_intents_also_when_it_is_spelt_differently(root: Path) -> None:
    data(root, "greet", ["vc não mandou meu boletuuu", *sentences(120, 1)])
    data(root, "goodbye", [*sentences(120, 2), "Você nao mandou meu boleto!"])
    assert found(root) == [f"greet.yml:{FIRST_LINE}: also goodbye at goodbye.yml:126: 'vc não mandou meu boletuuu'"]


def test_lint_names_the_same_text_twice_under_one_intent(root: Path) -> None:
    texts = sentences(120, 1)
    data(root, "greet", [*texts, texts[4]])
    assert found(root) == [f"greet.yml:126: already at greet.yml:10: {texts[4][:60]!r}"]


def test_lint_names_what_is_nearly_copied_from_an_evaluation_file(root: Path, tmp_path: Path) -> None:
    own = root / "evaluation" / COMPLETE / "own.jsonl"
    own.write_text(json.dumps({"text": "preciso da fatura desse mês para pagar ainda hoje"}) + "\n", encoding="utf-8")
    sample = tmp_path / "sample.jsonl"
    sample.write_text(
        '{"text": "bom dia"}\n{"text": "chegou um homem aqui dizendo que era o técnico"}\n', encoding="utf-8"
    )
    copies = [
        "Preciso da fatura desse mes para pagar ainda hoje!!",
        "chegou um homem aqui dizendo que era o tecnico.",
        "bom dia",
        "opa chegando aki agora",
    ]
    data(root, "greet", [*copies, *sentences(120, 1)])
    assert found(root, [sample]) == [
        f"greet.yml:6: nearly copied from own.jsonl:1: {copies[0]!r}",
        f"greet.yml:7: nearly copied from sample.jsonl:2: {copies[1]!r}",
        f"greet.yml:9: nearly copied from boundaries.yml:6: {copies[3]!r}",
    ]


def test_lint_names_a_broken_line_of_an_evaluation_file(root: Path) -> None:
    (root / "evaluation" / COMPLETE / "own.jsonl").write_text('{"text": "oi"}\n{"texto": 1}\n[', encoding="utf-8")
    assert found(root) == ["own.jsonl:2: no JSON object with `text`", "own.jsonl:3: no JSON object with `text`"]


def test_lint_names_an_intent_with_too_few_examples(root: Path) -> None:
    data(root, "greet", sentences(119, 1))
    assert found(root) == ["greet.yml:1: 119 examples of greet, at least 120 are needed"]


def test_lint_wants_more_examples_of_what_the_bot_acts_on(root: Path) -> None:
    (root / "domain.yml").write_text("intents: [greet, goodbye, slow_internet]\n", encoding="utf-8")
    data(root, "slow_internet", sentences(299, 3))
    assert found(root) == ["slow_internet.yml:1: 299 examples of slow_internet, at least 300 are needed"]


def test_lint_names_an_intent_that_outweighs_another(root: Path) -> None:
    data(root, "goodbye", sentences(12 * 120 + 1, 2))
    assert found(root) == ["goodbye.yml:1: 1441 examples of goodbye, 120 of greet: more than 12 to 1"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("meu cpf é 529.982.247-26", "the check digits of this CPF are wrong: 529.982.247-26"),
        ("cpf 52998224726 viu", "the check digits of this CPF are wrong: 52998224726"),
        ("cnpj 11.222.333/0001-80", "the check digits of this CNPJ are wrong: 11.222.333/0001-80"),
        ("quero a [fatura](document) agora", "Rasa would read this as an entity: 'quero a [fatura](document) agora'"),
        ("quero **muito** a fatura", "stray markup: 'quero **muito** a fatura'"),
        ("- quero a fatura", "stray markup: '- quero a fatura'"),
        ("quero\ta fatura", "a tab or another control character: 'quero\\ta fatura'"),
        ("/start por favor", "the model is never asked, a rule says out_of_scope: '/start por favor'"),
    ],
)
def test_lint_names_what_is_wrong_in_a_text(root: Path, text: str, wrong: str) -> None:
    data(root, "greet", [text, *sentences(120, 1)])
    assert found(root) == [f"greet.yml:{FIRST_LINE}: {wrong}"]


@pytest.mark.parametrize(
    "text", ["meu cpf é 529.982.247-25", "protocolo 52998224726", "12981110001 é meu zap", "r$ 99,90 né"]
)
def test_lint_leaves_digits_alone_that_are_right_or_no_document(root: Path, text: str) -> None:
    data(root, "greet", [text, *sentences(120, 1)])
    assert found(root) == []


def test_lint_names_a_text_that_is_too_long(root: Path) -> None:
    data(root, "greet", ["boleto " * 143 + "hoje", *sentences(120, 1)])
    (problem,) = found(root)
    assert problem.startswith(f"greet.yml:{FIRST_LINE}: 1005 characters, the model reads 1000: ")


def test_lint_lets_commands_stand_under_what_is_out_of_scope(root: Path) -> None:
    (root / "domain.yml").write_text("intents: [greet, goodbye, out_of_scope]\n", encoding="utf-8")
    data(root, "out_of_scope", ["<b>oi</b> <script>", "/restart{}", *sentences(120, 3)])
    assert found(root) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("nlu: [", "greet.yml:2: no YAML"),
        ("nlu:\n  - intent: greet\n", "greet.yml:2: a block needs `intent` and `examples`"),
        ("# nothing", "greet.yml:1: the file is empty"),
        ("stories: []\n", "greet.yml:1: there is no list under `nlu:`"),
        (block("greet", ["oi"]) + "      oi sem traço\n", "greet.yml:7: an example begins with '- ': 'oi sem traço'"),
    ],
)
def test_lint_names_what_cannot_be_read(root: Path, body: str, problem: str) -> None:
    (root / "data" / COMPLETE / "greet.yml").write_text(body, encoding="utf-8")
    assert any(line.startswith(problem) for line in found(root)), found(root)


def test_lint_names_a_block_in_the_wrong_file(root: Path) -> None:
    (root / "data" / COMPLETE / "extra.yml").write_text(
        block("greet", ["salve rapaziada da internet"]), encoding="utf-8"
    )
    assert found(root) == [f"extra.yml:{FIRST_LINE}: greet belongs into greet.yml"]


SEVERAL = """
nlu:
  - intent: greet
    examples:
      - text: |
          cheguei e já vou indo embora
        metadata: {intents: [greet, goodbye]}
      - text: |
          vou indo embora, oi pra você
        metadata:
          intents: [goodbye, greet]
      - text: só cheguei mesmo por aqui
        metadata: {intents: [greet]}
      - text: |
          cheguei, vou embora, cadê a fatura
        metadata: {intents: [greet, invoice]}
      - metadata: {intents: [greet, goodbye]}
"""


def test_lint_checks_the_intents_of_examples_with_several_requests(root: Path) -> None:
    (root / "data" / COMPLETE / "several.yml").write_text(SEVERAL, encoding="utf-8")
    assert found(root) == [
        "several.yml:9: the first of `intents` has to be greet",
        "several.yml:12: an example of several requests needs two `intents`",
        "several.yml:15: invoice is not in the domain",
        "several.yml:17: an example needs `text`",
    ]


def test_examples_know_their_lines_and_intents(root: Path) -> None:
    path = root / "data" / COMPLETE / "several.yml"
    path.write_text(SEVERAL, encoding="utf-8")
    problems: list[Problem] = []
    first = read_examples(path, problems)[0]
    assert (first.line, first.text, first.intents) == (6, "cheguei e já vou indo embora", ("greet", "goodbye"))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (None, "boundaries.yml:1: the boundary rules are missing"),
        ("rules: []", "boundaries.yml:1: there is no list under `boundaries:`"),
        (GOOD_BOUNDARIES.replace("intent: goodbye", "intent: leave"), "boundaries.yml:8: leave is not in the domain"),
        (
            GOOD_BOUNDARIES.replace(", saindo nesse instante", ""),
            "boundaries.yml:3: 2 examples of goodbye, at least 3 are needed: Hello and good-bye differ.",
        ),
        (
            GOOD_BOUNDARIES + "      - intent: thanks\n",
            "boundaries.yml:3: 0 examples of thanks, at least 3 are needed: Hello and good-bye differ.",
        ),
        (
            GOOD_BOUNDARIES.split("      - intent: goodbye")[0],
            "boundaries.yml:3: two sides are needed: Hello and good-bye differ.",
        ),
    ],
)
def test_lint_wants_messages_on_both_sides_of_each_boundary_rule(root: Path, body: str | None, problem: str) -> None:
    path = root / "evaluation" / COMPLETE / "boundaries.yml"
    if body is None:
        path.unlink()
    else:
        path.write_text(body, encoding="utf-8")
    assert problem in found(root)


def test_lint_asks_a_language_on_its_way_for_no_more_than_it_has(root: Path) -> None:
    (root / "data" / "es").mkdir()
    (root / "data" / "es" / "greet.yml").write_text(block("greet", ["hola", "buenas"]), encoding="utf-8")
    assert found(root) == []


def test_acting_intents_are_in_the_domain() -> None:
    text = (Path(rules.__file__).parent / "domain.yml").read_text(encoding="utf-8")
    assert all(f"- {intent}\n" in text for intent in rules.ACTING)


def test_near_copies_are_those_that_a_comparison_of_all_with_all_finds() -> None:
    random = Random(4)
    known = sentences(60, 5)
    asked = [text.replace(random.choice(text), random.choice("abcdeios"), 1) for text in known] + sentences(60, 6)
    index = NearCopies(known)
    for text in asked:
        likeness = {
            other: len(trigrams(text) & trigrams(other)) / len(trigrams(text) | trigrams(other)) for other in known
        }
        best = max(likeness, key=lambda other: likeness[other])
        assert index.of(text) == (best if likeness[best] >= 0.85 else None)


def test_near_copies_of_nothing_are_none() -> None:
    assert NearCopies([]).of("boleto") is None
