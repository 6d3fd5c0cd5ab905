"""Where customers' files are kept: a folder or an S3-compatible bucket, each file under the digest of its bytes."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import obstore
from obstore.exceptions import (
    BaseError,
    InvalidPathError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnknownConfigurationKeyError,
)
from obstore.store import LocalStore, MemoryStore, S3Store

from core.errors import Misconfigured, Refused, Unreachable
from core.settings import Settings

Store = LocalStore | S3Store | MemoryStore

KEY = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}")
READ_AT_ONCE = 256 * 1024
# One failed try more is cheap; whoever called repeats the work later anyway.
PATIENCE: Any = {"timeout": timedelta(seconds=30), "connect_timeout": timedelta(seconds=3)}
RETRIES: Any = {"max_retries": 1, "retry_timeout": timedelta(seconds=30)}


class MediaStore:
    """Files by key. Every call may be repeated; raises Unreachable when the store does not answer, Misconfigured
    when it does not let us in, and Refused("media_missing") when there is no such file.

    Nothing is opened, and no folder made, before the first call.
    """

    def __init__(self, connect: Callable[[], Store]) -> None:
        self._connect = connect

    @cached_property
    def _store(self) -> Store:
        return self._connect()

    def put(self, data: bytes) -> str:
        """Keeps the bytes; their key. The same bytes always have the same one, and are kept once."""
        key = key_of(data)
        with _failures_in_our_words():
            obstore.put(self._store, key, data)
        return key

    def get(self, key: str) -> bytes:
        """The bytes under a key. Raises Refused("media_damaged") when they are not those that were put there."""
        with _failures_in_our_words():
            data = bytes(obstore.get(self._store, _checked(key)).bytes())
        if key_of(data) != key:
            raise Refused("media_damaged", key)
        return data

    def open(self, key: str) -> BinaryIO:
        """The file as a stream that can be read from any place, so that a player may ask for parts of it."""
        with _failures_in_our_words():
            size = int(obstore.head(self._store, _checked(key))["size"])
            return io.BufferedReader(_Stream(self._store, key, size), READ_AT_ONCE)

    def exists(self, key: str) -> bool:
        """Whether there is a file under the key."""
        try:
            with _failures_in_our_words():
                obstore.head(self._store, _checked(key))
        except Refused:
            return False
        return True

    def delete(self, key: str) -> None:
        """Removes the file; one that is not there is fine. Whoever calls this knows that nobody else needs it."""
        try:
            with _failures_in_our_words():
                obstore.delete(self._store, _checked(key))
        except Refused:
            return


def key_of(data: bytes) -> str:
    """Where these bytes are kept: their SHA-256 digest, in folders by its first two digits."""
    digest = hashlib.sha256(data).hexdigest()
    return f"{digest[:2]}/{digest}"


def media_store(settings: Settings) -> MediaStore:
    """The store that the settings name: s3://bucket/prefix, or a folder (default: media in DATA_DIR)."""
    place = settings.media_store or str(settings.data_dir / "media")
    if place.startswith("s3://"):
        return MediaStore(lambda: _bucket(place, settings))
    return MediaStore(lambda: _folder(Path(place)))


def _folder(path: Path) -> LocalStore:
    path = path.absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        # What customers send is nobody else's business on this machine.
        path.chmod(0o700)
    except OSError as error:
        raise Misconfigured("media_folder", f"{path}: {error.strerror}") from error
    with _failures_in_our_words():
        return LocalStore(path)


def _bucket(url: str, settings: Settings) -> S3Store:
    options: dict[str, Any] = {"region": settings.media_store_region}
    if settings.media_store_endpoint:
        options |= {"endpoint": settings.media_store_endpoint, "virtual_hosted_style_request": False}
    if settings.media_store_key_id:
        options |= {"access_key_id": settings.media_store_key_id, "secret_access_key": settings.media_store_key}
    patience: Any = {**PATIENCE, "allow_http": settings.media_store_endpoint.startswith("http://")}
    with _failures_in_our_words():
        return S3Store.from_url(url, client_options=patience, retry_config=RETRIES, **options)


class _Stream(io.RawIOBase):
    """A file of the store, read by ranges."""

    def __init__(self, store: Store, key: str, size: int) -> None:
        self._store, self._key, self._size, self._at = store, key, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        with _failures_in_our_words():
            part = bytes(obstore.get_range(self._store, self._key, start=self._at, length=wanted))
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def _checked(key: str) -> str:
    """Only what `put` gave out: no key leads out of the store."""
    if not KEY.fullmatch(key):
        raise Refused("media_missing", "not a key")
    return key


@contextmanager
def _failures_in_our_words() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Refused("media_missing") from error
    except (PermissionDeniedError, UnauthenticatedError, UnknownConfigurationKeyError, InvalidPathError) as error:
        raise Misconfigured("media_store_denied", type(error).__name__) from error
    except ValueError as error:
        raise Misconfigured("media_store_address", type(error).__name__) from error
    except (BaseError, OSError) as error:
        raise Unreachable("media_store", type(error).__name__) from error
