"""The figures of a model as pictures and as a table in a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.environment import environment_python
from nlu.labelled import Labelled
from nlu.measures import Outcome
from nlu.pictures import BEGIN, END, PAGE, CannotDraw, write
from nlu.understanding import Understanding

SEEN = [
    Outcome(
        Labelled("oi", primary, (primary,), frozenset({primary})),
        Understanding(read, confidence, ((read, confidence),), (), "model", "act"),
    )
    for primary, read, confidence in (("greet", "greet", 0.9), ("thanks", "greet", 0.5), ("thanks", "thanks", 1.0))
]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    if not environment_python().exists():
        pytest.skip("Rasa's environment is missing: python -m nlu.environment")
    path = tmp_path / "page.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    return path


def test_pictures_are_drawn_and_the_table_replaced(tmp_path: Path, page: Path) -> None:
    written = write({"few": SEEN, "todas": SEEN}, tmp_path / "images", page)
    drawn, text = written[:-1], page.read_text(encoding="utf-8")
    assert [path.name for path in drawn] == [
        "nlu-reliability.png",
        "nlu-intents.png",
        "nlu-confusions.png",
        "nlu-coverage.png",
    ]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)
    assert text.startswith(f"before\n{BEGIN}\n\n| | few | todas |\n")
    assert text.endswith(f"\n\n{END}\nafter\n")
    assert "old" not in text


@pytest.mark.parametrize("outcomes", [SEEN[:1], []])
def test_a_model_without_mistakes_or_messages_is_drawn_too(tmp_path: Path, page: Path, outcomes: list[Outcome]) -> None:
    assert len(write({"few": outcomes}, tmp_path / "images", page)) == 5


def test_a_page_without_marks_is_left_alone(tmp_path: Path, page: Path) -> None:
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(CannotDraw, match=r"page\.md: faltam as marcas"):
        write({"few": SEEN}, tmp_path / "images", page)
    assert page.read_text(encoding="utf-8") == "no marks"


def test_the_documentation_has_the_marks_and_shows_the_pictures() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)
    for name in ("reliability", "intents", "confusions", "coverage"):
        assert f"(images/nlu-{name}.png)" in text
