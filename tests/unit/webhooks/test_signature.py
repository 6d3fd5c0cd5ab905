"""Signatures of webhooks: over the bytes as they came, fail closed, and as Twilio's own validator sees them."""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from tests.unit.webhooks.payloads import twilio
from webhooks.channels.twilio_inbound import fields
from webhooks.signature import meta_signature_valid, twilio_signature_valid

SECRET = "segredo-do-app"
TOKEN = "token-da-conta"
URL = "https://suporte.example.com.br/webhooks/twilio"
ESCAPED = rb'{"text":"\u00e1gua \/ caf\u00e9 \ud83d\ude00"}'


def _meta(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_meta_signature_holds_over_escaped_unicode_as_sent() -> None:
    assert meta_signature_valid(ESCAPED, _meta(ESCAPED), SECRET)


@pytest.mark.parametrize("ascii_only", [True, False])
def test_meta_signature_fails_over_the_same_json_written_anew(ascii_only: bool) -> None:
    again = json.dumps(json.loads(ESCAPED), ensure_ascii=ascii_only).encode()
    assert not meta_signature_valid(again, _meta(ESCAPED), SECRET)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        _meta(b"{}", "outro"),
        _meta(b"{ }"),
        _meta(b"{}")[7:],
        "sha1=" + hmac.new(SECRET.encode(), b"{}", hashlib.sha1).hexdigest(),
        _meta(b"{}")[:-1],
        _meta(b"{}") + "0",
        "sha256=ção",
        "sha256=\udcff",
    ],
)
def test_meta_signature_fails_when_the_header_is_anything_else(header: str) -> None:
    assert meta_signature_valid(b"{}", _meta(b"{}"), SECRET)
    assert not meta_signature_valid(b"{}", header, SECRET)


def test_nothing_is_valid_without_a_secret() -> None:
    assert not meta_signature_valid(b"{}", _meta(b"{}", ""), "")
    signature = RequestValidator("").compute_signature(URL, MultiDict({"a": "b"}))
    assert not twilio_signature_valid(URL, b"a=b", signature, "")


@pytest.mark.parametrize(
    "body",
    [
        twilio(),
        twilio(Body=""),
        twilio(Body="  com espaços  "),
        twilio(Body="ção 😀 + & = %"),
        b"b=2&b=1&b=2&a=&A=x",
        b"",
    ],
)
@pytest.mark.parametrize("url", [URL, URL + "?conta=1&x=%C3%A7", "https://suporte.example.com.br:8443/webhooks/twilio"])
def test_twilio_form_is_valid_as_signed_and_not_changed_in_anything(url: str, body: bytes) -> None:
    signature = RequestValidator(TOKEN).compute_signature(url, MultiDict(fields(body)))
    assert twilio_signature_valid(url, body, signature, TOKEN)
    assert not twilio_signature_valid(url + "x", body, signature, TOKEN)
    assert not twilio_signature_valid(url, body + b"&More=1", signature, TOKEN)
    assert not twilio_signature_valid(url, body, signature, TOKEN + "2")
    assert not twilio_signature_valid(url, body, "", TOKEN)


@given(form=st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), max_size=6))
def test_twilio_form_is_valid_whatever_it_holds(form: list[tuple[str, str]]) -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, MultiDict(form))
    assert twilio_signature_valid(URL, urlencode(form).encode(), signature, TOKEN)


@given(
    url=st.text(max_size=30), body=st.binary(max_size=30), header=st.text(max_size=30), settings=st.text(max_size=30)
)
def test_garbage_is_refused_and_raises_nothing(url: str, body: bytes, header: str, settings: str) -> None:
    for address in (url, URL + url, URL + "?bodySHA256=" + url, "http://a:b" + url, "http://[" + url):
        assert not twilio_signature_valid(address, body, header, TOKEN, settings)


SHA256 = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"


def test_algorithm_is_the_one_that_the_header_names() -> None:
    newer = RequestValidator(TOKEN).compute_signature(URL, MultiDict({"a": "1"}), "HMAC_SHA256")
    assert twilio_signature_valid(URL, b"a=1", newer, TOKEN, SHA256)
    assert not twilio_signature_valid(URL, b"a=1", newer, TOKEN)
    assert not twilio_signature_valid(URL, b"a=1", newer, TOKEN, "algorithm=HMAC_MD5")
    older = RequestValidator(TOKEN).compute_signature(URL, MultiDict({"a": "1"}))
    assert twilio_signature_valid(URL, b"a=1", older, TOKEN, "key=x")
    assert not twilio_signature_valid(URL, b"a=1", older, TOKEN, SHA256)


def test_json_body_is_covered_by_its_hash_in_the_address() -> None:
    body = '{"a": "ção"}'.encode()
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    assert twilio_signature_valid(url, body, signature, TOKEN)
    for other in (b'{"a": "b"}', b"\xff", b""):
        assert not twilio_signature_valid(url, other, signature, TOKEN)
    blank = f"{URL}?bodySHA256="
    assert not twilio_signature_valid(blank, body, RequestValidator(TOKEN).compute_signature(blank, {}), TOKEN)


@pytest.mark.parametrize(
    ("signed", "ours"),
    [
        (URL.replace(".br/", ".br:443/"), URL),
        (URL, URL.replace(".br/", ".br:443/")),
        ("http://localhost:80/webhooks/twilio", "http://localhost/webhooks/twilio"),
    ],
)
def test_twilio_signature_holds_whether_the_port_is_written_or_not(signed: str, ours: str) -> None:
    signature = RequestValidator(TOKEN).compute_signature(signed, MultiDict({"a": "1"}))
    assert twilio_signature_valid(ours, b"a=1", signature, TOKEN)
    assert not twilio_signature_valid(ours.replace("/twilio", "/outro"), b"a=1", signature, TOKEN)
