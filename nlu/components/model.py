"""The statistics: weighted word and character n-grams, logistic regression, and a temperature that keeps it honest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Text, Tuple

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import FeatureUnion


@dataclass
class IntentModel:
    """A fitted model: normal texts to probabilities over `labels`."""

    features: FeatureUnion
    head: LogisticRegression
    temperature: float

    @property
    def labels(self) -> List[Text]:
        """Intent names, in the order of the columns of `probabilities`."""
        return [str(name) for name in self.head.classes_]

    def probabilities(self, texts: List[Text]) -> Any:
        """One row per normalised text, one column per label, rows sum to 1."""
        return softmax(scores(self.head, self.features.transform(texts)) / self.temperature)

    def knows(self, text: Text) -> bool:
        """False when nothing in the normalised text was ever seen in training."""
        return self.features.transform([text]).nnz > 0


def fit(texts: List[Text], labels: List[Text], config: Dict[Text, Any]) -> IntentModel:
    """A model of normalised texts; the temperature is fitted on folds that the head of each fold has not seen."""
    temperature = _temperature(texts, labels, config)
    features, head = _fit_head(texts, labels, config)
    return IntentModel(features, head, temperature)


def cross_validated(
    texts: List[Text], labels: List[Text], config: Dict[Text, Any], folds: int, seed: int = 7
) -> Tuple[Any, Any]:
    """Scores of each text by a head that was fitted without it, and the order of their columns."""
    names = sorted(set(labels))
    out = np.zeros((len(texts), len(names)))
    truth = np.array(labels)
    for fitting, held in StratifiedKFold(folds, shuffle=True, random_state=seed).split(texts, labels):
        features, head = _fit_head([texts[i] for i in fitting], list(truth[fitting]), config)
        out[held] = scores(head, features.transform([texts[i] for i in held]))
    return out, names


def scores(head: LogisticRegression, rows: Any) -> Any:
    """Unnormalised scores, one column per label."""
    return head.decision_function(rows)


def softmax(values: Any) -> Any:
    """Rows of probabilities."""
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def _fit_head(texts: List[Text], labels: List[Text], config: Dict[Text, Any]) -> Tuple[FeatureUnion, Any]:
    shared = {"sublinear_tf": True, "lowercase": False, "dtype": np.float32}
    words = TfidfVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, 2), **shared)
    inside = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, **shared)
    across = TfidfVectorizer(analyzer="char", ngram_range=(2, 6), min_df=3, **shared)
    features = FeatureUnion([("words", words), ("inside", inside), ("across", across)])
    rows = features.fit_transform(texts)
    # One against the rest by liblinear reads as well as the multinomial fit here and takes a tenth of its time.
    head = LogisticRegression(C=config["C"], solver="liblinear", random_state=0)
    return features, head.fit(rows, labels)


def _temperature(texts: List[Text], labels: List[Text], config: Dict[Text, Any]) -> float:
    rarest = min(labels.count(name) for name in set(labels))
    folds = min(int(config["folds"]), rarest)
    if folds < 2:
        return 1.0
    values, names = cross_validated(texts, labels, config, folds)
    truth = np.array([names.index(label) for label in labels])

    def loss(temperature: float) -> float:
        chosen = softmax(values / temperature)[np.arange(len(truth)), truth]
        return float(-np.log(np.clip(chosen, 1e-12, 1)).mean())

    return float(minimize_scalar(loss, bounds=(0.05, 5), method="bounded").x)
