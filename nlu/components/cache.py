"""Answers to exact repeats, bounded; it lives and dies with the model that gave them."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, Hashable, Optional, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """The latest `size` answers by key; asking for one keeps it. Safe between threads. Size 0 keeps nothing."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: "OrderedDict[Key, Value]" = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Optional[Value]:
        """The kept answer, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def keep(self, key: Key, value: Value) -> None:
        """Keeps an answer, and forgets the one that was not asked for the longest time when there are too many."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
