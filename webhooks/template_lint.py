"""What Meta refuses in a template, found before it is handed in: one sentence in Portuguese for each fault."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from core.template_text import (
    LONGEST_BODY,
    LONGEST_FOOTER,
    LONGEST_HEADER,
    LONGEST_LINK_END,
    LONGEST_TITLE,
    BadValue,
    fill,
    wording,
)
from webhooks.template_files import PLACEHOLDER, FileButton, TemplateFile

CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
HEADERS = ("none", "text", "document", "image", "video")
BUTTONS = ("quick_reply", "url", "copy_code", "order_details")
LONGEST_PURPOSE = 64
MOST = {"url": 2, "copy_code": 1, "order_details": 1, "quick_reply": 10}
LONGEST_CODE = 15
_ADJACENT = re.compile(r"\}\s*\{")
_BRACES = re.compile(r"[{}]")
_MARKUP = re.compile(r"[*_~`\n]|[\U0001F000-\U0001FAFF\u2600-\u27BF]")
_STOP = re.compile(r"\b(sair|parar|salir)\b", re.IGNORECASE)


def problems(file: TemplateFile) -> list[str]:
    """Every fault of a template; none means that nothing is known against it."""
    where = f"{file.language}/{file.purpose}.yml"
    found = [*_kinds(file), *_body(file), *_header_and_footer(file), *_buttons(file), *_examples(file), *_rules(file)]
    return [f"{where}: {fault}" for fault in found]


def _kinds(file: TemplateFile) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", file.purpose) or len(file.purpose) > LONGEST_PURPOSE:
        yield f"nome: só a-z, 0-9 e _, até {LONGEST_PURPOSE} caracteres"
    if file.category not in CATEGORIES:
        yield f"categoria {file.category!r}: use {', '.join(CATEGORIES)}"
    if file.header_kind not in HEADERS:
        yield f"título {file.header_kind!r}: use {', '.join(HEADERS)}"


def _body(file: TemplateFile) -> Iterator[str]:
    body = file.body
    names = PLACEHOLDER.findall(body)
    if not body.strip():
        yield "corpo: está vazio"
    if len(body) > LONGEST_BODY:
        yield f"corpo: tem {len(body)} caracteres, o limite é {LONGEST_BODY}"
    if _BRACES.search(PLACEHOLDER.sub("", body)):
        yield "corpo: chaves soltas; um espaço para valor é {nome}, em letras minúsculas"
    if re.search(r"\n{3,}|\t| {5,}", body):
        yield "corpo: mais de duas quebras de linha seguidas, tabulação ou mais de 4 espaços"
    if _ADJACENT.search(body):
        yield "corpo: dois valores seguidos, sem texto entre eles"
    for name in (name for name, times in Counter(names).items() if times > 1):
        yield f"corpo: {{{name}}} aparece mais de uma vez"
    if file.category != "AUTHENTICATION":
        yield from _balance(body.strip(), len(names))


def _balance(body: str, values: int) -> Iterator[str]:
    bare = body.strip(" .,!?:;")
    if body.startswith("{"):
        yield "corpo: não pode começar com um valor"
    if bare.endswith("}"):
        yield "corpo: não pode terminar com um valor"
    words = len(re.findall(r"\w+", PLACEHOLDER.sub(" ", body)))
    if values and words < 2 * values + 1:
        yield f"corpo: {words} palavras para {values} valores; a Meta pede pelo menos {2 * values + 1}"


def _header_and_footer(file: TemplateFile) -> Iterator[str]:
    if file.header_kind == "text":
        if not 0 < len(file.header) <= LONGEST_HEADER:
            yield f"título: de 1 a {LONGEST_HEADER} caracteres (tem {len(file.header)})"
        if len(PLACEHOLDER.findall(file.header)) > 1:
            yield "título: no máximo um valor"
        if _MARKUP.search(PLACEHOLDER.sub("", file.header)):
            yield "título: sem emoji, negrito, itálico nem quebra de linha"
    if len(file.footer) > LONGEST_FOOTER:
        yield f"rodapé: tem {len(file.footer)} caracteres, o limite é {LONGEST_FOOTER}"
    if _BRACES.search(file.footer) or "\n" in file.footer:
        yield "rodapé: sem valores e sem quebra de linha"


def _buttons(file: TemplateFile) -> Iterator[str]:
    kinds = Counter(button.type for button in file.buttons)
    for kind, times in kinds.items():
        if kind in MOST and times > MOST[kind]:
            yield f"botões: no máximo {MOST[kind]} do tipo {kind}"
    if len(file.buttons) > 10:
        yield "botões: no máximo 10"
    if kinds["order_details"] and len(file.buttons) > 1:
        yield "botões: order_details fica sozinho"
    groups = [button.type == "quick_reply" for button in file.buttons]
    if sum(before != after for before, after in pairwise(groups)) > 1:
        yield "botões: os de resposta rápida ficam juntos, antes ou depois dos outros"
    if len({button.title for button in file.buttons}) < len(file.buttons):
        yield "botões: dois têm o mesmo título"
    for button in file.buttons:
        yield from _button(button)


def _button(button: FileButton) -> Iterator[str]:
    where = f"botão {button.title!r}"
    if button.type not in BUTTONS:
        yield f"{where}: tipo {button.type!r}; use {', '.join(BUTTONS)}"
    if not 0 < len(button.title) <= LONGEST_TITLE or "\n" in button.title or _BRACES.search(button.title):
        yield f"{where}: de 1 a {LONGEST_TITLE} caracteres, sem valores nem quebra de linha"
    if button.type == "url":
        start = PLACEHOLDER.sub("", button.value)
        if not re.match(r"https?://[^\s/]+", start) or len(button.value) > LONGEST_LINK_END:
            yield f"{where}: o endereço precisa começar com http:// ou https:// e ter até {LONGEST_LINK_END} caracteres"
        if PLACEHOLDER.search(button.value) and not re.fullmatch(r"[^{}]*\{\w+\}", button.value):
            yield f"{where}: o valor fica só no fim do endereço"
    elif button.type == "copy_code" and not PLACEHOLDER.fullmatch(button.value):
        yield f"{where}: o valor precisa ser um espaço como {{code}}"
    elif button.type == "quick_reply" and (not button.value or _BRACES.search(button.value)):
        yield f"{where}: falta o id que volta quando é tocado, sem valores"


def _examples(file: TemplateFile) -> Iterator[str]:
    wanted, given = set(file.variables), set(file.examples)
    for name in sorted(wanted - given):
        yield f"exemplos: falta o de {{{name}}}"
    for name in sorted(given - wanted):
        yield f"exemplos: {name} não aparece no modelo"
    if wanted - given:
        return
    try:
        fill(wording(file.draft().components), file.variables, file.examples)
    except BadValue as problem:
        yield f"exemplos: {problem}"


def _rules(file: TemplateFile) -> Iterator[str]:
    if file.category == "MARKETING" and not _STOP.search(f"{file.body} {file.footer}"):
        yield "marketing: o texto ou o rodapé precisa dizer como parar (“Para não receber mais, responda SAIR”)"
    if file.category != "AUTHENTICATION":
        return
    if file.header_kind != "none" or file.footer or len(PLACEHOLDER.findall(file.body)) != 1:
        yield "autenticação: sem título nem rodapé, e o corpo tem só o código"
    if [button.type for button in file.buttons] != ["copy_code"]:
        yield "autenticação: um único botão, copy_code"
    if len(file.examples.get(next(iter(file.variables), ""), "")) > LONGEST_CODE:
        yield f"autenticação: o código tem até {LONGEST_CODE} caracteres"
