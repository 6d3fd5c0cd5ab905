"""Short answers to a question of ours: yes, no, the second one, done. Read from the words, by what was offered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from bot.languages import reply_words
from nlu.entities import entities
from nlu.folding import fold, without_accents
from nlu.shortcuts import mentions_person
from nlu.shortcuts import wants_person as wants_only_person

LONGEST_YES = 9
NOTHING: frozenset[str] = frozenset()


class Replies:
    """Reads answers in one language of customers."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words = reply_words(language)

    def wants_person(self, text: str) -> bool:
        """Whether the text asks for a human being, whatever else it says."""
        return wants_only_person(text, self.language) or mentions_person(text, self.language)

    def wants_only_person(self, text: str) -> bool:
        """Whether the text asks for a human being and for nothing else."""
        return wants_only_person(text, self.language)

    def yes_or_no(self, text: str, repeating: frozenset[str] = NOTHING, about: frozenset[str] = NOTHING) -> bool | None:
        """True for yes, False for no, None when the text is neither or more than that.

        Whoever says what was offered agrees to it: `repeating` are those words. `about` may stand beside them.
        """
        yes, fillers = self.words.yes | repeating, self.words.fillers | repeating | about
        found = re.findall(r"[a-z]+", self.words.understood.sub("", fold(text)))
        words = [_shortened(word, self.words.no | fillers | yes) for word in found]
        if not words or len(words) > LONGEST_YES:
            return None
        if words[0] in self.words.no or self.words.negation in words:
            return False if all(word in self.words.no | fillers | yes for word in words) else None
        if any(word in yes for word in words) and all(word in yes | fillers for word in words):
            return True
        return None

    def agrees(self, text: str, repeating: frozenset[str], about: frozenset[str]) -> bool | None:
        """As yes_or_no, for an offer against a promise: whoever says when the bill will be paid agrees to it."""
        said = self.yes_or_no(text, repeating, about)
        if said and "?" in text:
            # "Sim?" asks; only a plain yes lets anything happen on the network.
            return None
        if said is not None or "?" in text or self.words.already.search(fold(text)):
            return said
        left, promised = self._without_promise(text)
        words = frozenset(re.findall(r"[a-z]+", left))
        if promised and words <= self.words.fillers | about | repeating | self.words.when:
            return True
        return self.yes_or_no(left, repeating, about | self.words.when) if words else None

    def accepts(self, text: str) -> bool | None:
        """As yes_or_no, for the offer to restart, change or agree on something: a plain yes or no, no question."""
        said = self.yes_or_no(text, self.words.offered_words | self.words.deal_words)
        return None if said and "?" in text else said

    def _without_promise(self, text: str) -> tuple[str, bool]:
        """The folded text without days and the promise to pay, and whether there was a promise."""
        for entity in reversed(entities(text, self.language)):
            if entity.kind == "date":
                text = f"{text[: entity.start]} {text[entity.end :]}"
        left, promises = self.words.promise.subn(" ", fold(text))
        return left, promises > 0

    def beginnings(self, text: str) -> tuple[str, ...]:
        """What a text begins with, up to each place where it may turn to something else, the shortest first."""
        folded = without_accents(text).lower().strip()
        parts = (folded[: turning.start()].strip(" ,.;:!") for turning in self.words.turning.finditer(folded))
        return tuple(dict.fromkeys(part for part in parts if part and part != folded))

    def takes_back(self, text: str, part: str) -> bool:
        """Whether what follows `part`, a beginning of the text, may turn it round ("sim, mas agora não")."""
        rest = without_accents(text).lower().strip()[len(part) :]
        return bool({self.words.negation, *self.words.no} & set(re.findall(r"[a-z]+", rest)))

    def gives_up(self, text: str) -> bool:
        """Whether the text only takes back what was asked for ("deixa pra lá", "não precisa mais")."""
        return bool(self.words.gives_up.fullmatch(" ".join(re.findall(r"[a-z]+", fold(text)))))

    def corrects(self, text: str) -> bool:
        """Whether the text says that something else was meant than what was understood ("não, eu quis dizer ...")."""
        return bool(self.words.corrects.search(fold(text)))

    def wants_all(self, text: str) -> bool:
        """Whether all that was offered is meant ("os dois")."""
        return bool(self.words.every.fullmatch(" ".join(re.findall(r"[a-z]+", fold(text)))))

    def instalments(self, text: str) -> int | None:
        """In how many parts the text wants to pay ("em 3x", "de duas vezes", "à vista"); None where it names no number
        or several."""
        folded = fold(text)
        if self.words.at_once.search(folded):
            return 1
        named = [found[1] for found in self.words.instalments.finditer(folded)]
        counts = {int(one) if one.isdigit() else self.words.counts.get(one, 0) for one in named} - {0}
        return counts.pop() if len(counts) == 1 else None

    def asks_amount(self, text: str) -> bool:
        """Whether the text asks how much it is."""
        return bool(self.words.amount.search(fold(text)))

    def chosen(self, text: str, reply_id: str, options: Sequence[Sequence[str]]) -> str | None:
        """The id of the option (id, title) that is meant: by tap, number, ordinal or words of its title; else None."""
        ids = [option[0] for option in options]
        if reply_id in ids:
            return reply_id
        folded = fold(text)
        place = self._place(folded, len(ids))
        if place is not None:
            return ids[place]
        titles = [(option[0], fold(option[1])) for option in options]
        same = [name for name, title in titles if title == folded]
        if same:
            return same[0]
        words = self._telling(folded)
        matching = [name for name, title in titles if words and words <= self._telling(title)]
        return matching[0] if len(matching) == 1 else None

    def _place(self, folded: str, count: int) -> int | None:
        """The place in a list of `count` that is named ("2", "o segundo", "o de baixo"), from 0; None when none is."""
        named = self.words.pointed.fullmatch(folded.strip(" .!,"))
        if named is None or not count:
            return None
        word = named[1]
        if word.isdigit():
            return int(word) - 1 if 1 <= int(word) <= count else None
        if word in self.words.middle:
            return 1 if count == 3 else None
        if word in self.words.first:
            return 0
        if word in self.words.last:
            return count - 1
        place = self.words.ordinals[word]
        return place - 1 if place <= count else None

    def _telling(self, folded: str) -> frozenset[str]:
        """The words that can tell one option from another."""
        return frozenset(word for word in re.findall(r"[a-z0-9]{3,}", folded) if word not in self.words.not_telling)

    def worked(self, text: str) -> bool | None:
        """After a step to try: True when it works again, False when it does not, None when the text does not tell."""
        folded = fold(text)
        if self.words.faulty.search(folded) and not self.words.not_any_more.search(folded):
            return False
        told = self.reported(text)
        return self.yes_or_no(text) if told is None else told

    def reported(self, text: str) -> bool | None:
        """Whether the connection works, where the words themselves report it; a bare yes or no does not."""
        folded = fold(text)
        if self.words.negated.search(folded) or self.words.again.search(folded):
            return False
        if self.words.worked.search(folded):
            return True
        return False if self.words.still.search(folded) else None

    def says_changed(self, text: str) -> bool:
        """Whether the text tells of a change just now ("voltou e caiu de novo"): what was measured before is old."""
        return bool(self.words.changed.search(fold(text)))

    def wifi_subject(self, text: str) -> tuple[bool, bool]:
        """Whether the text speaks of the Wi-Fi's name, and whether of its password."""
        folded = fold(text)
        return bool(self.words.wifi_name.search(folded)), bool(self.words.wifi_password.search(folded))

    def says_paid(self, text: str) -> bool:
        """Whether the text claims that the bill was paid."""
        return bool(self.words.paid.search(fold(text)))

    def asks_menu(self, text: str) -> bool:
        """Whether the text names the menu; who does not understand a question wants that question explained."""
        return bool(self.words.menu.search(fold(text)))

    def only_of_payment(self, text: str) -> bool:
        """Whether the text speaks of a payment and not of the signal at all ("paguei ontem, já caiu?")."""
        folded = fold(text)
        return bool(self.words.payment.search(folded)) and not self.words.signal.search(folded)

    def acknowledged(self, text: str) -> bool:
        """Whether the text only says that somebody is at it ("ok, vou fazer"), or will tell once there is power."""
        folded = fold(text)
        if self.words.later.search(folded):
            return True
        words = re.findall(r"[a-z]+", folded)
        return bool(words) and all(word in self.words.acknowledged for word in words)

    def proves(self, text: str) -> bool:
        """Whether a file that comes with this text is called the proof of a payment."""
        return bool(self.words.proof.search(fold(text))) or self.says_paid(text)

    def another_invoice(self, text: str) -> bool:
        """Whether the text names another bill."""
        return bool(self.words.another_invoice.search(fold(text)))

    def wants_more_invoices(self, text: str) -> bool:
        """Whether the text, which may say more, wants another of the bills that are left, and none not."""
        folded = fold(text)
        named = self.another_invoice(text) or any(word in folded for word in self.words.more_invoices)
        return named and self.words.negation not in folded.split()

    def another_place(self, text: str) -> bool:
        """Whether the text speaks of another address or contract."""
        return bool(self.words.another_place.search(fold(text)))

    def may_name_place(self, text: str) -> bool:
        """Whether the text may name an address; where it does not, it need not be held against any."""
        return bool(self.words.place.search(fold(text)))

    def names_street(self, text: str, street: str) -> bool:
        """Whether the text speaks of this street, or of the kind of place that it is ("no sítio")."""
        folded, whole = fold(text), fold(street)
        kind = whole.partition(" ")[0]
        if kind not in self.words.streets and re.search(rf"\b{self.words.at} {re.escape(kind)}\b", folded):
            return True
        return bool(re.search(rf"\b{re.escape(whole)}\b", folded))


def _shortened(word: str, known: frozenset[str]) -> str:
    """A known word without the letters that were drawn out ("siiim", "claroo"); any other word as it is."""
    forms = (word, re.sub(r"(.)\1{2,}", r"\1", word), re.sub(r"(.)\1+", r"\1", word))
    return next((form for form in forms if form in known), word)


@cache
def replies_in(language: str) -> Replies:
    """The reader of answers in a language."""
    return Replies(language)
