"""The repository's templates are such as Meta takes, and the linter names what it would not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from handoff.template_wording import FIELDS, PURPOSES
from webhooks.template_files import FOLDER, FileButton, TemplateFile, UnreadableTemplate, read_template, read_templates
from webhooks.template_lint import problems

LANGUAGES = sorted(path.name for path in FOLDER.iterdir())
EVERY = [file for language in LANGUAGES for file in read_templates(language)]
GOOD = TemplateFile(
    purpose="hello",
    language="pt_BR",
    category="UTILITY",
    body="Oi, {name}! O seu atendimento {protocol} tem uma resposta nova.",
    examples={"name": "Ana", "protocol": "1"},
)


@pytest.mark.parametrize("file", EVERY, ids=lambda file: f"{file.language}/{file.purpose}")
def test_template_of_the_repository_has_no_fault(file: TemplateFile) -> None:
    assert problems(file) == []


@pytest.mark.parametrize("file", EVERY, ids=lambda file: f"{file.language}/{file.purpose}")
def test_template_of_the_repository_has_words_for_agents(file: TemplateFile) -> None:
    assert file.purpose in PURPOSES
    assert set(file.variables) <= FIELDS.keys()


def test_every_language_has_the_same_templates_with_the_same_values() -> None:
    found = {
        language: {file.purpose: (file.variables, file.category) for file in read_templates(language)}
        for language in LANGUAGES
    }
    assert found["pt_BR"] == found["es"]
    assert set(found["pt_BR"]) == set(PURPOSES)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"purpose": "Olá"}, "nome"),
        ({"category": "SERVICE"}, "categoria"),
        ({"header_kind": "gif"}, "título 'gif'"),
        ({"body": " "}, "está vazio"),
        ({"body": "a" * 1025}, "tem 1025 caracteres"),
        ({"body": "{name}, o seu atendimento {protocol} tem uma resposta."}, "começar"),
        ({"body": "Temos uma resposta sobre o seu atendimento {protocol}, {name}!"}, "terminar"),
        ({"body": "Oi, {name} {protocol}, temos uma resposta para você aqui."}, "dois valores seguidos"),
        ({"body": "Oi, {name}: {protocol} ok."}, "palavras para 2 valores"),
        ({"body": "Oi, {name}! E de novo {name} no atendimento {protocol} de hoje."}, "mais de uma vez"),
        ({"body": "Oi, {Name}! O seu atendimento {protocol} tem uma resposta."}, "chaves soltas"),
        ({"body": "Oi, {name}!\n\n\nO seu atendimento {protocol} tem uma resposta."}, "quebras de linha"),
        ({"header_kind": "text", "header": "x" * 61}, "título: de 1 a 60"),
        ({"header_kind": "text", "header": "*Oi*"}, "sem emoji"),
        ({"footer": "x" * 61}, "rodapé"),
        ({"footer": "Oi {name}"}, "rodapé: sem valores"),
        ({"examples": {"name": "Ana"}}, "falta o de {protocol}"),
        ({"examples": {"name": "Ana", "protocol": "1", "x": "y"}}, "x não aparece"),
        ({"examples": {"name": "Ana\nB", "protocol": "1"}}, "quebra de linha"),
        ({"category": "MARKETING"}, "como parar"),
        ({"category": "AUTHENTICATION"}, "um único botão"),
    ],
)
def test_fault_is_named(changes: dict[str, object], fault: str) -> None:
    found = problems(replace(GOOD, **changes))  # type: ignore[arg-type]
    assert any(fault in one for one in found), found


@pytest.mark.parametrize(
    ("buttons", "fault"),
    [
        ([("quick_reply", "x" * 26, "id")], "de 1 a 25"),
        ([("quick_reply", "Oi", "")], "falta o id"),
        ([("quick_reply", "Oi", "a"), ("quick_reply", "Oi", "b")], "mesmo título"),
        ([("url", "Ver", "ftp://x")], "http"),
        ([("url", "Ver", "https://x.example/{protocol}/ver")], "só no fim"),
        ([("url", "A", "https://x"), ("url", "B", "https://x"), ("url", "C", "https://x")], "no máximo 2"),
        ([("copy_code", "Copiar", "123")], "precisa ser um espaço"),
        ([("order_details", "Pagar", ""), ("quick_reply", "Oi", "a")], "fica sozinho"),
        ([("call", "Ligar", "1")], "tipo 'call'"),
        ([("quick_reply", "A", "a"), ("url", "B", "https://x.example"), ("quick_reply", "C", "c")], "ficam juntos"),
    ],
)
def test_fault_of_a_button_is_named(buttons: list[tuple[str, str, str]], fault: str) -> None:
    found = problems(replace(GOOD, buttons=tuple(FileButton(*button) for button in buttons)))
    assert any(fault in one for one in found), found


def test_name_changes_with_the_words_and_not_with_the_examples() -> None:
    assert replace(GOOD, examples={"name": "Bia", "protocol": "2"}).name == GOOD.name
    assert replace(GOOD, body=GOOD.body + " Até já.").name != GOOD.name
    assert GOOD.name.startswith("hello_")


def test_values_are_named_in_the_order_of_header_body_and_buttons() -> None:
    buttons = (FileButton("quick_reply", "Oi", "intent:greet"), FileButton("url", "Ver", "https://x.example/{link}"))
    file = replace(GOOD, header_kind="text", header="Fatura {number}", buttons=buttons)
    assert file.variables == ["number", "name", "protocol", "link"]


@pytest.mark.parametrize("text", ["", "[]", "name: other", "name: x\nbody: [", "name: x\ncategory: UTILITY\nextra: 1"])
def test_file_that_is_no_template_says_so_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pt_BR" / "x.yml"
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(UnreadableTemplate, match=r"pt_BR/x\.yml"):
        read_template(path)
