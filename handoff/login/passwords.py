"""Passwords: kept as Argon2id, older hashes still read, and what a new one must be like."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from werkzeug.security import check_password_hash

SHORTEST, LONGEST = 10, 200
FEWEST_LETTERS = 5
# 19 MiB and two passes: what a guess costs, and what sixteen people who sign in at once cost the server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_OLD = ("scrypt:", "pbkdf2:")
# What people choose when ten letters are wanted. Longer ones made of these are caught too.
COMMON = (
    *("1234567890", "0123456789", "9876543210", "0987654321", "qwertyuiop", "asdfghjkl", "1q2w3e4r5t", "q1w2e3r4t5"),
    *("password", "passw0rd", "senha123", "minhasenha", "mudar123", "trocar123", "admin123", "administrador"),
    *("iloveyou", "euteamo", "flamengo", "corinthians", "palmeiras", "saopaulo", "bemvindo", "internet123"),
)
# Without letters and digits that look alike: it is read out on the phone.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

# Of a password that was thrown away: an unknown login costs the same work as a known one, so that the time of the
# answer does not tell which logins exist.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$DkIHQNUbLkgGdmi1jJoKFQ$B41e2XXi//X/lk7aYWH2OgwM8gt2/DpwzvzCZTfaikE"


def hash_password(password: str) -> str:
    """What may be kept of it: slow to make and different each time."""
    return _HASHER.hash(password)


def is_right(kept: str, password: str) -> bool:
    """Whether it is the one. False for anything that is no hash."""
    if kept.startswith(_OLD):
        return check_password_hash(kept, password)
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def is_stale(kept: str) -> bool:
    """Whether it was made another way than new ones are, and should be made anew while the password is at hand."""
    return kept.startswith(_OLD) or _HASHER.check_needs_rehash(kept)


def problem_with(password: str, *own: str) -> str:
    """What is wrong with it as a new password, in Portuguese; empty when nothing is. `own` are the person's login and
    name, which others would try first."""
    plain = password.lower()
    if len(password) < SHORTEST:
        return f"A senha precisa de pelo menos {SHORTEST} caracteres."
    if len(password) > LONGEST:
        return f"A senha pode ter no máximo {LONGEST} caracteres."
    if len(set(plain)) < FEWEST_LETTERS:
        return "A senha repete poucos caracteres. Misture mais."
    if any(word in plain and len(word) * 2 > len(plain) for word in COMMON):
        return "Esta senha é das mais usadas, e as primeiras que se tenta. Escolha outra."
    if any(len(word) >= 4 and word in plain for given in own for word in given.lower().split()):
        return "A senha não pode ter o seu nome nem o seu usuário."
    return ""


def one_time_password() -> str:
    """A new one that nobody chose, to be told to a person and changed at once."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
