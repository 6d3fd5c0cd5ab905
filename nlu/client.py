"""The Rasa server as a parser: POST /model/parse with a time limit, every failure as Unreachable."""

from __future__ import annotations

import re
from typing import Any

import requests

from core.errors import Failure, Unreachable
from core.http import send
from nlu.guards import MAX_CHARACTERS
from nlu.understanding import BANDS, Band, Request, Shadow, Understanding

_LEADING = re.compile(r"^[/\s]+")


class RasaClient:
    """Asks the Rasa server at `url`; an answer later than `timeout_seconds` counts as none."""

    def __init__(self, url: str, session: requests.Session, timeout_seconds: float = 2.0) -> None:
        self._url = url.rstrip("/")
        self._session = session
        self._timeout = (min(timeout_seconds, 1.0), timeout_seconds)

    def parse(self, text: str) -> Understanding:
        """The model's understanding, without entities. May be called twice.

        Only the first 1000 characters are sent, and no leading slash: Rasa would take `/intent` at its word. Raises
        Unreachable when no usable answer comes, also for a text of nothing but blanks and slashes.
        """
        asked = _LEADING.sub("", text[:MAX_CHARACTERS]).rstrip()
        if not asked:
            raise Unreachable("nothing_to_parse", "empty text")
        answer = send(self._session, "POST", f"{self._url}/model/parse", timeout=self._timeout, json={"text": asked})
        if answer.status_code != 200:
            raise Unreachable("nlu_status", f"HTTP {answer.status_code}")
        try:
            return understanding_of(answer.json())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreachable("nlu_answer", f"not a parse result ({type(error).__name__})") from error

    def ready(self) -> bool:
        """True when the server has a model loaded: only /status tells, `/` answers without one."""
        try:
            return send(self._session, "GET", f"{self._url}/status", timeout=self._timeout).status_code == 200
        except Failure:
            return False


def understanding_of(body: dict[str, Any]) -> Understanding:
    """A parse as Rasa writes it. Raises ValueError, KeyError, TypeError or AttributeError for anything else."""
    ranking = tuple((str(item["name"]), float(item["confidence"])) for item in body["intent_ranking"])
    intent = body["intent"]
    return Understanding(
        str(intent["name"]),
        float(intent["confidence"]),
        ranking,
        (),
        "model",
        band=_band(body.get("band")),
        requests=tuple(_request(item) for item in body.get("requests") or ()),
        model=str(body.get("model") or ""),
        unknown_words=float(body.get("unknown_words") or 0.0),
        shadow=_shadow(body.get("shadow")),
    )


def _request(item: dict[str, Any]) -> Request:
    band = _band(item["band"])
    return Request(str(item["intent"]), float(item["confidence"]), band, int(item["start"]), int(item["end"]))


def _shadow(item: dict[str, Any] | None) -> Shadow | None:
    return Shadow(str(item["intent"]), float(item["confidence"]), str(item["model"])) if item else None


def _band(value: object) -> Band:
    """A band, the most careful one where the server names none that is known."""
    return next((band for band in BANDS if band == value), "menu")
