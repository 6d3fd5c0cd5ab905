"""Whisper on this machine through faster-whisper: a model in CTranslate2 format, from disk, on the processor."""

from __future__ import annotations

import io
import itertools
import math
import time
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from core.errors import Misconfigured, Refused
from nlu.transcription import LONGEST_SECONDS, Transcript

RATE = 16_000
# A worker's wake-up may take 90 s; reading the file and writing the words belong to it.
MOST_SECONDS = 60.0
CHOICES = 5


class FasterWhisper:
    """A Transcriber. The package and the model (in `folder`) are loaded when the first voice note comes."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    @cached_property
    def _model(self) -> Any:
        try:
            from faster_whisper import WhisperModel

            return WhisperModel(self._folder, device="cpu", compute_type="int8", local_files_only=True)
        except ImportError as error:
            raise Misconfigured("transcription_package", "pip install -r requirements-voice.txt") from error
        except (RuntimeError, ValueError, OSError) as error:
            raise Misconfigured("transcription_model", type(error).__name__) from error

    def transcribe(self, data: bytes, mime_type: str, language: str) -> Transcript:
        """As `Transcriber.transcribe`; silence is cut out first, for Whisper hears sentences in it."""
        started = time.monotonic()
        model = self._model
        if language != "en" and not model.model.is_multilingual:
            raise Misconfigured("transcription_model", f"knows no {language}")
        sound = _decoded(data)
        segments, _ = model.transcribe(
            sound, language=language, beam_size=CHOICES, vad_filter=True, condition_on_previous_text=False
        )
        heard = list(_in_time(segments, started + MOST_SECONDS))
        text = " ".join(segment.text.strip() for segment in heard).strip()
        return Transcript(text, _confidence(heard) if text else 0.0, len(sound) / RATE, language)


def make(folder: str) -> FasterWhisper:
    """The engine over the model in that folder."""
    return FasterWhisper(folder)


def _decoded(data: bytes) -> Any:
    """The sound as numbers from -1 to 1, 16,000 a second. A small file can hold hours: decoding stops where it is too
    long."""
    import av
    import numpy
    from av.error import FFmpegError

    pieces: list[Any] = []
    length = 0
    try:
        with av.open(io.BytesIO(data)) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            # An empty frame at the end brings what the resampler still holds.
            for frame in itertools.chain(container.decode(audio=0), (None,)):
                for piece in resampler.resample(frame):
                    pieces.append(piece.to_ndarray().reshape(-1))
                    length += len(pieces[-1])
                if length > LONGEST_SECONDS * RATE:
                    raise Refused("audio_too_long")
    except (FFmpegError, IndexError, ValueError) as error:
        raise Refused("audio_unreadable", type(error).__name__) from error
    if not length:
        raise Refused("audio_unreadable", "no sound in it")
    return numpy.concatenate(pieces).astype(numpy.float32) / 32768.0


def _in_time(segments: Iterable[Any], until: float) -> Iterator[Any]:
    """Segments come as they are heard: that is where the time is spent."""
    for segment in segments:
        if time.monotonic() > until:
            raise Refused("transcription_too_slow")
        yield segment


def _confidence(heard: list[Any]) -> float:
    """How sure the engine was of its words, by their probability and by how likely anybody spoke at all, over time."""
    weighed = [
        (segment.end - segment.start, math.exp(min(0.0, segment.avg_logprob)) * (1 - segment.no_speech_prob))
        for segment in heard
    ]
    total = sum(length for length, _ in weighed)
    return sum(length * sure for length, sure in weighed) / total if total > 0 else 0.0
