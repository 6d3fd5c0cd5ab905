"""Blocks and releases PPP logins on a MikroTik through its API, and reads until the router agrees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from core.errors import Misconfigured, Unreachable
from core.field import Field
from provisioning.clock import SystemClock
from provisioning.driver import Driver, Log
from provisioning.ports import AccessState, Clock, Note, Outcome
from provisioning.routeros.api import Address, RouterOsApi
from provisioning.routeros.blocks import Block, ListBlock, ProfileBlock, SecretBlock, remove_entries
from provisioning.routeros.lines import Line, on, read_last_end, read_line, read_queue
from provisioning.routeros.settling import Settling
from provisioning.routeros.tls import Check, Tls
from provisioning.routeros.wire import shown

SETTLE_SECONDS = 10.0


class RouterOsAccess:
    """AccessControl and Listing over the PPP secrets of one router.

    Every call has a connection of its own: it may be used from several threads, and no idle connection can have died.
    What a person did by hand (an entry, a profile, a disabled secret without our mark) is never undone.
    """

    def __init__(
        self, address: Address, block: Block, block_list: str, *, log: Log, clock: Clock | None = None
    ) -> None:
        self._address = address
        self._block = block
        self._list = block_list
        self._log = log
        self._clock = clock or SystemClock()

    def state(self, login: str) -> AccessState:
        """See AccessControl. Blocked is who is held back in any way, also by hand."""
        with RouterOsApi(self._address, self._log) as api:
            line = self._read(api, login)
            return self._as_state(line, read_last_end(api, line))

    def set_blocked(self, login: str, blocked: bool, note: Note, *, doubtful: bool = False) -> Outcome:
        """See AccessControl. Takes some 10 s at most, as long as the subscriber's router takes to dial again."""
        with RouterOsApi(self._address, self._log) as api:
            line = self._read(api, login)
            if line.secret is None:
                return Outcome("refused", "unknown_login", self._facts(line))
            if not doubtful and self._held(line) == blocked and self._block.holds(line) == blocked and self._even(line):
                return Outcome("already", "already", self._facts(line))
            if obstacle := self._obstacle(line, blocked):
                note(_OBSTACLES[obstacle])
                return Outcome("refused", obstacle, self._facts(line))
            try:
                return self._make(api, line, blocked, note)
            except Unreachable as failure:
                failure.ambiguous = True
                raise

    def held_back(self) -> frozenset[str]:
        """See Listing. Whom a person holds back by hand is not among them."""
        with RouterOsApi(self._address, self._log) as api:
            return frozenset(shown(login).lower() for login in self._block.held_back(api))

    def _make(self, api: RouterOsApi, line: Line, blocked: bool, note: Note) -> Outcome:
        self._block.change(api, line, blocked)
        if not blocked:
            remove_entries(api, line)
        note("Bloqueio gravado no roteador." if blocked else "Bloqueio retirado do roteador.")
        settling = Settling(api, self._clock, note, nobody=blocked and isinstance(self._block, SecretBlock))
        while True:
            line = self._read(api, line.login)
            if not self._block.ends_sessions:
                break
            settling.look(line)
            if settling.settled or settling.elapsed >= SETTLE_SECONDS:
                break
            settling.wait()
        facts = self._facts(line) | {"queue": dict(read_queue(api, line.login)), "online": bool(line.active)}
        return self._judge(line, blocked, settling, facts, note)

    def _judge(self, line: Line, blocked: bool, settling: Settling, facts: dict[str, Any], note: Note) -> Outcome:
        if line.secret is None:
            return Outcome("failed", "login_removed", facts)
        if self._block.holds(line) != blocked or self._held(line) != blocked:
            return Outcome("failed", "changed_by_another", facts)
        if self._block.ends_sessions and settling.old(line):
            note("O roteador não derrubou a sessão aberta: resultado desconhecido.")
            return Outcome("unknown", "session_stays", facts)
        note("Conferido no roteador: " + ("bloqueado." if blocked else "liberado."))
        return Outcome("verified", "online" if line.active else "settled", facts)

    def _obstacle(self, line: Line, blocked: bool) -> str:
        """A release must not claim what another way of blocking, done by hand, still prevents."""
        if obstacle := self._block.obstacle(line, blocked):
            return obstacle
        disabled = line.secret is not None and on(line.secret, "disabled")
        by_hand = (disabled and not isinstance(self._block, SecretBlock)) or any(
            not on(row, "dynamic") for row in line.foreign
        )
        return "blocked_by_hand" if by_hand and not blocked else ""

    def _even(self, line: Line) -> bool:
        """Whether no session contradicts what is stored."""
        return not (isinstance(self._block, SecretBlock) and self._block.holds(line) and line.active)

    def _held(self, line: Line) -> bool:
        disabled = line.secret is not None and on(line.secret, "disabled")
        return disabled or line.listed or self._block.holds(line)

    def _read(self, api: RouterOsApi, login: str) -> Line:
        return read_line(api, login, self._list, self._address.host)

    def _as_state(self, line: Line, last_end: tuple[datetime, str] | None) -> AccessState:
        return AccessState(
            blocked=self._held(line),
            groups=self._groups(line),
            sessions=line.sessions(),
            read_at=line.read_at,
            known=line.secret is not None,
            last_end=last_end,
        )

    def _groups(self, line: Line) -> tuple[str, ...]:
        """What decides about the login: the block list it stands on, then its profile."""
        profile = shown(line.secret.get("profile", "")) if line.secret else ""
        return tuple(name for name in (self._list if line.listed else "", profile) if name)

    def _facts(self, line: Line) -> dict[str, Any]:
        return {
            "blocked": self._held(line),
            "groups": list(self._groups(line)),
            "by_hand": [shown(row.get("comment", "")) for row in line.foreign],
            "open_sessions": len(line.active),
            "read_at": line.read_at.isoformat(),
        }


