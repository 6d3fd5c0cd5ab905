"""The signature of what is sent, as docs/api.md gives it for others to check theirs against."""

from __future__ import annotations

import hashlib
import hmac

from tests.architecture.tree import text
from webhooks.api.page import VECTOR
from webhooks.outgoing.signing import sign
from webhooks.outgoing.told import wanted


def test_signature_is_the_one_that_the_page_gives() -> None:
    told = sign(VECTOR.body.encode(), VECTOR.timestamp, [VECTOR.secret])
    assert told in text("docs/api.md")


def test_signature_is_hmac_over_time_and_body_once_for_each_secret() -> None:
    told = sign(b"{}", 1_700_000_000, ["new", "old"])
    marks = [hmac.new(key, b"1700000000.{}", hashlib.sha256).hexdigest() for key in (b"new", b"old")]
    assert told == f"t=1700000000,v1={marks[0]},v1={marks[1]}"


def test_kinds_are_wanted_by_name_by_group_or_all() -> None:
    assert wanted("message.received", ["message.received"])
    assert wanted("message.received", ["note.added", "message.*"])
    assert wanted("job.verified", ["*"])
    assert not wanted("message.received", ["message.sent", "conversation.*"])
