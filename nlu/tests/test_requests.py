"""The parts of a message, and which of them ask for something of their own."""

from __future__ import annotations

import unittest

import numpy as np

from nlu.components.requests import parts, requests

NAMES = ["complaint", "greet", "invoice_second_copy", "outage_no_connection", "plan_change"]
LIMITS = {name: (0.4, 0.8) for name in NAMES}
WORDS = {"boleto": 2, "caiu": 3, "oi": 1, "plano": 4, "vergonha": 0}


def read(texts: list) -> np.ndarray:
    """Sure of the first known word in each text, of nothing without one."""
    rows = np.full((len(texts), len(NAMES)), 0.02)
    for row, text in zip(rows, texts):
        found = [at for word, at in WORDS.items() if word in text]
        row[found[0] if found else 0] = 0.92 if found else 0.2
    return rows


def found(text: str) -> list:
    return [(part.intent, text[part.start : part.end]) for part in requests(text, read([text])[0], NAMES, LIMITS, read)]


class Parts(unittest.TestCase):
    """Clauses with their places."""

    def test_marks_and_joining_words_divide(self) -> None:
        text = "manda o boleto e vê pq caiu. valeu, quero mudar"
        self.assertEqual([text[a:b] for a, b in parts(text)], ["manda o boleto", "vê pq caiu", "valeu", "quero mudar"])

    def test_each_language_joins_with_its_own_words(self) -> None:
        text = "no tengo internet y mándeme la factura, quiero mas megas"
        divided = ["no tengo internet", "mándeme la factura", "quiero mas megas"]
        self.assertEqual([text[a:b] for a, b in parts(text, "es")], divided)

    def test_nothing_is_a_part_of_a_text_without_words(self) -> None:
        for text in ("", "  ", "...", " , ; !", "\n\n"):
            self.assertEqual(parts(text), [])

    def test_places_belong_to_the_text_whatever_it_is(self) -> None:
        for text in ("é, é. É!", "😀 oi, 👍 tchau", "a" * 4096, "e e e e", "\x00, b"):
            for start, end in parts(text):
                self.assertTrue(0 <= start < end <= len(text))
                self.assertEqual(text[start:end], text[start:end].strip())


class Requests(unittest.TestCase):
    """All things asked for, in order, each with its words."""

    def test_two_requests_are_both_found_in_order(self) -> None:
        self.assertEqual(
            found("o boleto e vê se caiu"),
            [("invoice_second_copy", "o boleto"), ("outage_no_connection", "vê se caiu")],
        )

    def test_a_courtesy_beside_a_request_is_none(self) -> None:
        self.assertEqual(found("oi, manda o boleto"), [("invoice_second_copy", "manda o boleto")])

    def test_what_is_refused_is_not_asked_for(self) -> None:
        self.assertEqual(found("não quero mudar de plano, só o boleto"), [("invoice_second_copy", "só o boleto")])

    def test_what_is_taken_back_is_not_asked_for(self) -> None:
        self.assertEqual(found("o boleto, deixa, caiu"), [("outage_no_connection", "caiu")])

    def test_a_text_of_refusals_only_is_read_as_a_whole(self) -> None:
        self.assertEqual(found("não quero isso, não preciso disso")[1:], [])

    def test_a_greeting_alone_asks_for_nothing(self) -> None:
        self.assertEqual(found("oi"), [])

    def test_what_is_asked_twice_is_one_request(self) -> None:
        self.assertEqual([intent for intent, _ in found("o boleto, o boleto")], ["invoice_second_copy"])

    def test_one_clause_is_read_as_a_whole(self) -> None:
        self.assertEqual(found("manda meu boleto"), [("invoice_second_copy", "manda meu boleto")])

    def test_a_long_story_is_read_as_a_whole(self) -> None:
        story = ", ".join(["o boleto"] + ["e aí"] * 10 + ["caiu"])
        self.assertEqual(found(story), [("invoice_second_copy", story)])


if __name__ == "__main__":
    unittest.main()
