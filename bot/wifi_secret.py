"""What makes a good Wi-Fi password or name, and what is wrong with one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from core.document import parse_document
from core.phone import match_key
from nlu.folding import fold

SHORTEST, LONGEST = 8, 63
LONGEST_NAME = 32
# What everybody tries first, whatever stands behind it.
_COMMON = re.compile(r"(?:senha|password|contrasena|clave|qwerty|asdfg|admin|internet|wifi|abc)[\W_]*\d{0,6}|iloveyou")
FEWEST_DIFFERENT = 4


def fault_of_password(text: str, known: Iterable[str] = ()) -> str:
    """What is wrong with it: spaces, short, long, letters, weak or personal; nothing where it is good.

    `known` are numbers that others know too: documents and phones of the customer.
    """
    if re.search(r"\s", text):
        return "spaces"
    if len(text) < SHORTEST:
        return "short"
    if len(text) > LONGEST:
        return "long"
    if not all("!" <= char <= "~" for char in text):
        return "letters"
    if _personal(text, known):
        return "personal"
    return "weak" if _weak(text) else ""


def fault_of_name(text: str) -> str:
    """What is wrong with a network's name: empty, long or letters (some devices show accents as rubbish)."""
    if not text.strip():
        return "empty"
    if len(text.encode()) > LONGEST_NAME:
        return "long"
    return "" if all(" " <= char <= "~" for char in text) else "letters"


def _personal(text: str, known: Iterable[str]) -> bool:
    digits = re.sub(r"\D", "", text)
    if any(len(number) >= SHORTEST and number in digits for number in known):
        return True
    if digits != text:
        return False
    return parse_document(text) is not None or match_key(text) is not None


def _weak(text: str) -> bool:
    folded = fold(text)
    if len(set(folded)) < FEWEST_DIFFERENT or _COMMON.fullmatch(folded):
        return True
    half = len(text) // 2
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps <= {1} or steps <= {-1} or folded[:half] == folded[half:]
