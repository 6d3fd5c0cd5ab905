"""Dialogues as they stand in the YAML files: who writes, what, and what must have been done after each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from demo import people

FOLDER = Path(__file__).parent / "dialogues"
_STEP = frozenset(
    {
        "says",
        "taps",
        "sends",
        "happens",
        "does",
        "asks",
        "waits",
        "goes_to",
        "known",
        "reads",
        "may_ask",
        "hears",
        "quiet",
    }
)
_DIALOGUE = frozenset({"story", "who", "given", "needs", "talk"})
_PHONES = {person.name.split()[0].lower(): person.wa_id for person in people()}
PHONES = {**{name: wa_id for name, wa_id in _PHONES.items() if name != "número"}, "stranger": _PHONES["número"]}


@dataclass(frozen=True)
class Step:
    """What the person does (`says` fragments, `taps` an option's id, `sends` a file of that kind), or what `happens`
    meanwhile, and all that must follow: what is not named must not be done, asked, left waiting or changed.

    `asks` holds what may be asked, usually one thing. `may_ask`: the words are hard, so the bot may ask back what it
    read, the person says yes, and then all must be as if it had been sure. `hears` are parts of the last bubble;
    `quiet`: nothing is said.
    """

    says: tuple[str, ...] = ()
    taps: str = ""
    sends: str = ""
    happens: Mapping[str, Any] = field(default_factory=dict)
    does: tuple[str, ...] = ()
    asks: tuple[str, ...] = ("",)
    waits: tuple[str, ...] = ()
    goes_to: str = ""
    known: str = ""
    reads: str = ""
    may_ask: bool = False
    hears: tuple[str, ...] = ()
    quiet: bool = False


@dataclass(frozen=True)
class Dialogue:
    """One story: `given` is what is different from the demo before it begins, `needs` what the model has to tell apart
    for it where that is hard, said when it fails."""

    theme: str
    story: str
    who: str
    given: Mapping[str, Any]
    needs: str
    talk: tuple[Step, ...]

    @property
    def wa_id(self) -> str:
        """The phone that writes."""
        return PHONES[self.who]


def dialogues() -> list[Dialogue]:
    """All of them, by file. Raises ValueError for a word that no dialogue or step has."""
    return [
        _dialogue(path.stem, row) for path in sorted(FOLDER.glob("*.yml")) for row in yaml.safe_load(path.read_text())
    ]


def _dialogue(theme: str, row: Mapping[str, Any]) -> Dialogue:
    _known(f"{theme}: {row.get('story')}", row, _DIALOGUE)
    steps = tuple(_step(f"{theme}: {row['story']}", step) for step in row["talk"])
    return Dialogue(theme, str(row["story"]), str(row["who"]), row.get("given", {}), row.get("needs", ""), steps)


def _step(where: str, row: Mapping[str, Any]) -> Step:
    _known(where, row, _STEP)
    return Step(
        says=_texts(row.get("says")),
        taps=str(row.get("taps", "")),
        sends=str(row.get("sends", "")),
        happens=row.get("happens", {}),
        does=_texts(row.get("does")),
        asks=_texts(row.get("asks", "")),
        waits=_texts(row.get("waits")),
        goes_to=str(row.get("goes_to", "")),
        known=str(row.get("known", "")),
        reads=str(row.get("reads", "")),
        may_ask=bool(row.get("may_ask", False)),
        hears=_texts(row.get("hears")),
        quiet=bool(row.get("quiet", False)),
    )


def _known(where: str, row: Mapping[str, Any], names: frozenset[str]) -> None:
    if unknown := set(row) - names:
        raise ValueError(f"{where}: unknown {sorted(unknown)}")


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)
