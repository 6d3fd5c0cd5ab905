"""What the intents are called when people read of them, from one file per language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from nlu.languages import PORTUGUESE

FOLDER = Path(__file__).parent / "texts"


@cache
def intent_names(language: str = PORTUGUESE) -> Mapping[str, str]:
    """The name of every intent, short and in small letters, in the order in which to offer them."""
    return MappingProxyType(yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8")))
