"""The statistics: weighted n-grams with logistic regression, a dense head where that is unsure, both calibrated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Text, Tuple

import numpy as np
from joblib import Parallel, delayed
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import FeatureUnion

from nlu.components import calibration
from nlu.components.calibration import Bands, log_softmax, softmax

_SEED = 7


@dataclass
class DenseHead:
    """Logistic regression over the vectors of a sentence encoder, each dimension scaled alike."""

    mean: Any
    scale: Any
    head: LogisticRegression

    def scores(self, vectors: Any) -> Any:
        """Logarithms of probabilities, one column per label."""
        return log_softmax(_scores(self.head, (vectors - self.mean) * self.scale))


@dataclass
class Level:
    """Scores of one stage made honest: probabilities are softmax(scores / temperature)."""

    temperature: float

    def probabilities(self, values: Any) -> Any:
        """Rows that sum to 1."""
        return softmax(values / self.temperature)


@dataclass
class IntentModel:
    """A fitted model. The cheap stage answers alone where it is `sure`; elsewhere the dense one is heard too."""

    features: FeatureUnion
    head: LogisticRegression
    first: Level
    bands: Bands
    sure: float
    dense: Optional[DenseHead] = None
    dense_weight: float = 0.0
    second: Optional[Level] = None

    @property
    def labels(self) -> List[Text]:
        """Intent names, in the order of the columns that `read` gives."""
        return [str(name) for name in self.head.classes_]

    def read(self, texts: List[Text], encoder: Any = None) -> Tuple[Any, Any]:
        """One row of probabilities per normalised text, one column per label; and of which texts anything is known.

        Of a text that is not known nothing was ever seen in training. `encoder` is asked for unsure rows only.
        """
        counted = self.features.transform(texts)
        known = np.diff(counted.tocsr().indptr) > 0
        values = log_softmax(_scores(self.head, counted))
        rows = self.first.probabilities(values)
        if encoder is None or self.dense is None or self.second is None:
            return rows, known
        unsure = np.flatnonzero(rows.max(axis=1) < self.sure)
        if len(unsure):
            vectors = encoder.encode([texts[row] for row in unsure])
            both = values[unsure] + self.dense_weight * self.dense.scores(vectors)
            rows[unsure] = self.second.probabilities(both)
        return rows, known

    def band(self, intent: Text, confidence: float) -> Text:
        """What an intent is sure enough for: act, confirm or menu."""
        return calibration.band_of(self.bands, intent, confidence)

    def unknown(self, text: Text) -> float:
        """The share (0 to 1) of the words of a normalised text that were never seen in training; 1 for no word."""
        known = self.features.transformer_list[0][1].vocabulary_
        words = text.split()
        return sum(word not in known for word in words) / len(words) if words else 1.0


def fit(
    texts: List[Text], asked: Sequence[Sequence[Text]], config: Mapping[Text, Any], vectors: Any = None
) -> IntentModel:
    """A model of normalised texts. Temperatures and bands come from folds that the heads of each fold have not seen.

    `asked` has for each text the intents it asks for, the one to be learnt first. `vectors` are the encoder's rows for
    the texts, or None to train without it. Costs are those of `config`.
    """
    labels = [intents[0] for intents in asked]
    names = sorted(set(labels))
    accepted = calibration.table(asked, names)
    sparse, dense = held_out(texts, labels, config, vectors)
    first = Level(calibration.temperature(sparse, accepted))
    rows = first.probabilities(sparse)
    second: Optional[Level] = None
    if dense is not None:
        both = sparse + config["dense_weight"] * dense
        second = Level(calibration.temperature(both, accepted))
        unsure = rows.max(axis=1) < config["sure"]
        rows[unsure] = second.probabilities(both[unsure])
    limits = calibration.bands(rows, accepted, names, costs_of(config, names))
    features, head = _fit_sparse(texts, labels, config)
    return IntentModel(
        features,
        head,
        first,
        limits,
        config["sure"],
        dense=_fit_dense(vectors, labels, config) if vectors is not None else None,
        dense_weight=config["dense_weight"],
        second=second,
    )


def costs_of(config: Mapping[Text, Any], names: List[Text]) -> Dict[Text, float]:
    """What a wrong answer costs for each intent, in questions."""
    costs = config["costs"]
    return {name: float(costs.get(name, costs["default"])) for name in names}


def held_out(texts: List[Text], labels: List[Text], config: Mapping[Text, Any], vectors: Any = None) -> Tuple[Any, Any]:
    """Log-probabilities of each text by heads that were fitted without it, columns by sorted label; dense may be None.

    With less than two examples of a label no fold can be held out: then the heads judge what they were fitted on.
    """
    rarest = min(labels.count(name) for name in set(labels))
    folds = min(int(config["folds"]), rarest)
    everything = np.arange(len(texts))
    splits = [(everything, everything)]
    if folds >= 2:
        splits = list(StratifiedKFold(folds, shuffle=True, random_state=_SEED).split(texts, labels))
    done = Parallel(n_jobs=min(2, len(splits)))(
        delayed(_fold)(texts, labels, config, vectors, fitting, held) for fitting, held in splits
    )
    width = len(set(labels))
    sparse = np.zeros((len(texts), width))
    dense = None if vectors is None else np.zeros((len(texts), width))
    for (_, held), (values, others) in zip(splits, done, strict=True):
        sparse[held] = values
        if dense is not None:
            dense[held] = others
    return sparse, dense


def _fold(
    texts: List[Text], labels: List[Text], config: Mapping[Text, Any], vectors: Any, fitting: Any, held: Any
) -> Tuple[Any, Any]:
    seen = [labels[i] for i in fitting]
    features, head = _fit_sparse([texts[i] for i in fitting], seen, config)
    values = log_softmax(_scores(head, features.transform([texts[i] for i in held])))
    if vectors is None:
        return values, None
    return values, _fit_dense(vectors[fitting], seen, config).scores(vectors[held])


def _fit_sparse(texts: List[Text], labels: List[Text], config: Mapping[Text, Any]) -> Tuple[FeatureUnion, Any]:
    shared = {"sublinear_tf": True, "lowercase": False, "dtype": np.float32}
    words = TfidfVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, 2), **shared)
    inside = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=min(3, max(1, len(texts) // 500)), **shared)
    features = FeatureUnion([("words", words), ("inside", inside)])
    rows = features.fit_transform(texts)
    # One against the rest by liblinear reads as well as the multinomial fit here and takes a tenth of its time.
    head = LogisticRegression(C=config["C"], solver="liblinear", tol=1e-2, random_state=0)
    return features, head.fit(rows, labels)


def _fit_dense(vectors: Any, labels: List[Text], config: Mapping[Text, Any]) -> DenseHead:
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    scale = 1.0 / (spread * np.sqrt(vectors.shape[1]))
    head = LogisticRegression(C=config["dense_C"], solver="lbfgs", max_iter=150)
    return DenseHead(mean, scale, head.fit((vectors - mean) * scale, labels))


def _scores(head: LogisticRegression, rows: Any) -> Any:
    """One column per label; of two labels scikit-learn gives only the second's."""
    values = head.decision_function(rows)
    return np.column_stack([-values, values]) if values.ndim == 1 else values
