"""FreeRADIUS by its SQL schema on PostgreSQL or MySQL, with CoA and Disconnect to its NAS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from core.errors import Misconfigured
from core.field import Field
from provisioning.driver import Driver, Log
from provisioning.radius.access import PER_SECOND, RadiusAccess
from provisioning.radius.messages import Messenger
from provisioning.radius.tables import BlockBy, RadiusTables

_PER_SECOND_ABOUT = "Quantas sessões por segundo uma NAS aceita mudar; 0: sem limite."


def make(
    database_url: str,
    *,
    secret: str,
    coa_host: str = "",
    coa_port: int = 3799,
    suspended_group: str = "suspenso",
    block_by: BlockBy = "group",
    coa: Literal["disconnect", "coa"] = "disconnect",
    per_second: float = PER_SECOND,
    settle_seconds: float = 10.0,
) -> RadiusAccess:
    """The driver over a real database and real NAS. `coa_host` and `secret` count for NAS that FreeRADIUS's table does
    not know; `coa_host` empty: each session's own NAS is told. Raises Misconfigured for an address of no database."""
    tables = RadiusTables(database_url, suspended_group, block_by=block_by)
    return RadiusAccess(
        tables,
        Messenger(secret, host=coa_host, port=coa_port, nases=tables.nases),
        suspended_group=suspended_group,
        block_by=block_by,
        by_coa=coa == "coa",
        per_second=per_second,
        settle_seconds=settle_seconds,
    )


def _connect(fields: Mapping[str, str], log: Log) -> RadiusAccess:
    if fields["block_by"] not in ("group", "reject") or fields["coa"] not in ("disconnect", "coa"):
        raise Misconfigured("radius_fields", "block_by: group or reject; coa: disconnect or coa")
    try:
        port, per_second = int(fields["coa_port"]), float(fields["per_second"])
        settle_seconds = float(fields["settle_seconds"])
    except ValueError as error:
        raise Misconfigured("radius_fields", "coa_port, per_second and settle_seconds are numbers") from error
    return make(
        fields["database_url"],
        secret=fields["secret"],
        coa_host=fields["coa_host"],
        coa_port=port,
        suspended_group=fields["suspended_group"],
        block_by=cast(BlockBy, fields["block_by"]),
        coa=cast(Literal["disconnect", "coa"], fields["coa"]),
        per_second=per_second,
        settle_seconds=settle_seconds,
    )


DRIVER = Driver(
    kind="radius",
    title="FreeRADIUS (SQL)",
    role="access",
    fields=(
        Field("database_url", "Banco do FreeRADIUS", secret=True, about="postgresql://... ou mysql://..."),
        Field("secret", "Segredo do CoA", required=False, secret=True, about="Para NAS que não estão na tabela nas."),
        Field(
            "coa_host", "Endereço do CoA", required=False, about="Para NAS que não estão na tabela nas; vazio: a NAS."
        ),
        Field("coa_port", "Porta do CoA", default="3799"),
        Field("suspended_group", "Grupo suspenso", default="suspenso"),
        Field("block_by", "Bloqueio por", default="group", about="group (grupo suspenso) ou reject (login recusado)"),
        Field("coa", "Sessão aberta", default="disconnect", about="disconnect (derrubar) ou coa (mudar sem derrubar)"),
        Field("per_second", "Ritmo por NAS", default=f"{PER_SECOND:g}", about=_PER_SECOND_ABOUT),
        Field("settle_seconds", "Acompanhar por (s)", default="10"),
    ),
    connect=_connect,
)
