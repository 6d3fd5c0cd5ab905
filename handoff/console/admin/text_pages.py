"""What the bot says: found by words or by part, read beside the shipped text, changed, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.sentence import Sentence, misfit
from handoff.console.admin.page import frame, written_down
from handoff.console.framing import typed
from handoff.console.ports import House, Ports, attendant, house
from handoff.console.wording import moment
from handoff.phrases.book import Overtaken, Phrase, found, history, phrases, write
from handoff.phrases.examples import example, variables
from handoff.phrases.parts import PARTS
from handoff.staff import NotAllowed
from models.agent import name_of

LANGUAGES = {"pt_BR": "Português", "es": "Espanhol"}
STATES = {"own": "Com texto próprio", "unused": "Próprio que não serve mais", "shipped": "De fábrica"}
MOST_TYPED = 20_000
NO_SUCH = "Este texto não existe."


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them."""
    where = "/admin/texts/<language>/<name>"
    blueprint.add_url_rule("/admin/texts", "texts", partial(_list, ports))
    blueprint.add_url_rule(where, "text", partial(_page, ports))
    blueprint.add_url_rule(where, "text_change", partial(_save, ports), methods=["POST"])
    blueprint.add_url_rule(f"{where}/preview", "text_preview", partial(_preview, ports), methods=["POST"])
    blueprint.add_url_rule(f"{where}/reset", "text_reset", partial(_reset, ports), methods=["POST"])


def _list(ports: Ports) -> Response:
    language = request.args.get("language", ports.language)
    sentences = _sentences(ports, language)
    words, part, state = typed("q", 100), typed("part", 30), typed("state", 10)
    with ports.db.reading() as session:
        place, book = house(session), phrases(session, language, sentences).values()
    narrowed = bool(words or part or state)
    shown = found(book, words, part, state) if narrowed else [one for one in book if one.own]
    return frame(
        "texts",
        "texts",
        place,
        language=language,
        languages={name: LANGUAGES.get(name, name) for name in sorted(ports.sentences, key=ports.language.__ne__)},
        spoken=ports.language,
        words=words,
        part=part,
        state=state,
        states=STATES,
        narrowed=narrowed,
        shown=shown,
        unused=len(found(book, state="unused")),
        chapters=[(one.name, one.title, len(found(book, part=one.name))) for one in PARTS.values()],
    )


def _page(ports: Ports, language: str, name: str, *, problem: str = "", kept: str | None = None) -> Response:
    """The form: with what was typed where it is `kept`, else with an earlier version's words, or those that hold."""
    with ports.db.reading() as session:
        place, book = house(session), phrases(session, language, _sentences(ports, language))
        phrase = book.get(name) or abort(404, NO_SUCH)
        past = [
            (one, name_of(session, one.by), moment(one.at, ports.now(), place.zone))
            for one in history(session, language, name)
        ]
    again = next((one.text for one, _, _ in past if str(one.number) == request.args.get("version")), None)
    text = kept if kept is not None else again or phrase.own or phrase.sentence.text
    said = _said(book)
    return frame(
        "text",
        "texts",
        place,
        status=409 if problem else 200,
        problem=problem,
        language=language,
        phrase=phrase,
        text=text,
        variables=variables(phrase.sentence, said, place.name),
        past=past,
        **_seen_as(text, phrase.sentence, said, place),
    )


def _preview(ports: Ports, language: str, name: str) -> Response:
    """The example alone for the page's script; the whole page, with what was typed, for a browser without."""
    if request.headers.get("X-Console") != "live":
        return _page(ports, language, name, kept=_typed_text())
    with ports.db.reading() as session:
        place, book = house(session), phrases(session, language, _sentences(ports, language))
    phrase = book.get(name) or abort(404, NO_SUCH)
    said = _said(book)
    shown = _seen_as(_typed_text(), phrase.sentence, said, place)
    return make_response(render_template("console/admin/text_preview.html", phrase=phrase, **shown))


def _save(ports: Ports, language: str, name: str) -> Response:
    return _write(ports, language, name, _typed_text())


def _reset(ports: Ports, language: str, name: str) -> Response:
    return _write(ports, language, name, None)


def _write(ports: Ports, language: str, name: str, text: str | None) -> Response:
    sentences = _sentences(ports, language)
    try:
        with ports.db.transaction() as session:
            place, book = house(session), phrases(session, language, sentences)
            phrase = book.get(name) or abort(404, NO_SUCH)
            if typed("seen", 10) != str(phrase.seen):
                who = name_of(session, phrase.newest.by) if phrase.newest else ""
                raise Overtaken(f"{who or 'Outra pessoa'} mudou este texto enquanto você escrevia.")
            if text is not None:
                _must_fit(text, phrase.sentence, _said(book), place)
            if write(session, language, phrase, text, by=attendant().login):
                after = {"text": None if text == phrase.sentence.text else text}
                written_down(session, "text.changed", f"text:{language}:{name}", {"text": phrase.own or None}, after)
    except Overtaken as problem:
        more = "Veja o que vale agora. O que você digitou está aqui: salvar de novo o põe no lugar."
        return _page(ports, language, name, problem=f"Não foi salvo: {problem} {more}", kept=text)
    except NotAllowed as problem:
        return _page(ports, language, name, problem=f"Não foi salvo: {problem}", kept=text)
    return redirect(url_for("console.texts", language=language, part=phrase.part.name), 303)


def _must_fit(text: str, sentence: Sentence, said: dict[str, str], place: House) -> None:
    problem = _seen_as(text, sentence, said, place)["misfit"]
    if problem:
        raise NotAllowed(str(problem))


def _seen_as(text: str, sentence: Sentence, said: dict[str, str], place: House) -> dict[str, Any]:
    """How the words are seen by a customer whose name is known, and by one whose isn't; or why they don't fit."""
    problem = misfit(text, sentence) if sentence.text else ""
    if problem or not sentence.text:
        return {"misfit": problem, "examples": [], "length": len(text)}
    named = example(text, said, place.name)
    nameless = example(text, said, place.name, named=False)
    if len(named) > sentence.longest:
        problem = f"Com os dados do exemplo passa de {sentence.longest} caracteres, o máximo do WhatsApp aqui."
    return {"misfit": problem, "examples": list(dict.fromkeys((named, nameless))), "length": len(named)}


def _said(book: Mapping[str, Phrase]) -> dict[str, str]:
    return {name: phrase.said for name, phrase in book.items()}


def _typed_text() -> str:
    """As it was typed, without blanks around it."""
    return request.form.get("text", "").replace("\r\n", "\n").strip()[:MOST_TYPED]


def _sentences(ports: Ports, language: str) -> dict[str, Sentence]:
    if language not in ports.sentences:
        abort(404, "Este idioma não existe.")
    return dict(ports.sentences[language])
