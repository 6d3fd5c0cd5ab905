"""All that belongs to a language of the customers is there, each in the file that its name finds."""

from __future__ import annotations

import pytest
import yaml

from bot.languages import reply_words
from bot.texts import Texts
from core.dates import DAY_WORDS
from nlu.examples import read_examples, training_files
from nlu.intent_names import intent_names
from nlu.languages import languages
from tests.architecture.tree import ROOT, text

LANGUAGES = sorted(path.name for path in (ROOT / "nlu" / "data").iterdir() if path.is_dir())
ENOUGH = {"invoice_second_copy": 120, "signal_release": 120, "outage_no_connection": 120, "talk_to_human": 120}
ENOUGH_OF_OTHERS = 40


def test_languages_with_examples_are_those_with_words() -> None:
    assert LANGUAGES == sorted(languages()) == sorted(DAY_WORDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_has_words_for_replies_and_texts_and_names(language: str) -> None:
    assert reply_words(language).yes
    assert Texts.load(language).names() == Texts.load("pt_BR").names()
    assert intent_names(language).keys() == intent_names("pt_BR").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_has_enough_examples_of_what_is_answered_and_something_to_measure_with(language: str) -> None:
    folder = ROOT / "nlu" / "data" / language
    counts = {path.stem: len(read_examples(path, [])) for path in training_files(folder)}
    intents = set(yaml.safe_load(text("nlu/domain.yml"))["intents"])
    assert counts.keys() >= {*ENOUGH, "affirm", "deny", "inform", "out_of_scope"}
    assert counts.keys() <= intents | {"several"}
    assert {name: count for name, count in counts.items() if count < ENOUGH.get(name, ENOUGH_OF_OTHERS)} == {}
    assert len(text(f"nlu/evaluation/{language}/chat.jsonl").splitlines()) >= 120
