"""Rasa intent classifier over normalised chat Portuguese, with the guards in front and no way past the model."""

from __future__ import annotations

from typing import Any, Dict, List, Text

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.model import IntentModel, fit
from nlu.components.normalise import normalise
from nlu.guards import MAX_CHARACTERS, verdict

_FILE = "intent_model.joblib"
_UNKNOWN = "out_of_scope"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ChatIntentClassifier(GraphComponent, IntentClassifier):
    """Gives every message an intent with a calibrated probability and the ranking of all intents."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """See nlu/config.yml for what each value is worth."""
        return {
            "C": 30.0,
            "folds": 5,
            "ranking_length": 10,
        }

    @staticmethod
    def required_packages() -> List[Text]:
        """Only what Rasa brings along."""
        return ["sklearn", "joblib"]

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Any = None,
    ) -> None:
        """`model` is an IntentModel, or None before training."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model = model

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
            return cls(config, model_storage, resource, joblib.load(folder / _FILE))

    def train(self, training_data: TrainingData) -> Resource:
        """Fits on the examples that have an intent and stores the result."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        texts = [normalise(message.get(TEXT)) for message in examples]
        self._model = fit(texts, [message.get(INTENT) for message in examples], self._config)
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._model, folder / _FILE, compress=1)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent and ranking of each message; never raises on any text."""
        for message in messages:
            text = message.get(TEXT) or ""
            ranking = self._ranking(text)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            if text.lstrip().startswith("/"):
                # Rasa's own last step takes `/intent{...}` at its word; a text without the slash is only a text.
                message.set(TEXT, text.lstrip("/ \t\r\n\f\v\u00a0") or " ", add_to_output=True)
        return messages

    def _ranking(self, text: Text) -> List[Dict[Text, Any]]:
        known = verdict(text)
        if known is not None:
            return [{"name": known.intent, "confidence": known.confidence}]
        words = normalise(text[:MAX_CHARACTERS])
        model: IntentModel = self._model
        if not model.knows(words):
            return [{"name": _UNKNOWN, "confidence": 0.3}]
        row = model.probabilities([words])[0]
        best = row.argsort()[::-1][: self._config["ranking_length"]]
        return [{"name": model.labels[i], "confidence": float(row[i])} for i in best]
