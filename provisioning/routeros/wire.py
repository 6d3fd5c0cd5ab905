"""RouterOS's wire: words with their length before them, sentences that end with an empty word."""

from __future__ import annotations

from collections.abc import Callable, Iterable

MAX_SENTENCE_BYTES = 1 << 20
# (first byte below, bits that mark the form, bytes that follow the first): the forms of a length, shortest first.
_FORMS = ((0x80, 0x00, 0), (0xC0, 0x80, 1), (0xE0, 0xC0, 2), (0xF0, 0xE0, 3), (0xF8, 0xF0, 4))


class WireError(ValueError):
    """Bytes that are not RouterOS's API, or more of them than a sentence may have."""


def encode_length(length: int) -> bytes:
    """The length in the shortest of the five forms. Raises ValueError from 2**32 on."""
    if length >= 1 << 32:
        raise ValueError("a word has less than 4 GiB")
    for (_, mark, more), limit in zip(_FORMS, (0x80, 0x4000, 0x200000, 0x10000000, 1 << 32), strict=True):
        if length < limit and more < 4:
            return (length | mark << (8 * more)).to_bytes(more + 1, "big")
    return b"\xf0" + length.to_bytes(4, "big")


def encode_sentence(words: Iterable[str]) -> bytes:
    """The words on the wire, with the empty word that ends them. Bytes that came in undecodable go out unchanged."""
    encoded = [word.encode("utf-8", "surrogateescape") for word in words]
    return b"".join(encode_length(len(word)) + word for word in encoded) + b"\x00"


def read_sentence(read: Callable[[int], bytes], limit: int = MAX_SENTENCE_BYTES) -> list[str]:
    """The next sentence without its end; `read(n)` returns exactly n bytes.

    Raises WireError for what is no length and for a sentence of more than `limit` bytes, before reading them.
    """
    words: list[str] = []
    left = limit
    while length := _read_length(read):
        left -= length
        if left < 0:
            raise WireError(f"a sentence of more than {limit} bytes")
        words.append(read(length).decode("utf-8", "surrogateescape"))
    return words


def shown(text: str) -> str:
    """`text` fit for people and for JSON: what could not be decoded becomes a question mark."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _read_length(read: Callable[[int], bytes]) -> int:
    first = read(1)[0]
    for below, mark, more in _FORMS:
        if first < below:
            high = 0 if more == 4 else first ^ mark
            return int.from_bytes(bytes([high]) + read(more), "big") if more else high
    raise WireError(f"control byte 0x{first:02x}")
