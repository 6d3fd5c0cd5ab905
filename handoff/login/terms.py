"""What the provider asks of whoever signs in: the policy `access`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.provider_row import terms_of
from models.provider import Provider

EVERYBODY, ADMINS = "everybody", "admins"


@dataclass(frozen=True)
class AccessTerms:
    """`totp_roles` must have a code besides the password. A session ends `session_hours` after signing in, and when
    nothing was clicked for `idle_minutes`. `password_login` says who may use a password where there is single sign-on:
    everybody, or admins (whoever may change accounts), for the day on which it is away."""

    totp_roles: tuple[str, ...] = ()
    session_hours: int = 12
    idle_minutes: int = 240
    password_login: str = EVERYBODY

    def __post_init__(self) -> None:
        if not 1 <= self.session_hours <= 72:
            raise ValueError("session_hours: de 1 a 72 horas")
        if not 5 <= self.idle_minutes <= 1440:
            raise ValueError("idle_minutes: de 5 a 1440 minutos")
        if self.password_login not in (EVERYBODY, ADMINS):
            raise ValueError(f"password_login: {EVERYBODY} ou {ADMINS}")
        if not all(isinstance(role, str) for role in self.totp_roles):
            raise ValueError("totp_roles: uma lista de nomes de papéis")

    @property
    def lasts(self) -> timedelta:
        """How long a session goes on at most."""
        return timedelta(hours=self.session_hours)

    @property
    def idle(self) -> timedelta:
        """How long it goes on without a click."""
        return timedelta(minutes=self.idle_minutes)


def access_terms(session: Session) -> AccessTerms:
    """The policy as it is now; its defaults before there is a provider. Raises Misconfigured `provider`."""
    row = session.scalars(select(Provider).order_by(Provider.id).limit(1)).first()
    return AccessTerms() if row is None else terms_of(row, "access", AccessTerms)
