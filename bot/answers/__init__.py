"""The answers, one file per intent, found by file name; and the replies to questions that an answer asked."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.effects import Effect
    from bot.turn import Turn

Answer = Callable[["Turn"], "list[Effect]"]
Reply = Callable[["Turn"], "list[Effect] | None"]

ANSWERS: dict[str, Answer] = {}
REPLIES: dict[str, Reply] = {}

for _found in pkgutil.iter_modules(__path__):
    _module = importlib.import_module(f"{__name__}.{_found.name}")
    # A file that is not named after an intent holds what several answers share.
    if hasattr(_module, "answer"):
        ANSWERS[_found.name] = _module.answer
    REPLIES.update(getattr(_module, "REPLIES", {}))
