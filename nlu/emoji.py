"""Emoji and what they say: each known one is a word, so that a face alone is never read as nothing."""

from __future__ import annotations

_GROUPS = {
    "emojiraiva": "😡🤬😠👿😤🖕💢👎",
    "emojitriste": "😭😢😞😔☹🙁😩😫😣😓🥺😥😿",
    "emojijoia": "👍👌✅☑✔🤝💪",
    "emojiprece": "🙏",
    "emojicoracao": "❤🧡💛💚💙💜🖤🤍💖💕💗💓💞😍🥰😘♥",
    "emojiriso": "😂🤣😆😅😹",
    "emojipalmas": "🙌👏🎉🥳",
    "emojitchau": "👋",
    "emojisorriso": "😊🙂😀😃😄😁☺😉😎🤗😇",
    "emojiduvida": "🤔❓❔🤷",
    "emojivermelho": "🔴🟥🚨",
    "emojilento": "🐌🐢",
    "emojidinheiro": "💰💵💸🤑",
    "emojisono": "😴💤🥱",
}

WORDS = {character: word for word, characters in _GROUPS.items() for character in characters}
"""Emoji character to the word that stands for it in the model's features."""

_MODIFIERS = frozenset("\ufe0e\ufe0f\u200d\u20e3🏻🏼🏽🏾🏿♀♂")


def is_emoji(character: str) -> bool:
    """True for pictographs, their modifiers and flags; False for letters, digits and plain punctuation."""
    if character in WORDS or character in _MODIFIERS:
        return True
    code = ord(character)
    return 0x1F000 <= code <= 0x1FAFF or 0x2600 <= code <= 0x27BF or 0x2B00 <= code <= 0x2BFF


def is_modifier(character: str) -> bool:
    """True for what only changes the emoji before it: skin, variant, joiner, gender."""
    return character in _MODIFIERS


def words_in(text: str) -> tuple[str, ...]:
    """The words of the known emoji in `text`, in order; unknown emoji are left out."""
    return tuple(WORDS[character] for character in text if character in WORDS)
