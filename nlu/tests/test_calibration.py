"""Temperatures and bands: probabilities that mean what they say, limits that follow the cost of a mistake."""

from __future__ import annotations

import unittest

import numpy as np

from nlu.components import calibration

NAMES = ["bill", "release"]


def boasting(share_right: float, count: int = 2000) -> tuple:
    """Scores that always claim 98 % for `bill`, which is right in `share_right` of the rows."""
    values = np.tile([np.log(0.98), np.log(0.02)], (count, 1))
    right = np.arange(count) < count * share_right
    return values, np.column_stack([right, ~right])


def graded(count: int = 4000) -> tuple:
    """Probabilities of `bill` from 0.5 to 1, right exactly as often as they say."""
    sure = np.linspace(0.5, 1.0, count)
    right = (np.arange(count) * 0.6180339887) % 1.0 < sure
    return np.column_stack([sure, 1 - sure]), np.column_stack([right, ~right])


class Temperature(unittest.TestCase):
    """The highest probability of a row becomes the chance that it is right."""

    def test_boasting_is_toned_down(self) -> None:
        values, accepted = boasting(0.8)
        toned = calibration.softmax(values / calibration.temperature(values, accepted))
        self.assertAlmostEqual(float(toned[0, 0]), 0.8, delta=0.01)

    def test_honest_scores_stay(self) -> None:
        probabilities, accepted = graded()
        self.assertAlmostEqual(calibration.temperature(np.log(probabilities + 1e-9), accepted), 1.0, delta=0.1)

    def test_any_of_the_accepted_intents_counts_as_right(self) -> None:
        both = calibration.table([["bill", "release"], ["release"]], NAMES)
        self.assertEqual(both.tolist(), [[True, True], [False, True]])


class Bands(unittest.TestCase):
    """What a mistake costs decides from where an intent is answered."""

    def limits(self, cost: float) -> tuple:
        probabilities, accepted = graded()
        return calibration.bands(probabilities, accepted, NAMES, {"bill": cost, "release": cost})["bill"]

    def test_the_dearer_a_mistake_the_surer_the_model_has_to_be(self) -> None:
        acts = [self.limits(cost)[1] for cost in (3, 6, 12, 30)]
        self.assertEqual(acts, sorted(acts))
        self.assertGreater(acts[-1], 0.9)
        self.assertLess(acts[0], 0.7)

    def test_asking_back_begins_where_it_is_right_every_other_time(self) -> None:
        self.assertLessEqual(self.limits(12)[0], 0.52)

    def test_nothing_is_answered_when_the_sure_are_often_wrong(self) -> None:
        values, accepted = boasting(0.7)
        probabilities = calibration.softmax(values)
        limits = calibration.bands(probabilities, accepted, NAMES, {"bill": 10.0, "release": 10.0})
        self.assertEqual(calibration.band_of(limits, "bill", 1.0), "confirm")

    def test_an_intent_that_was_never_seen_is_never_answered(self) -> None:
        probabilities, accepted = graded()
        limits = calibration.bands(probabilities, accepted, NAMES, {"bill": 3.0, "release": 3.0})
        self.assertEqual(calibration.band_of(limits, "release", 1.0), "menu")
        self.assertEqual(calibration.band_of(limits, "unheard_of", 1.0), "menu")

    def test_a_handful_of_right_ones_proves_little(self) -> None:
        probabilities = np.tile([0.95, 0.05], (5, 1))
        accepted = np.tile([True, False], (5, 1))
        limits = calibration.bands(probabilities, accepted, NAMES, {"bill": 30.0, "release": 30.0})
        self.assertNotEqual(calibration.band_of(limits, "bill", 0.95), "act")


if __name__ == "__main__":
    unittest.main()