_OBSTACLES = {
    "blocked_by_hand": "O bloqueio foi feito à mão no roteador: fica como está, retire-o lá.",
    "address_from_pool": "O login não tem IP fixo: uma lista de endereços bloquearia outro cliente amanhã.",
}


def _connect(fields: Mapping[str, str], log: Log) -> RouterOsAccess:
    ways: dict[str, Block] = {
        "address_list": ListBlock(fields["address_list"]),
        "profile": ProfileBlock(fields["blocked_profile"]),
        "disable": SecretBlock(),
    }
    if fields["block_by"] not in ways:
        raise Misconfigured("block_by", f"expected one of {', '.join(ways)}")
    check = fields["tls"]
    if check not in ("", *get_args(Check)):
        raise Misconfigured("tls", "expected verify, fingerprint, off or nothing")
    if check == "fingerprint" and not fields["fingerprint"]:
        raise Misconfigured("fingerprint", "expected the certificate's SHA-256")
    tls = Tls(check, fields["authorities"], fields["fingerprint"]) if check else None  # type: ignore[arg-type]
    port = fields["port"] or ("8729" if tls else "8728")
    if not port.isdecimal():
        raise Misconfigured("port", "expected a number")
    address = Address(fields["host"], int(port), fields["user"], fields["password"], tls)
    return RouterOsAccess(address, ways[fields["block_by"]], fields["address_list"], log=log)


DRIVER = Driver(
    kind="routeros",
    title="MikroTik RouterOS (API)",
    role="access",
    fields=(
        Field("host", "Endereço do roteador"),
        Field("port", "Porta da API", required=False, about="Vazio: 8728, ou 8729 com TLS."),
        Field("user", "Usuário da API", about="Grupo com as políticas api, read e write."),
        Field("password", "Senha", secret=True),
        Field("tls", "API-SSL", required=False, about="Vazio: sem TLS. verify, fingerprint ou off (não confere)."),
        Field(
            "authorities", "Autoridade do certificado (PEM)", required=False, about="Para verify; vazio: do sistema."
        ),
        Field("fingerprint", "SHA-256 do certificado", required=False, about="Para fingerprint."),
        Field("block_by", "Como bloquear", default="address_list", about="address_list, profile ou disable."),
        Field("address_list", "Lista de endereços bloqueados", default="bloqueados"),
        Field("blocked_profile", "Perfil PPP de bloqueio", default="bloqueado"),
    ),
    connect=_connect,
)
