"""Asks one agent over SNMP: values, whole columns, and a change, with its silence told apart from its refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch.asyncio import (
    ContextData,
    Integer32,
    ObjectIdentity,
    ObjectType,
    UdpTransportTarget,
    bulk_cmd,
    get_cmd,
    set_cmd,
)

from core.errors import Failure, Misconfigured, Refused, Unreachable
from provisioning.driver import Log
from provisioning.snmp.engine import engine_room
from provisioning.snmp.values import Value, plain

Column = dict[tuple[int, ...], Value]
"""The values of a column by what follows its OID: the row's index."""

GET_AT_ONCE = 20
WALKS_AT_ONCE = 4
# How agents say that a bulk was too large for them, or that one row in it broke the whole answer.
TOO_MUCH = frozenset({"tooBig", "genErr"})
REFUSALS = frozenset(
    {"noAccess", "authorizationError", "notWritable", "noCreation", "readOnly", "wrongValue", "badValue"}
)
BAD_LOGIN = (
    "unknownUserName",
    "wrongDigest",
    "unsupportedSecurityLevel",
    "decryptionError",
    "authenticationFailure",
    "unknownSecurityName",
    "unsupportedAuthProtocol",
    "unsupportedPrivProtocol",
)


@dataclass(frozen=True)
class Agent:
    """Where an agent is and how it is asked. `login` and `write_login` are pysnmp's authentication data.

    `timeout` is in seconds for one try, of which there are `retries` more. `rows` is how many rows one bulk asks for.
    `context` and `keyring` (see EngineRoom) are for v3.
    """

    host: str
    port: int
    login: Any = field(repr=False)
    write_login: Any = field(default=None, repr=False)
    timeout: float = 2.0
    retries: int = 1
    rows: int = 25
    context: str = ""
    keyring: str = field(default="", repr=False)


