"""Reads a CSV file of any usual make line by line: its encoding, its separator, quoted newlines, what is broken."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 16
_MOST_LINES_OF_A_CELL = 20
# How files begin that people take for a table.
_NO_TABLES = {
    b"PK\x03\x04": "é uma planilha ou um arquivo compactado; salve como CSV",
    b"\xd0\xcf\x11\xe0": "é uma planilha antiga do Excel; salve como CSV",
    b"%PDF": "é um PDF; exporte os dados como CSV",
}
_SEPARATORS = ";,\t|"


class FileUnfit(ValueError):
    """The file as a whole cannot be taken. Its text is the reason, in Portuguese."""


@dataclass(frozen=True)
class Survey:
    """What is known of a file after it was read through once."""

    encoding: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Record:
    """A line of the table: the number of its first line in the file, its cells, or why it has none; `bytes_read` is how
    far the file was read, roughly."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""
    bytes_read: int = 0


def survey(path: Path) -> Survey:
    """Reads the file through, a megabyte at a time. Raises FileUnfit for an empty one and OSError as `open` does.

    UTF-8 (with or without a mark at its start), UTF-16 with its mark, else Windows' Latin. A file that is UTF-8 but for
    some broken places stays UTF-8: only the lines with those places are refused.
    """
    digest, size, right, broken, start = hashlib.sha256(), 0, 0, 0, b""
    decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            start = start or chunk[:4]
            digest.update(chunk)
            size += len(chunk)
            odd = [c for c in decode(chunk) if c > "\x7f"]
            wrong = sum("\udc80" <= c <= "\udcff" for c in odd)
            broken, right = broken + wrong, right + len(odd) - wrong
    if not size:
        raise FileUnfit("o arquivo está vazio")
    if start in _NO_TABLES:
        raise FileUnfit(_NO_TABLES[start])
    return Survey(_encoding(start, right, broken), size, digest.hexdigest())


def records(path: Path, found: Survey) -> Iterator[Record]:
    """The lines of the table that are not empty, headers first. Holds one at a time, however large the file is."""
    with path.open(encoding=found.encoding, errors="replace", newline="") as file:
        lines = _Lines(file)
        separator = ""
        while lines.more():
            number = lines.number
            text = lines.record()
            separator = separator or _separator(text)
            cells = _cells(text, separator)
            if cells is None:
                yield Record(number, (), lines.step_back(), lines.read)
            elif any(cells):
                yield Record(number, cells, _problem(text), lines.read)


class _Lines:
    """Physical lines, put together to records whose quotes are in pairs; what was taken too far is given back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._ahead: deque[str] = deque()
        self._taken: list[str] = []
        self.number = 1

    @property
    def read(self) -> int:
        """How far the file was read, in bytes: what is ahead of the lines by a buffer or two."""
        return self._file.buffer.tell()

    def more(self) -> bool:
        if not self._ahead:
            self._fill()
        return bool(self._ahead)

    def record(self) -> list[str]:
        """The lines of one record: as many as it takes until the quotes are in pairs, or one where they never are."""
        self._taken, odd = [], 0
        while self.more() and len(self._taken) < _MOST_LINES_OF_A_CELL:
            self._taken.append(self._ahead.popleft())
            odd ^= self._taken[-1].count('"') & 1
            if not odd:
                break
        self.number += len(self._taken)
        return self._taken

    def step_back(self) -> str:
        """Gives back all but the first line, and says why."""
        self.number -= len(self._taken) - 1
        self._ahead.extendleft(reversed(self._taken[1:]))
        return "as aspas não fecham"

    def _fill(self) -> None:
        line = self._file.readline(_LONGEST_LINE)
        if len(line) == _LONGEST_LINE and not line.endswith(("\n", "\r")):
            # What is longer is no customer. It is read away, and told by what cannot be in a line.
            while (rest := self._file.readline(_LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                pass
            line = "\0\n"
        if line:
            self._ahead.append(line)


def _cells(lines: list[str], separator: str) -> tuple[str, ...] | None:
    """The cells of one record; None when its lines are not one: quotes without their pair."""
    if sum(line.count('"') for line in lines) & 1:
        return None
    try:
        rows = list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return None
    if len(rows) > 1:
        return None
    return tuple(cell.strip() for cell in rows[0]) if rows else ()


def _problem(lines: list[str]) -> str:
    if any("\0" in line for line in lines):
        return "a linha é longa demais ou tem bytes nulos"
    return "tem caracteres ilegíveis (codificação)" if any("\ufffd" in line for line in lines) else ""


def _separator(lines: list[str]) -> str:
    """That of the headers: the one that is there most often, outside of quotes."""
    outside = "".join("".join(lines).split('"')[::2])
    return max(_SEPARATORS, key=outside.count)


def _encoding(start: bytes, right: int, broken: int) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig" if not broken or right > broken else "cp1252"
