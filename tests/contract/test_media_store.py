"""The media store keeps its promises in a folder and in an S3-compatible bucket alike."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from moto.server import ThreadedMotoServer

from core.errors import Misconfigured, Refused, Unreachable
from core.media_store import MediaStore, key_of, media_store
from core.settings import load
from stores import free_port

NEEDED = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1/nothing",
    "REDIS_URL": "redis://127.0.0.1/0",
    "SECRET_KEY": "k",
}
HELLO = b"um arquivo de cliente" * 1000

Make = Callable[..., MediaStore]


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    for bucket in ("midia", "outro"):
        assert requests.put(f"{url}/{bucket}", timeout=10).ok
    yield url
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Builds the store; `**wrong` are settings to have it otherwise."""
    if request.param == "folder":
        usual = {"MEDIA_STORE": str(tmp_path / "midia")}
    else:
        usual = {
            "MEDIA_STORE": f"s3://midia/{tmp_path.name}",
            "MEDIA_STORE_ENDPOINT": request.getfixturevalue("s3"),
            "MEDIA_STORE_KEY_ID": "chave",
            "MEDIA_STORE_KEY": "segredo",
        }
    return lambda **wrong: media_store(load({**NEEDED, **usual, **wrong}))


def test_store_gives_back_what_was_put(make: Make) -> None:
    key = make().put(HELLO)
    # Another process, with a store of its own.
    assert make().get(key) == HELLO


def test_same_bytes_are_kept_once_under_the_same_key(make: Make) -> None:
    store = make()
    assert store.put(HELLO) == store.put(HELLO) == key_of(HELLO)
    assert store.put(HELLO + b".") != key_of(HELLO)


def test_deleted_file_is_gone_and_deleting_again_is_fine(make: Make) -> None:
    store = make()
    key = store.put(HELLO)
    assert store.exists(key)
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    for read in (store.get, store.open):
        with pytest.raises(Refused, match="media_missing"):
            read(key)


def test_stream_reads_from_any_place(make: Make) -> None:
    store = make()
    with store.open(store.put(HELLO)) as stream:
        assert stream.seek(0, 2) == len(HELLO)
        stream.seek(3)
        assert stream.read(7) == HELLO[3:10]
        assert stream.read() == HELLO[10:]


def test_no_key_leads_out_of_the_store(make: Make, tmp_path: Path) -> None:
    (tmp_path / "segredo").write_bytes(b"nao")
    store = make()
    store.put(HELLO)
    for key in ("../segredo", "/etc/passwd", "aa/../../segredo", "", "aa/" + "b" * 64, "x" * 67):
        with pytest.raises(Refused, match="media_missing"):
            store.get(key)
        assert not store.exists(key)
        store.delete(key)
    assert (tmp_path / "segredo").exists()


def test_folder_is_closed_to_other_users_and_made_when_first_used(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "midia"
    store = media_store(load({**NEEDED, "MEDIA_STORE": str(folder)}))
    assert not folder.exists()
    store.put(HELLO)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_folder_in_data_dir_is_the_default(tmp_path: Path) -> None:
    key = media_store(load({**NEEDED, "DATA_DIR": str(tmp_path)})).put(HELLO)
    assert (tmp_path / "media" / key).read_bytes() == HELLO


def test_torn_file_is_not_given_out(tmp_path: Path) -> None:
    store = media_store(load({**NEEDED, "MEDIA_STORE": str(tmp_path)}))
    key = store.put(HELLO)
    (tmp_path / key).write_bytes(HELLO[:100])
    with pytest.raises(Refused, match="media_damaged"):
        store.get(key)


def test_folder_that_cannot_be_made_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Misconfigured):
        media_store(load({**NEEDED, "MEDIA_STORE": str(tmp_path / "file" / "midia")})).put(HELLO)


def test_bucket_that_nobody_serves_is_unreachable() -> None:
    nobody = {"MEDIA_STORE": "s3://midia", "MEDIA_STORE_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    keys = {"MEDIA_STORE_KEY_ID": "chave", "MEDIA_STORE_KEY": "segredo"}
    with pytest.raises(Unreachable):
        media_store(load({**NEEDED, **nobody, **keys})).put(HELLO)


def test_two_prefixes_of_a_bucket_do_not_see_each_other(s3: str) -> None:
    shared = {"MEDIA_STORE_ENDPOINT": s3, "MEDIA_STORE_KEY_ID": "chave", "MEDIA_STORE_KEY": "segredo"}
    one = media_store(load({**NEEDED, **shared, "MEDIA_STORE": "s3://outro/um"}))
    other = media_store(load({**NEEDED, **shared, "MEDIA_STORE": "s3://outro/dois"}))
    assert not other.exists(one.put(HELLO))
