"""Passwords: what is kept of them, what an unknown login costs, and what a new one must be like."""

from __future__ import annotations

import pytest
from werkzeug.security import generate_password_hash

from handoff.login.devices import device_of, masked_address
from handoff.login.passwords import NOBODY, hash_password, is_right, is_stale, one_time_password, problem_with

OLD = generate_password_hash("frase boa de 2020", method="scrypt:1024:8:1")


def test_unknown_login_costs_the_work_of_a_known_one() -> None:
    assert NOBODY.split("$")[:4] == hash_password("x").split("$")[:4]
    assert not is_stale(NOBODY)


@pytest.mark.parametrize("password", ["", "x", "senha"])
def test_unknown_login_has_no_easy_password(password: str) -> None:
    assert not is_right(NOBODY, password)


def test_password_is_kept_as_argon2id_and_older_hashes_are_read_and_told_stale() -> None:
    kept = hash_password("frase boa de 2020")
    assert kept.startswith("$argon2id$")
    assert is_right(kept, "frase boa de 2020")
    assert not is_right(kept, "frase boa de 2021")
    assert is_right(OLD, "frase boa de 2020")
    assert not is_right(OLD, "outra")
    assert (is_stale(OLD), is_stale(kept)) == (True, False)
    assert not is_right("sso", "sso")


@pytest.mark.parametrize("password", [
    "curta", "aaaaaaaaaaaa", "1234567890", "Senha123!!", "administrador1", "helena-2026-x", "castrocastro", "x" * 201,
])  # fmt: skip
def test_password_that_is_easily_guessed_is_refused(password: str) -> None:
    assert problem_with(password, "helena", "Helena Castro")


@pytest.mark.parametrize("password", ["correta-e-longa", "café com pão de manhã", "xk7f-m2qp-9rtw"])
def test_password_that_is_long_and_its_own_is_taken(password: str) -> None:
    assert problem_with(password, "helena", "Helena Castro") == ""


def test_one_time_password_is_good_and_new_each_time() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert not any(problem_with(one) for one in made)


@pytest.mark.parametrize(("agent", "said"), [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "Chrome no Windows"),
    ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge no Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari no iPhone"),
    ("Mozilla/5.0 (Linux; Android 14) Gecko/120 Firefox/120.0", "Firefox no Android"),
    ("", "Navegador desconhecido"),
])  # fmt: skip
def test_device_is_told_in_words(agent: str, said: str) -> None:
    assert device_of(agent) == said


@pytest.mark.parametrize(("address", "shown"), [
    ("187.10.22.33", "187.10.*.*"), ("2804:14d:5c::9", "2804:14d:*"), ("", ""), (None, ""), ("unix", ""),
])  # fmt: skip
def test_address_is_shown_without_its_end(address: str | None, shown: str) -> None:
    assert masked_address(address) == shown
