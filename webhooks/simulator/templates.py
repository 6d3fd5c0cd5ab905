"""Message templates of the stand-in: handed in, approved by the next look at the list, or refused when told to."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from webhooks.simulator.database import Database
from webhooks.simulator.failures import FailureModes
from webhooks.simulator.fields import an_object, only, text_of
from webhooks.simulator.refusal import Refusal, malformed, switched_on, unknown_object
from webhooks.simulator.template_view import Approved

CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
LIMITS = {"BODY": 1024, "HEADER": 60, "FOOTER": 60}
LONGEST_TITLE = 25
MOST_BUTTONS = 10
PAGE = 25
FIRST_ID = 1_000_000_000_000_000
SCOPE = "templates"
CODE_WORDS = {"es": "*{{1}}* es tu código de verificación.", "": "*{{1}}* é seu código de verificação."}
_SLOT = re.compile(r"\{\{(\d+)\}\}")


@dataclass(frozen=True)
class Kept:
    """A template of the stand-in."""

    id: int
    name: str
    language: str
    category: str
    status: str
    reason: str
    components: list[dict[str, Any]]

    @property
    def shown(self) -> dict[str, Any]:
        """As the Graph API lists it."""
        return {
            "name": self.name,
            "parameter_format": "POSITIONAL",
            "components": self.components,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "quality_score": {"score": "UNKNOWN"},
            "rejected_reason": self.reason or "NONE",
            "id": str(FIRST_ID + self.id),
        }


class TemplateShelf:
    """The templates in the simulator's file; safe for several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, language: str, category: str, components: Sequence[Any], *, status: str) -> Kept:
        """Keeps a new one. Raises Refusal where the name has this language already."""
        reason = "INVALID_FORMAT" if status == "REJECTED" else ""
        values = (name, language, category, status, reason, json.dumps(components))
        try:
            with self._database.write() as connection:
                row = connection.execute(
                    "INSERT INTO template (name, language, category, status, reason, components)"
                    " VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
                    values,
                ).fetchone()
        except sqlite3.IntegrityError as error:
            raise Refusal(100, "Content in this language already exists", subcode=2388024) from error
        return _kept(row)

    def look(self, after: int, limit: int) -> list[Kept]:
        """Those behind `after`, in order. Whoever looks finds approved what waited."""
        with self._database.write() as connection:
            connection.execute("UPDATE template SET status = 'APPROVED' WHERE status = 'PENDING'")
        rows = self._database.read("SELECT * FROM template WHERE id > ? ORDER BY id LIMIT ?", after, limit)
        return [_kept(row) for row in rows]

    def approved(self) -> dict[str, Approved]:
        """The approved ones, by name."""
        rows = self._database.read("SELECT * FROM template WHERE status = 'APPROVED'")
        return {kept.name: _approved(kept) for kept in map(_kept, rows)}


def template_routes(
    graph: Blueprint,
    shelf: TemplateShelf,
    failures: FailureModes,
    account_id: str,
    check: Callable[[str, str | None], None],
) -> None:
    """Adds GET and POST `/<version>/<account>/message_templates`. `check` is the gate of every call."""

    def enter(version: str, account: str) -> None:
        check(version, None)
        if account != account_id:
            raise unknown_object(account)

    @graph.get("/<version>/<account>/message_templates")
    def list_templates(version: str, account: str) -> Response:
        enter(version, account)
        limit = request.args.get("limit", PAGE, int)
        after = request.args.get("after", 0, int)
        found = shelf.look(after, limit + 1)
        page: dict[str, Any] = {"data": [kept.shown for kept in found[:limit]]}
        if found:
            page["paging"] = {"cursors": {"before": str(found[0].id), "after": str(found[:limit][-1].id)}}
        if len(found) > limit:
            page["paging"]["next"] = f"{request.base_url}?after={found[limit - 1].id}&limit={limit}"
        return jsonify(page)

    @graph.post("/<version>/<account>/message_templates")
    def create_template(version: str, account: str) -> Response:
        enter(version, account)
        failure = failures.take(SCOPE)
        mode = failure.mode if failure else ""
        if mode not in ("", "reject", "as_marketing"):
            raise switched_on(mode)
        name, language, category, components = check_template(request.get_json(force=True, silent=True))
        category = "MARKETING" if mode == "as_marketing" else category
        kept = shelf.add(name, language, category, components, status="REJECTED" if mode == "reject" else "PENDING")
        return jsonify({"id": str(FIRST_ID + kept.id), "status": kept.status, "category": kept.category})


