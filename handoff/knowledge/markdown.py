"""A little markdown as safe HTML: headings, lists, quotes, code, bold, italics and links. Everything else is text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

_ITEM = re.compile(r"(?:([-*])|\d{1,3}[.)])\s+(.*)")
_HEADING = re.compile(r"(#{1,3})\s+(.*)")
_INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*|\*(?P<italic>[^*\s][^*]*)\*"
    r"|\[(?P<words>[^\]]+)\]\((?P<to>(?:https?://|/console/)[^\s()]+)\)"
)
_FENCE = "```"


def as_html(text: str) -> Markup:
    """The text's HTML. No markup of its own passes: all words are escaped, and links lead to http(s) or the console.
    Never raises."""
    return Markup("\n").join(_blocks(text.replace("\r\n", "\n").split("\n")))


def _blocks(lines: list[str]) -> Iterator[Markup]:
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if not line:
            at += 1
        elif line.startswith(_FENCE):
            end = next((n for n in range(at + 1, len(lines)) if lines[n].strip() == _FENCE), len(lines))
            yield Markup("<pre><code>{}</code></pre>").format("\n".join(lines[at + 1 : end]))
            at = end + 1
        elif heading := _HEADING.fullmatch(line):
            # The page's own title is the first, that of a part the second.
            yield _wrapped(f"h{len(heading[1]) + 2}", _inline(heading[2]))
            at += 1
        else:
            kind = _kind(line)
            end = next((n for n in range(at, len(lines)) if _kind(lines[n].strip()) != kind), len(lines))
            yield _block(kind, [one.strip() for one in lines[at:end]])
            at = end


def _kind(line: str) -> str:
    if not line or line.startswith(_FENCE) or _HEADING.fullmatch(line):
        return ""
    if item := _ITEM.fullmatch(line):
        return "ul" if item[1] else "ol"
    return "blockquote" if line.startswith(">") else "p"


def _block(kind: str, lines: list[str]) -> Markup:
    if kind in {"ul", "ol"}:
        items = [_wrapped("li", _inline(found[2])) for found in map(_ITEM.fullmatch, lines) if found]
        return _wrapped(kind, Markup("").join(items))
    if kind == "blockquote":
        lines = [line.removeprefix(">").strip() for line in lines]
    return _wrapped(kind, Markup("<br>").join(_inline(line) for line in lines))


def _inline(text: str) -> Markup:
    parts, at = list[Markup](), 0
    for found in _INLINE.finditer(text):
        parts += [escape(text[at : found.start()]), _marked(found)]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def _marked(found: re.Match[str]) -> Markup:
    if found["to"]:
        return Markup('<a href="{}" rel="noreferrer">{}</a>').format(found["to"], found["words"])
    tag = {"code": "code", "bold": "strong", "italic": "em"}[str(found.lastgroup)]
    return _wrapped(tag, escape(found[str(found.lastgroup)]))


def _wrapped(tag: str, inside: Markup) -> Markup:
    return Markup("<{}>{}</{}>").format(tag, inside, tag)
