"""Signing in, the brake on guessing, and accounts that are made twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from core.db import Database
from handoff.accounts import BadLogin, LockedOut, SignedIn, ensure_agent, sign_in
from handoff.login.brake import MAX_FAILURES
from models import utc_now
from models.agent import Agent
from models.audit import Audit
from tests.integration.desk import PASSWORD, the_cast


def try_in(db: Database, login: str, password: str, minutes: float = 0) -> SignedIn | BadLogin | LockedOut:
    with db.transaction() as session:
        return sign_in(session, login, password, now=utc_now() + timedelta(minutes=minutes))


def test_sign_in_knows_the_right_password(db: Database) -> None:
    the_cast(db, "helena")
    result = try_in(db, " Helena ", PASSWORD)
    assert isinstance(result, SignedIn)
    assert result.who.name == "Helena Castro"


@pytest.mark.parametrize("password", ["", "errada", PASSWORD + " ", PASSWORD.upper()])
def test_sign_in_refuses_any_other_password(db: Database, password: str) -> None:
    the_cast(db, "helena")
    assert try_in(db, "helena", password) == BadLogin()


def test_sign_in_refuses_an_account_that_was_switched_off(db: Database) -> None:
    the_cast(db, "helena")
    with db.transaction() as session:
        session.scalars(select(Agent)).one().active = False
    assert try_in(db, "helena", PASSWORD) == BadLogin()


@pytest.mark.parametrize("login", ["helena", "ninguem", "", "a\x00b"])
def test_sign_in_rests_after_too_many_failures_whether_or_not_the_login_exists(db: Database, login: str) -> None:
    the_cast(db, "helena")
    assert [try_in(db, login, "errada") for _ in range(MAX_FAILURES)] == [BadLogin()] * MAX_FAILURES
    assert isinstance(try_in(db, login, PASSWORD), LockedOut)


def test_sign_in_works_again_when_the_rest_is_over(db: Database) -> None:
    the_cast(db, "helena")
    for _ in range(MAX_FAILURES):
        try_in(db, "helena", "errada")
    assert isinstance(try_in(db, "helena", PASSWORD, minutes=14), LockedOut)
    assert isinstance(try_in(db, "helena", PASSWORD, minutes=16), SignedIn)


def test_sign_in_counts_anew_after_a_success(db: Database) -> None:
    the_cast(db, "helena")
    for _ in range(MAX_FAILURES - 1):
        try_in(db, "helena", "errada")
    assert isinstance(try_in(db, "helena", PASSWORD), SignedIn)
    assert try_in(db, "helena", "errada") == BadLogin()


def test_sign_in_does_not_rest_others(db: Database) -> None:
    the_cast(db, "helena", "igor")
    for _ in range(MAX_FAILURES):
        try_in(db, "helena", "errada")
    assert isinstance(try_in(db, "igor", PASSWORD), SignedIn)


def test_sign_in_lets_no_more_guesses_through_in_parallel(db: Database) -> None:
    the_cast(db, "helena")
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: try_in(db, "helena", "errada"), range(12)))
    assert results.count(BadLogin()) == MAX_FAILURES


def test_sign_in_keeps_nothing_of_what_was_typed_as_an_unknown_login(db: Database) -> None:
    try_in(db, "minhasenha123", "x")
    with db.transaction() as session:
        kept = session.scalars(select(Audit)).one()
    assert "minhasenha123" not in f"{kept.subject} {kept.actor} {kept.detail}"


def test_sign_in_makes_an_older_hash_anew_and_keeps_the_password(db: Database) -> None:
    the_cast(db, "helena")
    with db.transaction() as session:
        session.scalars(select(Agent)).one().password_hash = generate_password_hash(PASSWORD, method="scrypt:1024:8:1")
    for _ in range(2):
        assert isinstance(try_in(db, "helena", PASSWORD), SignedIn)
        with db.transaction() as session:
            assert session.scalars(select(Agent.password_hash)).one().startswith("$argon2id$")


def test_ensure_agent_updates_everything_but_the_password(db: Database) -> None:
    the_cast(db, "helena")
    with db.transaction() as session:
        ensure_agent(session, "HELENA", "Helena C.", "supervisor", ["N1", "N2"], "outra-senha")
    result = try_in(db, "helena", PASSWORD)
    assert isinstance(result, SignedIn)
    assert (result.who.name, result.who.role, result.who.queues) == ("Helena C.", "supervisor", frozenset({"N1", "N2"}))


def test_ensure_agent_refuses_an_unknown_queue(db: Database) -> None:
    with pytest.raises(ValueError, match="no queue"), db.transaction() as session:
        ensure_agent(session, "x", "X", "agent", ["N7"], "senha-longa")