def check_template(body: object) -> tuple[str, str, str, list[dict[str, Any]]]:
    """(name, language, category, components) of a template that Meta would take in. Raises Refusal."""
    given = an_object(body, "$")
    only(given, {"name", "language", "category", "components", "allow_category_change", "parameter_format"}, "$")
    name, language = text_of(given, "name", "$", longest=512) or "", text_of(given, "language", "$", longest=16) or ""
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise malformed("Template name can only have lowercase letters, numbers and underscores.")
    category = given.get("category")
    if category not in CATEGORIES:
        raise malformed(f"Param category must be one of {', '.join(CATEGORIES)}.")
    components = given.get("components")
    parts = [an_object(part, "components") for part in components] if isinstance(components, list) else []
    kinds = [part.get("type") for part in parts]
    if "BODY" not in kinds or len(set(kinds)) < len(kinds):
        raise malformed("A template has one BODY, and each other component once at most.")
    for part in parts:
        _check_part(part, str(category))
    return name, language, str(category), [dict(part) for part in parts]


def _check_part(part: Mapping[str, Any], category: str) -> None:
    kind = part.get("type")
    if kind == "BUTTONS":
        return _check_buttons(part)
    if kind not in LIMITS:
        raise malformed(f"Unknown component {kind!r}.")
    if category == "AUTHENTICATION":
        return only(part, {"type", "add_security_recommendation", "code_expiration_minutes"}, "components")
    if kind == "HEADER" and part.get("format") != "TEXT":
        if not an_object(part.get("example"), "example").get("header_handle"):
            raise malformed("A header with a file needs example.header_handle.")
        return None
    text = text_of(part, "text", "components", longest=LIMITS[str(kind)]) or ""
    slots = _SLOT.findall(text)
    if slots != [str(place) for place in range(1, len(slots) + 1)] or (kind == "FOOTER" and slots):
        raise malformed("Placeholders are counted from {{1}} without gaps; a footer has none.")
    if kind == "BODY" and (text.startswith("{{") or text.rstrip(" .,!?").endswith("}}")):
        raise Refusal(100, "Variables can't be at the start or end of the template.", subcode=2388299)
    if "}}{{" in text.replace(" ", ""):
        raise Refusal(100, "Variables can't be next to each other.", subcode=2388299)
    if len(slots) != _examples(part, str(kind)):
        raise Refusal(100, "Each variable needs an example.", subcode=2388043)
    return None


def _examples(part: Mapping[str, Any], kind: str) -> int:
    given = part.get("example") or {}
    listed = given.get("header_text") if kind == "HEADER" else (given.get("body_text") or [[]])[0]
    return len(listed or ())


def _check_buttons(part: Mapping[str, Any]) -> None:
    buttons = part.get("buttons")
    if not isinstance(buttons, list) or not 0 < len(buttons) <= MOST_BUTTONS:
        raise malformed(f"buttons must be a list of 1 to {MOST_BUTTONS}.")
    for button in buttons:
        given = an_object(button, "buttons")
        only(given, {"type", "text", "url", "example", "otp_type", "phone_number"}, "buttons")
        text_of(given, "text", "buttons", longest=LONGEST_TITLE)
        if "{{" in str(given.get("url", "")) and not given.get("example"):
            raise Refusal(100, "Each variable needs an example.", subcode=2388043)


def _kept(row: sqlite3.Row) -> Kept:
    components = json.loads(row["components"])
    return Kept(row["id"], row["name"], row["language"], row["category"], row["status"], row["reason"], components)


def _approved(kept: Kept) -> Approved:
    parts = {part["type"]: part for part in kept.components}
    titles = tuple(str(button.get("text", "")) for button in parts.get("BUTTONS", {}).get("buttons", ()))
    if kept.category == "AUTHENTICATION":
        return Approved(CODE_WORDS.get(kept.language, CODE_WORDS[""]), titles)
    return Approved(str(parts["BODY"]["text"]), titles, str(parts.get("FOOTER", {}).get("text", "")))
