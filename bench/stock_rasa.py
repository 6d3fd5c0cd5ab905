"""A model as Rasa's own template makes it: whitespace, n-grams and DIET with 100 epochs, on a part of the examples."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import yaml

from nlu.environment import NLU, environment_python
from nlu.examples import read_examples, training_files
from nlu.languages import PORTUGUESE
from nlu.train import rasa_environment

EXAMPLES = 25
PIPELINE = (
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True, "random_seed": 1},
)


def train_diet(folder: Path) -> Path:
    """Trains on 25 examples of each intent, in minutes; gives the model's file."""
    chance = random.Random(1)
    blocks = []
    for path in training_files(NLU / "data" / PORTUGUESE):
        simple = [example for example in read_examples(path, []) if len(example.intents) == 1]
        if simple:
            chosen = chance.sample(simple, min(EXAMPLES, len(simple)))
            blocks.append({"intent": path.stem, "examples": [{"text": example.text} for example in chosen]})
    _write(folder / "examples.yml", {"version": "3.1", "nlu": blocks})
    _write(folder / "config.yml", {"recipe": "default.v1", "language": "pt", "pipeline": list(PIPELINE)})
    own = ["--config", "config.yml", "--domain", str(NLU / "domain.yml"), "--nlu", "examples.yml", "--out", "."]
    command = [str(environment_python()), "-m", "rasa", "train", "nlu", "--fixed-model-name", "diet", *own]
    subprocess.run(command, cwd=folder, env=rasa_environment(), check=True, capture_output=True)
    return folder / "diet.tar.gz"


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
