"""Files of customers at Twilio: fetched with the account's password, which is shown to nobody else."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Misconfigured, Refused, Unreachable
from core.http import make_session
from tests.contract.channels.rigs import ACCOUNT, AUTH_TOKEN, TwilioRig, twilio_rig
from tests.unit.webhooks.payloads import ANA
from webhooks.channels.ports import MediaRef
from webhooks.channels.twilio_media import TwilioMedia

PHOTO = b"\xff\xd8\xff\xe0 foto"


@pytest.fixture
def twilio(tmp_path: Path) -> Iterator[TwilioRig]:
    with twilio_rig(tmp_path) as rig:
        yield rig


def _source(twilio: TwilioRig, token: str = AUTH_TOKEN) -> TwilioMedia:
    return TwilioMedia(make_session(), api_url=twilio.api_url, account_sid=ACCOUNT, auth_token=token)


def _photo(twilio: TwilioRig) -> MediaRef:
    media = [{"mime_type": "image/jpeg", "base64": base64.b64encode(PHOTO).decode()}]
    twilio.control(write={"from": f"whatsapp:+{ANA}", "text": "olha", "media": media})
    return MediaRef(url=twilio.store.messages(sender=f"whatsapp:+{ANA}")[0].fields["MediaUrl0"])


def test_file_is_fetched_with_the_password_and_from_where_it_redirects_to_without(twilio: TwilioRig) -> None:
    # The simulator's store of files answers 400 to anybody who brings credentials along.
    fetched = _source(twilio).fetch(_photo(twilio), limit=1000)
    assert (fetched.data, fetched.mime_type) == (PHOTO, "image/jpeg")


def test_deleted_file_is_gone_for_good(twilio: TwilioRig) -> None:
    ref = _photo(twilio)
    twilio.store.delete_media(ref.url.rpartition("/")[2])
    with pytest.raises(Refused, match="media_gone"):
        _source(twilio).fetch(ref, limit=1000)


def test_failures_say_what_to_do_next(twilio: TwilioRig) -> None:
    ref = _photo(twilio)
    with pytest.raises(Misconfigured):
        _source(twilio, "wrong").fetch(ref, limit=1000)
    with pytest.raises(Refused, match="media_too_large"):
        _source(twilio).fetch(ref, limit=len(PHOTO) - 1)
    twilio.control(on="media", mode="500")
    with pytest.raises(Unreachable):
        _source(twilio).fetch(ref, limit=1000)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://169.254.169.254/", "http://localhost/", "file:///x"])
def test_address_inside_our_network_is_refused(twilio: TwilioRig, url: str) -> None:
    with pytest.raises(Refused):
        _source(twilio).fetch(MediaRef(url=url), limit=1000)
