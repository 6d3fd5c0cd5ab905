"""CSV files of every make: encodings, separators, quotes, line numbers, and what is broken in them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.formula import harmless, is_formula
from billing.importing import cells
from billing.importing.cells import Unfit
from billing.importing.table import Record, records, survey


def read(folder: Path, content: bytes) -> list[Record]:
    path = folder / "t.csv"
    path.write_bytes(content)
    return list(records(path, survey(path)))


def lines(found: list[Record]) -> list[tuple[int, tuple[str, ...]]]:
    return [(record.line, record.cells) for record in found]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_is_read_whatever_program_wrote_it(tmp_path: Path, encoding: str, separator: str, end: str) -> None:
    text = end.join((separator.join(("nome", "endereço")), separator.join(("João", f'"Av. São{separator} 1"')), ""))
    assert lines(read(tmp_path, text.encode(encoding))) == [
        (1, ("nome", "endereço")),
        (2, ("João", f"Av. São{separator} 1")),
    ]


def test_line_numbers_count_quoted_newlines_and_empty_lines(tmp_path: Path) -> None:
    found = read(tmp_path, b'a;b\n\n1;"x\ny ""z"""\n;;\n2;w\n')
    assert lines(found) == [(1, ("a", "b")), (3, ("1", 'x\ny "z"')), (6, ("2", "w"))]


def test_a_quote_without_its_pair_costs_its_own_line_only(tmp_path: Path) -> None:
    found = read(tmp_path, b'a;b\n1;"x\n2;y\n3;z\n' + b"".join(b"%d;w\n" % n for n in range(4, 60)))
    assert [(r.line, r.problem) for r in found if r.problem] == [(2, "as aspas não fecham")]
    assert [r.line for r in found] == list(range(1, 61))


def test_broken_bytes_null_bytes_and_endless_lines_are_told_by_line(tmp_path: Path) -> None:
    content = "a;b\nção;é\n".encode() + b"1;\xff\n2;\x00\n3;" + b"x" * 300_000 + b"\n4;w\n"
    found = read(tmp_path, content)
    assert [record.line for record in found if record.problem] == [3, 4, 5]
    assert found[-1].cells == ("4", "w")
    assert not found[-1].problem


def test_memory_stays_flat_however_large_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("a;b\n")
        file.writelines(f"{n};{'x' * 60}\n" for n in range(60_000))
        file.write('1;"' + "y" * 2_000_000)
    tracemalloc.start()
    count = sum(1 for _ in records(path, survey(path)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 60_002
    assert peak < 16_000_000


@pytest.mark.parametrize("text", ["=1+1", "+x", "-2", "@SUM", "\t=1", " =1", "＝1"])
def test_formulas_are_refused_on_the_way_in_and_harmless_on_the_way_out(text: str) -> None:
    with pytest.raises(Unfit, match="fórmula"):
        cells.text(text)
    assert not is_formula(harmless(text))


@given(st.text(max_size=30))
def test_harmless_is_the_same_when_done_twice(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (cells.amount, "R$ 1.234,50", 123450),
        (cells.amount, "99,9", 9990),
        (cells.amount, "1.234", 123400),
        (cells.day, "05/12/2026 10:00", "2026-12-05"),
        (cells.day, "2026-12-05", "2026-12-05"),
        (cells.period, "2/2026", "2026-02"),
        (cells.document, "12.abc.345/01de-35", "12ABC34501DE35"),
        (cells.phones, "12 98111-0002 / +55 (11) 4444-5555", "+551144445555 +5512981110002"),
        (cells.phones, "'+1 202 555 0100", "+12025550100"),
        (cells.due_day, "31", 31),
        (cells.whole, "600 Mega", 600),
    ],
)
def test_cells_are_read_as_brazil_writes_them(reader: cells.Reader, text: str, value: object) -> None:
    assert reader(text) == value or str(reader(text)) == value


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (cells.amount, "12,345"),
        (cells.amount, "-1,00"),
        (cells.day, "31/02/2026"),
        (cells.day, "12/2026"),
        (cells.day, "01/01/0001"),
        (cells.period, "13/2026"),
        (cells.document, "11144477736"),
        (cells.phones, "3333-4444"),
        (cells.due_day, "32"),
        (cells.due_day, "²"),
        (cells.code, "a b"),
        (cells.email, "a@b"),
    ],
)
def test_cells_that_make_no_sense_are_refused(reader: cells.Reader, text: str) -> None:
    with pytest.raises(Unfit):
        reader(text)


@given(st.text(max_size=60))
def test_cells_never_fail_in_another_way(text: str) -> None:
    for reader in (cells.text, cells.amount, cells.day, cells.period, cells.document, cells.phones, cells.due_day):
        try:
            reader(text)
        except Unfit:
            continue
