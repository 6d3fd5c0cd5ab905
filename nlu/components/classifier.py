"""Rasa intent classifier over normalised chat text: guards in front, honest probabilities, all requests with spans."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Text, Tuple

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components import encoder as encoders
from nlu.components.cache import Recent
from nlu.components.model import IntentModel, fit
from nlu.components.normalise import normalise
from nlu.components.requests import FACTS, Part, requests
from nlu.guards import MAX_CHARACTERS, SURE, verdict
from nlu.languages import PORTUGUESE

_FILE = "intent_model.joblib"
_UNKNOWN = "out_of_scope"
_SECOND = frozenset({"complaint", "talk_to_human"})
_SHORT_WORDS = 16
_FINGERPRINT = "RELIGA_NLU_FINGERPRINT"

Parsed = Dict[Text, Any]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ChatIntentClassifier(GraphComponent, IntentClassifier):
    """Gives every message an intent with a calibrated probability, a band, the ranking and the requests in it."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """See nlu/config.yml for what each value is worth."""
        return {
            "language": PORTUGUESE,
            "C": 30.0,
            "folds": 5,
            "encoder": "",
            "dense_C": 30.0,
            "dense_weight": 0.5,
            "sure": 0.97,
            "costs": {"default": 10.0},
            "ranking_length": 10,
            "cache_size": 4096,
        }

    @staticmethod
    def required_packages() -> List[Text]:
        """Only what Rasa brings along; the encoder's package may be missing."""
        return ["sklearn", "joblib"]

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Any = None,
        fingerprint: Text = "",
    ) -> None:
        """`model` is an IntentModel, or None before training; `fingerprint` names it in every parse."""
        self._config = config
        self._language = str(config["language"])
        self._storage = model_storage
        self._resource = resource
        self._model: Optional[IntentModel] = model
        self._fingerprint = fingerprint
        self._encoder = encoders.load(config["encoder"]) if model is None or model.dense is not None else None
        self._recent: Recent[Text, Any] = Recent(int(config["cache_size"]))

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ChatIntentClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ChatIntentClassifier:
        """The classifier as it was trained."""
        with model_storage.read_from(resource) as folder:
            kept = joblib.load(folder / _FILE)
        return cls(config, model_storage, resource, kept["model"], kept["fingerprint"])

    def train(self, training_data: TrainingData) -> Resource:
        """Fits on the examples that have an intent and stores the result."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        texts = [normalise(message.get(TEXT), self._language) for message in examples]
        vectors = self._encoder.encode(texts) if self._encoder else None
        self._model = fit(texts, [_asked(message) for message in examples], self._config, vectors)
        self._fingerprint = os.environ.get(_FINGERPRINT, "")
        with self._storage.write_to(self._resource) as folder:
            joblib.dump({"model": self._model, "fingerprint": self._fingerprint}, folder / _FILE, compress=1)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent, ranking, band, requests and the model's name of each message; never raises on any text."""
        for message in messages:
            text = message.get(TEXT) or ""
            for key, value in self._parsed(text).items():
                message.set(key, value, add_to_output=True)
            if text.lstrip().startswith("/"):
                # Rasa's own last step takes `/intent{...}` at its word; a text without the slash is only a text.
                message.set(TEXT, text.lstrip("/ \t\r\n\f\v\u00a0") or " ", add_to_output=True)
        return messages

    def _parsed(self, text: Text) -> Parsed:
        known = verdict(text)
        if known is not None:
            band = "act" if known.confidence >= SURE else "menu"
            return self._answer([{"name": known.intent, "confidence": known.confidence}], band, [], 0.0)
        return self._read(text[:MAX_CHARACTERS])

    def _read(self, text: Text) -> Parsed:
        model = self._model
        if model is None:
            return self._answer([{"name": _UNKNOWN, "confidence": 0.3}], "menu", [], 1.0)
        words = normalise(text, self._language)
        row, known = self._looked_up([words])[0]
        if not known:
            return self._answer([{"name": _UNKNOWN, "confidence": 0.3}], "menu", [], 1.0)
        best = row.argsort()[::-1][: self._config["ranking_length"]]
        ranking = [{"name": model.labels[i], "confidence": float(row[i])} for i in best]
        asked = requests(text, row, model.labels, model.bands, self._rows, self._language)
        ranking = _first_asked(text, ranking, asked)
        return self._answer(
            ranking,
            model.band(ranking[0]["name"], ranking[0]["confidence"]),
            [vars(part) for part in asked],
            model.unknown(words),
        )

    def _rows(self, texts: List[Text]) -> List[Any]:
        """The probabilities of each text, none for none."""
        return [row for row, _ in self._looked_up([normalise(text, self._language) for text in texts])]

    def _looked_up(self, words: List[Text]) -> List[Tuple[Any, bool]]:
        """For each normal form its probabilities and whether anything in it is known; what was read lately is kept."""
        found = {each: self._recent.get(each) for each in words}
        fresh = [each for each, kept in found.items() if kept is None]
        if fresh:
            for each, row, known in zip(fresh, *self._model.read(fresh, self._encoder), strict=True):
                found[each] = (row, bool(known))
                self._recent.keep(each, (row, bool(known)))
        return [found[each] for each in words]

    def _answer(self, ranking: List[Dict[Text, Any]], band: Text, asked: List[Parsed], unknown: float) -> Parsed:
        return {
            INTENT: ranking[0],
            "intent_ranking": ranking,
            "band": band,
            "requests": asked,
            "unknown_words": round(unknown, 3),
            "model": self._fingerprint,
        }


def _asked(message: Message) -> List[Text]:
    """All intents of an example, the block's own first; an example with several names them in its metadata."""
    named = (message.get("metadata") or {}).get("example") or {}
    return list(dict.fromkeys([message.get(INTENT), *named.get("intents", [])]))


def _first_asked(text: Text, ranking: List[Dict[Text, Any]], asked: List[Part]) -> List[Dict[Text, Any]]:
    """Of several requests in a short text the first mentioned leads the ranking; a long one tells a story first.

    Anger and the wish for a person come second to what they are about, and a fact to what is asked for.
    """
    subjects = [part.intent for part in asked if part.intent not in _SECOND]
    if len(subjects) < 2 or len(text.split()) > _SHORT_WORDS or subjects[0] in {*FACTS, ranking[0]["name"]}:
        return ranking
    rest = [item for item in ranking if item["name"] != subjects[0]]
    return [{"name": subjects[0], "confidence": ranking[0]["confidence"]}, *rest]
