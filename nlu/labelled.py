"""Messages with the intents given to them by hand: read from JSON Lines, and which files there are to measure with."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlu.environment import NLU
from nlu.languages import PORTUGUESE

EVALUATION = NLU / "evaluation"
HELD_OUT = EVALUATION / PORTUGUESE
"""Written by other authors than the training examples."""
DEV_SAMPLE = NLU.parent.parent / "shared" / "data" / "nlu" / "dev_sample.jsonl"
"""Brazilian messages that may lie beside the project."""
OWN_LABELLED = NLU / "own" / "labelled.jsonl"
"""The provider's own, exported from its conversations; not in the repository."""
_MOST_PROBLEMS = 5


@dataclass(frozen=True)
class Labelled:
    """A message with its primary intent, all that it asks for in order, and all that a careful reader would accept."""

    text: str
    primary: str
    labels: tuple[str, ...]
    accepted: frozenset[str]


class Unreadable(Exception):
    """A file is no list of labelled messages; the text says in which lines and why."""


def files(language: str) -> list[Path]:
    """The files to measure a model with: those of its language, the dev sample, the provider's own where present.

    Raises Unreadable when there are none.
    """
    beside = [DEV_SAMPLE, OWN_LABELLED] if language == PORTUGUESE else [OWN_LABELLED]
    found = [*sorted((EVALUATION / language).glob("*.jsonl")), *(path for path in beside if path.is_file())]
    if not found:
        raise Unreadable(f"Nenhum arquivo de mensagens rotuladas em {EVALUATION / language}. Diga um: --file FILE")
    return found


def read(path: Path, intents: Collection[str] = ()) -> list[Labelled]:
    """The messages of a JSON Lines file with `text`, `primary`, and optionally `labels` and `alt`.

    Blank lines do not count. With `intents`, no other may be named. Raises Unreadable.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "não é texto em UTF-8"
        raise Unreadable(f"{path}: {reason}") from error
    messages: list[Labelled] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                messages.append(_message(line, intents))
            except ValueError as error:
                problems.append(f"{path}:{number}: {error}")
    if not messages and not problems:
        problems.append(f"{path}: nenhuma mensagem")
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        raise Unreadable("\n".join([*problems[:_MOST_PROBLEMS], *([f"... e mais {more}"] if more > 0 else [])]))
    return messages


def _message(line: str, intents: Collection[str]) -> Labelled:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"não é JSON ({error})") from error
    if not isinstance(row, dict):
        raise ValueError('esperado um objeto, como {"text": "bom dia", "primary": "greet"}')
    text, primary = row.get("text"), row.get("primary")
    if not isinstance(text, str) or not isinstance(primary, str) or not primary:
        raise ValueError("`text` e `primary` têm de ser textos")
    # Whatever stands first there, the primary intent is the first thing asked for.
    labels = tuple(dict.fromkeys([primary, *_names(row, "labels")]))
    accepted = frozenset([*labels, *_names(row, "alt")])
    unknown = sorted(accepted - set(intents)) if intents else []
    if unknown:
        raise ValueError(f"intenção desconhecida: {', '.join(unknown)}")
    return Labelled(text, primary, labels, accepted)


def _names(row: dict[str, object], key: str) -> Sequence[str]:
    names = row.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"`{key}` tem de ser uma lista de intenções")
    return names
