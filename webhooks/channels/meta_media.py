"""Customers' files at Meta: an id is looked up for an address that lives five minutes, and the address is fetched."""

from __future__ import annotations

import requests

from core.errors import Failure, Refused, Unreachable
from core.http import send as call
from core.safe_fetch import fetch_public, host_of
from webhooks.channels.meta_errors import ERRORS
from webhooks.channels.ports import Fetched, MediaRef

# Where Meta keeps media; the token goes nowhere else.
HOSTS = (".facebook.com", ".fbcdn.net", ".fbsbx.com", ".whatsapp.net")
GONE = "media_gone"
# 100 with this subcode: no such object. 131052: Meta itself could not get the file.
NO_SUCH_OBJECT = 33
NOT_TO_BE_HAD = 131052
TIMEOUT = (3.0, 10.0)
DOWNLOAD_TIMEOUT = (3.0, 20.0)


class MetaMedia:
    """A MediaSource over the Graph API. The token travels in a header only, and only to Meta's hosts."""

    def __init__(self, session: requests.Session, *, graph_url: str, version: str, access_token: str) -> None:
        self._session = session
        self._base = f"{graph_url}/{version}"
        self._own = _place(graph_url)
        self._headers = {"Authorization": f"Bearer {access_token}"}

    def fetch(self, ref: MediaRef, *, limit: int) -> Fetched:
        """As `MediaSource.fetch`. An address that expired on the way is asked for once more."""
        if not ref.id:
            return self._download(ref.url, {}, limit)
        try:
            return self._look_up_and_download(ref.id, limit)
        except _Expired:
            return self._look_up_and_download(ref.id, limit)

    def _look_up_and_download(self, media_id: str, limit: int) -> Fetched:
        if not media_id.isalnum():
            raise Refused(GONE, "not an id")
        response = call(self._session, "GET", f"{self._base}/{media_id}", timeout=TIMEOUT, headers=self._headers)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        about = answer if isinstance(answer, dict) else {}
        if not response.ok or "error" in about:
            raise _failure(response, about)
        url = about.get("url")
        if not isinstance(url, str):
            raise Unreachable("answer_without_url")
        size = about.get("file_size")
        if isinstance(size, int) and size > limit:
            raise Refused("media_too_large", str(size))
        detail = {name: str(about[name]) for name in ("sha256", "mime_type") if about.get(name)}
        return self._download(url, detail, limit)

    def _download(self, url: str, detail: dict[str, str], limit: int) -> Fetched:
        if not self._is_metas(url):
            raise Refused("media_foreign_host", _place(url))
        try:
            data, mime_type = fetch_public(
                self._session,
                url,
                limit=limit,
                timeout=DOWNLOAD_TIMEOUT,
                headers=self._headers,
                trusted_hosts={_place(url)},
                allowed_hosts={self._own},
            )
        except Refused as failure:
            if failure.code == "gone":
                raise _Expired(GONE) from failure
            raise Refused(f"media_{failure.code}", failure.detail) from failure
        return Fetched(data, detail.get("mime_type") or mime_type, detail=detail)

    def _is_metas(self, url: str) -> bool:
        place = _place(url)
        name = f".{place.rpartition(':')[0]}"
        return place == self._own or (url.startswith("https://") and name.endswith(HOSTS))


class _Expired(Refused):
    """The address is no longer good. The id may still be."""


def _place(url: str) -> str:
    """name:port of an address; empty where it is none that could be fetched."""
    try:
        return host_of(url)
    except Refused:
        return ""


def _failure(response: requests.Response, answer: object) -> Failure:
    failure = ERRORS.failure_of(response.status_code, answer, response.headers.get("Retry-After", ""))
    error = answer.get("error") if isinstance(answer, dict) else None
    code, subcode = (error.get("code"), error.get("error_subcode")) if isinstance(error, dict) else (None, None)
    if code == NOT_TO_BE_HAD or (code == 100 and subcode == NO_SUCH_OBJECT) or failure.code == "graph_http_404":
        return Refused(GONE, failure.code)
    return failure
