"""The three ways of holding a login back on a router, and the marks that say which of it was ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, unquote

from core.errors import Misconfigured
from provisioning.routeros.api import Answer, RouterOsApi, Trap
from provisioning.routeros.lines import ENTRIES, SECRETS, Line, entry_comment, login_of, on

# Stands at the end of a secret's comment while we hold it back; behind it the profile that it had before.
_MARK = re.compile(r"\s*\[religa(?: (?P<profile>[^\]]*))?\]$")


class Block(Protocol):
    """One way to hold a login back."""

    @property
    def ends_sessions(self) -> bool:
        """Whether what is stored only counts from the next session on."""
        ...

    def holds(self, line: Line) -> bool:
        """Whether the stored state holds it back in this way, whoever did it."""
        ...

    def obstacle(self, line: Line, blocked: bool) -> str:
        """Why it may not be changed (a code), or ""."""
        ...

    def change(self, api: RouterOsApi, line: Line, blocked: bool) -> None:
        """Changes the stored state. May be repeated; what is gone already counts as removed."""
        ...

    def held_back(self, api: RouterOsApi) -> frozenset[str]:
        """The logins that bear our mark and are held back in this way, as they are written there. One question."""
        ...


@dataclass(frozen=True)
class ListBlock:
    """An entry of an address-list, to which the provider's firewall gives its meaning at once.

    Only for logins with an address of their own: a pool gives the address to somebody else tomorrow, and the entry
    would hold back the wrong house.
    """

    name: str
    ends_sessions: bool = False

    def holds(self, line: Line) -> bool:
        """See Block."""
        return line.listed

    def obstacle(self, line: Line, blocked: bool) -> str:
        """See Block."""
        if blocked:
            return "" if line.fixed_address else "address_from_pool"
        return "blocked_by_hand" if line.foreign else ""

    def change(self, api: RouterOsApi, line: Line, blocked: bool) -> None:
        """See Block."""
        if blocked:
            where = (f"=list={self.name}", f"=address={line.fixed_address}")
            unless(api, "already have such entry", f"{ENTRIES}/add", *where, f"=comment={entry_comment(line.login)}")
            return
        remove_entries(api, line)

    def held_back(self, api: RouterOsApi) -> frozenset[str]:
        """See Block."""
        rows = api.select(ENTRIES, ("comment", "disabled"), f"list={self.name}")
        ours = (login_of(row.get("comment", "")) for row in rows if not on(row, "disabled"))
        return frozenset(filter(None, ours))


@dataclass(frozen=True)
class ProfileBlock:
    """A profile that holds back; the comment remembers the one before."""

    name: str
    ends_sessions: bool = True

    def holds(self, line: Line) -> bool:
        """See Block."""
        return _field(line, "profile") == self.name

    def obstacle(self, line: Line, blocked: bool) -> str:
        """See Block."""
        if blocked or not self.holds(line):
            return ""
        return "" if self._before(line) else "blocked_by_hand"

    def change(self, api: RouterOsApi, line: Line, blocked: bool) -> None:
        """See Block. Raises Misconfigured when the router has no such profile."""
        if self.holds(line) == blocked:
            return
        profile = self.name if blocked else self._before(line)
        mark = f" [religa {quote(_field(line, 'profile'), safe='')}]" if blocked else ""
        try:
            _set_secret(api, line, mark, {"profile": profile})
        except Trap as trap:
            if trap.says("any value of profile"):
                raise Misconfigured("routeros_profile", profile) from trap
            raise

    def held_back(self, api: RouterOsApi) -> frozenset[str]:
        """See Block."""
        return _marked(api, f"profile={self.name}")

    @staticmethod
    def _before(line: Line) -> str:
        found = _MARK.search(_field(line, "comment"))
        return unquote(found["profile"] or "") if found else ""


@dataclass(frozen=True)
class SecretBlock:
    """A disabled secret: no session at all."""

    ends_sessions: bool = True

    def holds(self, line: Line) -> bool:
        """See Block."""
        return line.secret is not None and on(line.secret, "disabled")

    def obstacle(self, line: Line, blocked: bool) -> str:
        """See Block."""
        by_hand = self.holds(line) and not _MARK.search(_field(line, "comment"))
        return "blocked_by_hand" if by_hand and not blocked else ""

    def change(self, api: RouterOsApi, line: Line, blocked: bool) -> None:
        """See Block."""
        if self.holds(line) != blocked:
            _set_secret(api, line, " [religa]" if blocked else "", {"disabled": "yes" if blocked else "no"})

    def held_back(self, api: RouterOsApi) -> frozenset[str]:
        """See Block."""
        return _marked(api, "disabled=true", "disabled=yes", "#|")


def remove_entries(api: RouterOsApi, line: Line) -> None:
    """Removes the entries that we added for the login, and no other."""
    for row in line.ours:
        unless(api, "no such item", f"{ENTRIES}/remove", f"=.id={row['.id']}")


def unless(api: RouterOsApi, words: str, command: str, *arguments: str) -> Answer | None:
    """The command's answer; None for the trap that says `words`: then it is already as wanted."""
    try:
        return api.call(command, *arguments)
    except Trap as trap:
        if trap.says("not enough permissions"):
            raise Misconfigured("routeros_permission", command) from trap
        if trap.says(words):
            return None
        raise


def _marked(api: RouterOsApi, *queries: str) -> frozenset[str]:
    """The logins of the secrets that were asked for and have our mark."""
    rows = api.select(SECRETS, ("name", "comment"), *queries)
    return frozenset(row["name"] for row in rows if _MARK.search(row.get("comment", "")))


def _set_secret(api: RouterOsApi, line: Line, mark: str, values: Mapping[str, str]) -> None:
    """One command for the change and its mark, so that neither is ever there without the other."""
    comment = _MARK.sub("", _field(line, "comment")) + mark
    words = [f"={name}={value}" for name, value in values.items()]
    number = _field(line, ".id")
    unless(api, "no such item", f"{SECRETS}/set", f"=.id={number}", *words, f"=comment={comment.strip()}")


def _field(line: Line, name: str) -> str:
    return line.secret.get(name, "") if line.secret else ""