class SnmpSession:
    """Everything that one agent is asked; `log` gets a line for every question. Keeps no connection open."""

    def __init__(self, agent: Agent, log: Log) -> None:
        self._agent = agent
        self._log = log

    @property
    def writable(self) -> bool:
        """Whether somebody filled in a login that may write."""
        return self._agent.write_login is not None

    def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """The values that the agent has; what it does not have is left out. Raises Unreachable or Misconfigured."""
        found = engine_room().run(self._get(oids))
        self._log(f"snmp get {len(oids)}: {', '.join(f'{oid}={_shown(value)}' for oid, value in found.items())[:300]}")
        return found

    def walk(self, columns: Sequence[str]) -> dict[str, Column]:
        """Whole columns (or the part of one below an index), read side by side. Raises Unreachable or Misconfigured."""
        return engine_room().run(self._walk(columns))

    def walk_each(self, tables: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Column] | Failure]:
        """Several walks by name, some at a time; a walk that fails is its failure and does not stop the others."""
        return engine_room().run(self._walk_each(tables))

    def set(self, oid: str, value: int) -> None:
        """Writes a number. Raises Refused for the agent's no, and an ambiguous Unreachable where it said nothing."""
        engine_room().run(self._set(oid, value))
        self._log(f"snmp set {oid}={value}: ok")

    async def _get(self, oids: Sequence[str]) -> dict[str, Value]:
        target = await self._target()
        found: dict[str, Value] = {}
        for start in range(0, len(oids), GET_AT_ONCE):
            asked = [ObjectType(ObjectIdentity(oid)) for oid in oids[start : start + GET_AT_ONCE]]
            indication, status, _, rows = await get_cmd(
                self._engine(), self._agent.login, target, self._context(), *asked, lookupMib=False
            )
            self._judge(indication, status)
            for name, value in rows:
                read = plain(value)
                if read is not None:
                    found[str(name)] = read
        return found

    async def _walk_each(self, tables: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Column] | Failure]:
        turn = asyncio.Semaphore(WALKS_AT_ONCE)

        async def one(columns: Sequence[str]) -> dict[str, Column] | Failure:
            async with turn:
                try:
                    return await self._walk(columns)
                except Failure as failure:
                    return failure

        answers = await asyncio.gather(*(one(columns) for columns in tables.values()))
        return dict(zip(tables, answers, strict=True))

    async def _walk(self, columns: Sequence[str]) -> dict[str, Column]:
        target = await self._target()
        found: dict[str, Column] = {column: {} for column in columns}
        roots = {column: _numbers(column) for column in columns}
        next_of = dict(roots)
        rows = self._agent.rows
        while next_of:
            indication, status, _, answer = await self._bulk(target, list(next_of.values()), rows)
            if status and status.prettyPrint() in TOO_MUCH and rows > 1:
                rows = max(1, rows // 2)
                continue
            self._judge(indication, status)
            next_of = _take(answer, next_of, roots, found)
        self._log(f"snmp walk {' '.join(columns)}: {sum(map(len, found.values()))}")
        return found

    async def _bulk(self, target: Any, after: Sequence[tuple[int, ...]], rows: int) -> Any:
        asked = [ObjectType(ObjectIdentity(oid)) for oid in after]
        return await bulk_cmd(
            self._engine(), self._agent.login, target, self._context(), 0, rows, *asked, lookupMib=False
        )

    async def _set(self, oid: str, value: int) -> None:
        asked = ObjectType(ObjectIdentity(oid), Integer32(value))
        target = await self._target()
        indication, status, _, _ = await set_cmd(
            self._engine(), self._agent.write_login, target, self._context(), asked, lookupMib=False
        )
        try:
            self._judge(indication, status)
        except Unreachable as error:
            raise Unreachable(error.code, error.detail, ambiguous=True) from error

    def _engine(self) -> Any:
        return engine_room().engine(self._agent.keyring)

    def _context(self) -> Any:
        return ContextData(contextName=self._agent.context.encode())

    async def _target(self) -> Any:
        agent = self._agent
        try:
            return await UdpTransportTarget.create(
                (agent.host, agent.port), timeout=agent.timeout, retries=agent.retries
            )
        except (PySnmpError, OSError) as error:
            raise Unreachable("no_address", agent.host) from error

    def _judge(self, indication: Any, status: Any) -> None:
        host = self._agent.host
        if indication:
            name = type(indication).__name__
            if name.lower() in {bad.lower() for bad in BAD_LOGIN}:
                raise Misconfigured("snmp_login", f"{host}: {name}")
            # A wrong community is silence, too.
            raise Unreachable("no_answer", f"{host}: {name} (nobody there, or a wrong community)")
        if status:
            said = status.prettyPrint()
            if said in REFUSALS:
                raise Refused("olt_refused", said)
            raise Unreachable("olt_error", said)


def _take(
    answer: Sequence[Any],
    asked: Mapping[str, tuple[int, ...]],
    roots: Mapping[str, tuple[int, ...]],
    found: Mapping[str, Column],
) -> dict[str, tuple[int, ...]]:
    """Keeps what belongs to the columns, and returns from where to go on: nothing for a column that has ended."""
    names = list(asked)
    going_on: dict[str, tuple[int, ...]] = {}
    ended: set[str] = set()
    for place, (oid, value) in enumerate(answer):
        column = names[place % len(names)]
        if column in ended:
            continue
        numbers, root = tuple(oid), roots[column]
        read = plain(value)
        if read is None or numbers[: len(root)] != root:
            ended.add(column)
            going_on.pop(column, None)
            continue
        if numbers <= going_on.get(column, asked[column]):
            raise Unreachable("not_increasing", "the agent repeats itself")
        found[column][numbers[len(root) :]] = read
        going_on[column] = numbers
    return going_on


def _numbers(oid: str) -> tuple[int, ...]:
    return tuple(int(part) for part in oid.strip(".").split("."))


def _shown(value: Value) -> str:
    return value.decode("ascii") if isinstance(value, bytes) and value.isascii() and value.isalnum() else repr(value)
