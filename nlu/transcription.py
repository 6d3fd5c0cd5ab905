"""What turns a voice note into words, whatever engine does it; engines are found by their file name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

LONGEST_SECONDS = 300
"""A longer recording is for a person to hear."""


@dataclass(frozen=True)
class Transcript:
    """What was heard: empty where nothing was. `confidence` from 0 to 1, `seconds` of the recording."""

    text: str
    confidence: float
    seconds: float
    language: str


class Transcriber(Protocol):
    """An engine. It may take long, never longer than a minute, and speaks to nobody outside."""

    def transcribe(self, data: bytes, mime_type: str, language: str) -> Transcript:
        """The words of a recording in `language` (pt, es). May be called again. Raises Refused where it cannot be read
        (`audio_unreadable`, `audio_too_long`, `transcription_too_slow`), Misconfigured where the model is wrong."""
        ...


def load_transcriber(name: str, model: str) -> Transcriber:
    """The engine `nlu/transcribers/<name>.py` with the model in that folder; nothing is loaded before it is used."""
    return cast(Transcriber, import_module(f"nlu.transcribers.{name}").make(model))
