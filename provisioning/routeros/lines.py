"""What a router holds about one login: its secret, sessions, entries of the block list and queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from provisioning.ports import Session
from provisioning.routeros.api import RouterOsApi, Row
from provisioning.routeros.times import on_our_clock, seconds_up
from provisioning.routeros.wire import shown

SECRETS = "/ppp/secret"
ACTIVE = "/ppp/active"
ENTRIES = "/ip/firewall/address-list"
_SECRET_FIELDS = (
    ".id",
    "name",
    "profile",
    "disabled",
    "comment",
    "remote-address",
    "last-logged-out",
    "last-disconnect-reason",
)


_OURS = "religa "


def entry_comment(login: str) -> str:
    """The comment of an entry that we added for `login`: nothing else is ever removed."""
    return f"{_OURS}{login}"


def login_of(comment: str) -> str:
    """The login for which we added the entry with this comment; "" where somebody else did."""
    return comment.removeprefix(_OURS) if comment.startswith(_OURS) else ""


@dataclass(frozen=True)
class Line:
    """One login on one router at `read_at`. `secret` None: the router does not know it.

    `entries` are those of the block list that hold the login's address back or that we added for it; `active` are its
    sessions as the router numbers them.
    """

    login: str
    host: str
    secret: Row | None
    active: tuple[Row, ...]
    entries: tuple[Row, ...]
    read_at: datetime

    @property
    def fixed_address(self) -> str:
        """The address that the login always gets, or "" when it comes from a pool."""
        return _address(self.secret.get("remote-address", "")) if self.secret else ""

    @property
    def ours(self) -> tuple[Row, ...]:
        """The entries that we added for this login, wherever they point to."""
        return tuple(row for row in self.entries if row.get("comment") == entry_comment(self.login))

    @property
    def foreign(self) -> tuple[Row, ...]:
        """Entries in force that somebody else added for its address."""
        return tuple(row for row in self.entries if row not in self.ours and not on(row, "disabled"))

    @property
    def listed(self) -> bool:
        """Whether an entry in force holds it back."""
        return any(not on(row, "disabled") for row in self.entries)

    def sessions(self) -> tuple[Session, ...]:
        """Its sessions as values; the row is the router's own number."""
        return tuple(self._session(row) for row in self.active)

    def _session(self, row: Row) -> Session:
        up = seconds_up(row.get("uptime", ""))
        return Session(
            row=int(row[".id"].removeprefix("*"), 16),
            login=self.login,
            session_id=shown(row.get("session-id", "")),
            nas_ip=self.host,
            framed_ip=shown(row.get("address", "")),
            started_at=None if up is None else self.read_at - timedelta(seconds=up),
        )


def read_line(api: RouterOsApi, login: str, block_list: str, host: str) -> Line:
    """Reads one login, by queries that the router answers itself: it may hold ten thousand."""
    secrets = api.select(SECRETS, _SECRET_FIELDS, f"name={login}")
    active = api.select(ACTIVE, (".id", "address", "uptime", "session-id"), f"name={login}")
    secret = secrets[0] if secrets else None
    addresses = {_address(row.get("address", "")) for row in active}
    addresses |= {_address(secret.get("remote-address", ""))} if secret else set()
    queries = [f"comment={entry_comment(login)}"]
    for address in sorted(addresses - {""}):
        queries += [f"address={address}", "#|"]
    entries = api.select(
        ENTRIES, (".id", "list", "address", "comment", "disabled", "dynamic"), f"list={block_list}", *queries
    )
    return Line(login, host, secret, active, entries, datetime.now(UTC))


def read_last_end(api: RouterOsApi, line: Line) -> tuple[datetime, str] | None:
    """When and why the last session ended, where the router keeps it (RouterOS 7)."""
    if line.secret is None or not line.secret.get("last-logged-out"):
        return None
    clock = api.select("/system/clock", ("date", "time"))
    there = f"{clock[0].get('date', '')} {clock[0].get('time', '')}" if clock else ""
    at = on_our_clock(line.secret["last-logged-out"], there, line.read_at)
    return (at, shown(line.secret.get("last-disconnect-reason", ""))) if at else None


def read_queue(api: RouterOsApi, login: str) -> Mapping[str, str]:
    """The simple queue of a login, its own or the one PPP made: {name, max_limit, disabled}; {} without one."""
    found = api.select(
        "/queue/simple", ("name", "max-limit", "disabled"), f"name={login}", f"name=<pppoe-{login}>", "#|"
    )
    return {name.replace("-", "_"): shown(value) for name, value in found[0].items() if name != ".id"} if found else {}


def on(row: Row, name: str) -> bool:
    """A yes-or-no field: RouterOS says "true" to the API, and "yes" in places."""
    return row.get(name) in ("true", "yes")


def _address(text: str) -> str:
    """`text` when it is one address; "" for a pool's name, a network or nothing."""
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
