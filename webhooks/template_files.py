"""The repository's own message templates: `templates/<language>/<purpose>.yml`, read and put into a channel's shape."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from webhooks.channels.template_ports import Draft

FOLDER = Path(__file__).resolve().parents[1] / "templates"
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class UnreadableTemplate(ValueError):
    """A file is no template at all. The text says which file and what is wrong, in Portuguese."""


@dataclass(frozen=True)
class FileButton:
    """`value` is the address of a url, the id of a quick reply, the placeholder of a copy_code; may be empty."""

    type: str
    title: str
    value: str = ""


@dataclass(frozen=True)
class TemplateFile:
    """One file, as it stands: `purpose` is its name. `header_kind` is none, text, document, image or video."""

    purpose: str
    language: str
    category: str
    body: str
    header_kind: str = "none"
    header: str = ""
    footer: str = ""
    buttons: tuple[FileButton, ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name on the channel: a changed text makes another template, and the old one serves until that is
        approved. Examples are not part of it."""
        said = [self.language, self.category, self.header_kind, self.header, self.body, self.footer]
        buttons = [[button.type, button.title, button.value] for button in self.buttons]
        text = json.dumps([said, buttons], ensure_ascii=False)
        return f"{self.purpose}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    @property
    def variables(self) -> list[str]:
        """The placeholders' names in the order of the row: the header's, the body's, the buttons'."""
        taking = [button.value for button in self.buttons if button.type != "quick_reply"]
        return [name for part in (self.header, self.body, *taking) for name in PLACEHOLDER.findall(part)]

    def draft(self) -> Draft:
        """What a channel is asked to approve. Components in Meta's shape, with our ids on the quick replies."""
        components = [*self._header(), self._body()]
        if self.footer:
            components.append({"type": "FOOTER", "text": self.footer})
        if self.buttons:
            components.append({"type": "BUTTONS", "buttons": [self._button(button) for button in self.buttons]})
        return Draft(self.name, self.language, self.category, tuple(components))

    def _header(self) -> list[dict[str, Any]]:
        if self.header_kind == "none":
            return []
        if self.header_kind != "text":
            return [{"type": "HEADER", "format": self.header_kind.upper()}]
        text, values = self._numbered(self.header)
        example = {"example": {"header_text": values}} if values else {}
        return [{"type": "HEADER", "format": "TEXT", "text": text, **example}]

    def _body(self) -> dict[str, Any]:
        text, values = self._numbered(self.body)
        return {"type": "BODY", "text": text, **({"example": {"body_text": [values]}} if values else {})}

    def _button(self, button: FileButton) -> dict[str, Any]:
        if button.type == "copy_code" and self.category == "AUTHENTICATION":
            return {"type": "OTP", "otp_type": "COPY_CODE", "text": button.title}
        text, values = self._numbered(button.value)
        if button.type == "quick_reply":
            return {"type": "QUICK_REPLY", "text": button.title, "id": button.value}
        if button.type == "url":
            shown = self._filled(button.value)
            return {"type": "URL", "text": button.title, "url": text, **({"example": [shown]} if values else {})}
        return {"type": button.type.upper(), "text": button.title, **({"example": values[0]} if values else {})}

    def _numbered(self, text: str) -> tuple[str, list[str]]:
        names = PLACEHOLDER.findall(text)
        counted = iter(range(1, len(names) + 1))
        return PLACEHOLDER.sub(lambda _: f"{{{{{next(counted)}}}}}", text), [self.examples.get(n, "") for n in names]

    def _filled(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda found: self.examples.get(found[1], ""), text)


def read_templates(language: str, folder: Path = FOLDER) -> list[TemplateFile]:
    """Every template of a language, by purpose; none where there is no folder for it. Raises UnreadableTemplate."""
    return [read_template(path) for path in sorted((folder / language).glob("*.yml"))]


def read_template(path: Path) -> TemplateFile:
    """One file. Raises UnreadableTemplate when it lacks a part or has one that is not known."""
    where = f"{path.parent.name}/{path.name}"
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        known = {"name", "category", "header", "body", "footer", "buttons", "examples"}
        if not isinstance(tree, dict) or set(tree) != known:
            wrong = sorted(known ^ set(tree)) if isinstance(tree, dict) else sorted(known)
            raise UnreadableTemplate(f"{where}: campos que faltam ou sobram: {', '.join(map(str, wrong))}")
        if tree["name"] != path.stem:
            raise UnreadableTemplate(f"{where}: o nome ({tree['name']}) precisa ser o do arquivo ({path.stem})")
        kind, header = _header(tree["header"])
        return TemplateFile(
            purpose=path.stem,
            language=path.parent.name,
            category=str(tree["category"]),
            body=str(tree["body"]),
            header_kind=kind,
            header=header,
            footer=str(tree["footer"] or ""),
            buttons=tuple(_button(button) for button in tree["buttons"] or ()),
            examples={str(name): str(value) for name, value in (tree["examples"] or {}).items()},
        )
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, OSError) as error:
        raise UnreadableTemplate(f"{where}: não foi possível ler ({type(error).__name__}: {error})") from error


def _header(header: Any) -> tuple[str, str]:
    return ("text", str(header["text"])) if isinstance(header, Mapping) else (str(header or "none"), "")


def _button(button: Mapping[str, Any]) -> FileButton:
    kind = str(button["type"])
    part = {"url": "url", "quick_reply": "id", "copy_code": "value"}.get(kind, "")
    extra = set(button) - {"type", "title", part}
    if extra:
        raise KeyError(f"{kind}: {', '.join(sorted(extra))}")
    return FileButton(kind, str(button["title"]), str(button[part]) if part else "")


def by_name(files: Sequence[TemplateFile]) -> dict[tuple[str, str], TemplateFile]:
    """The files by what they are called on a channel: (name, language)."""
    return {(file.name, file.language): file for file in files}
