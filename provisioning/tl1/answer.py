"""What a TL1 gateway answers: completed or denied, its reason, and tables by the names of their columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_COMPLETION = re.compile(r"^M\s+(?P<ctag>\S+)\s+(?P<code>COMPLD|DENY|PRTL|DELAY|RTRV)\s*$", re.MULTILINE)
_REASON = re.compile(r"\bEN=(?P<en>\S*)(?:[ \t]+ENDESC=(?P<endesc>[^\r\n]*))?")
_ADDED = re.compile(r"\bEADD=(?P<eadd>[^\r\n]*)")
_BLOCKS = re.compile(r"\b(total_blocks|block_number)=(\d+)")
_RULE = re.compile(r"-{5,}")


@dataclass(frozen=True)
class Answer:
    """One block: whose (`ctag`), how it ended (`code`), why (`en`, `words`), and its rows by column."""

    ctag: str
    code: str
    en: str
    words: str
    rows: tuple[Mapping[str, str], ...]
    more: bool = False
    """Whether this block says that it is not the last one."""

    @property
    def ok(self) -> bool:
        """COMPLD, and no error number but 0. What `words` say does not count: success says "No error"."""
        return self.code == "COMPLD" and self.en in {"", "0"}

    @property
    def unfinished(self) -> bool:
        """Whether more blocks of the same answer follow."""
        return self.more or self.code in {"PRTL", "RTRV", "DELAY"}


def parse(block: str) -> Answer | None:
    """The answer in a block of text that ended with `;` or `>`; None where it is none (a greeting, an alarm)."""
    head = _COMPLETION.search(block)
    if head is None:
        return None
    reason, added = _REASON.search(block, head.end()), _ADDED.search(block, head.end())
    words = [(reason["endesc"] or "") if reason else "", added["eadd"] if added else ""]
    rows = tuple(_rows(block[head.end() :].splitlines()))
    en = reason["en"] if reason else ""
    return Answer(head["ctag"], head["code"], en, " ".join(filter(None, words)).strip(), rows, _more(block))


def _more(block: str) -> bool:
    counted = {name: int(count) for name, count in _BLOCKS.findall(block)}
    return counted.get("block_number", 0) < counted.get("total_blocks", 0)


def _rows(lines: Iterable[str]) -> Iterable[Mapping[str, str]]:
    """A table: a rule, the names of the columns, and rows by tabs up to the next rule (or the end)."""
    names: list[str] | None = None
    open_table = False
    for line in lines:
        if _RULE.fullmatch(line.strip()):
            open_table, names = not open_table or names is None, None
        elif open_table and names is None and line.strip():
            names = [name.strip().upper() for name in line.split("\t")]
        elif open_table and names is not None and line.strip():
            cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
            yield dict(zip(names, cells, strict=False))


def number(cell: str) -> float | None:
    """A number with a point or a comma; None for `--`, `NULL` and the like."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None
