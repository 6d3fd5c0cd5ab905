"""Rasa's own checks over the training data: it validates, and cross-validation meets its floors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlu.environment import NLU
from tests.integration.nlu_examples import DATA, rasa, write_examples, write_pipeline

DOMAIN = str(NLU / "domain.yml")
# Each fold trains on half of every fourth example, so it reads worse than the model that is served.
EVERY = 4
ACCURACY, MACRO_F1 = 0.62, 0.63


def test_rasa_finds_the_data_valid(tmp_path: Path) -> None:
    said = rasa(tmp_path, "data", "validate", "-c", str(NLU / "config.yml"), "-d", DOMAIN, "--data", str(DATA))
    assert "ERROR" not in said


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_cross_validation_meets_its_floors(tmp_path: Path) -> None:
    write_examples(tmp_path / "examples.yml", every=EVERY)
    write_pipeline(tmp_path / "config.yml")
    own = ["-c", "config.yml", "-d", DOMAIN, "--nlu", "examples.yml", "--out", "results"]
    rasa(tmp_path, "test", "nlu", "--cross-validation", "--folds", "2", "--no-plot", *own)
    report = json.loads((tmp_path / "results" / "intent_report.json").read_text(encoding="utf-8"))
    assert report["accuracy"] >= ACCURACY, report["accuracy"]
    assert report["macro avg"]["f1-score"] >= MACRO_F1
