"""What an unknown login costs."""

from __future__ import annotations

from werkzeug.security import check_password_hash, generate_password_hash

from handoff.accounts import NOBODY


def test_unknown_login_costs_the_work_of_a_known_one() -> None:
    ours, method = NOBODY, generate_password_hash("x").split("$")[0]
    assert ours.split("$")[0] == method
    assert len(ours.split("$")[2]) == len(generate_password_hash("x").split("$")[2])


def test_unknown_login_has_no_easy_password() -> None:
    assert not check_password_hash(NOBODY, "")
