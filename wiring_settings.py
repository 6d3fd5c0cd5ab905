"""Every setting of the deployment checked, also those that only an ERP or a gateway understands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from billing.erp_kind import Connecting, ErpKind, erp_kinds
from billing.gateway import GatewayKind, gateway_kinds
from core.errors import Misconfigured
from core.field import Field, read_options
from core.http import make_session
from core.settings import Settings, load

LOCAL = "local"
# What the times of gateways without a zone mean; and any zone does to try an ERP's options.
ZONE = "America/Sao_Paulo"
# The demonstration's bank: nobody configures it.
SIMULATED = "simulator"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings, from the process environment unless one is given. Raises SettingsError with every problem of all
    of them, in Portuguese, without what secrets say. Asks nobody."""
    return load(environment, also=_problems)


def erp_problems(kind: str, options: str) -> list[str]:
    """What is wrong with ERP and ERP_OPTIONS, as above."""
    if kind == LOCAL:
        return []
    known = erp_kinds().get(kind)
    return erp_options_problems(known, options) if known else _unknown("ERP", kind, (LOCAL, *sorted(erp_kinds())))


def erp_options_problems(kind: ErpKind, options: str) -> list[str]:
    """What is wrong with the options of this kind of ERP, as above."""

    def connect(fields: Mapping[str, str]) -> object:
        return kind.connect(Connecting(fields, make_session(), ZONE))

    return _options_problems("ERP_OPTIONS", f"cli.py erp kinds` mostra para {kind.kind}", kind.fields, options, connect)


def gateway_problems(kind: str, options: str) -> list[str]:
    """What is wrong with GATEWAY and GATEWAY_OPTIONS, as above."""
    if not kind or kind == SIMULATED:
        return []
    known = gateway_kinds().get(kind)
    if known is None:
        return _unknown("GATEWAY", kind, sorted(gateway_kinds().keys() - {SIMULATED}))
    return gateway_options_problems(known, options)


def bank_problems(gateway: str, whatsapp_token: str) -> list[str]:
    """What is wrong with the demonstration's bank beside a real WhatsApp, as above."""
    if gateway != SIMULATED or not whatsapp_token:
        return []
    return [f"GATEWAY: {SIMULATED} só existe ao lado do WhatsApp simulado (sem META_ACCESS_TOKEN)."]


def gateway_options_problems(kind: GatewayKind, options: str) -> list[str]:
    """What is wrong with the options of this kind of gateway, as above."""

    def connect(fields: Mapping[str, str]) -> object:
        return kind.connect(fields, make_session(), ZONE)

    where = f"cli.py gateways kinds` mostra para {kind.kind}"
    return _options_problems("GATEWAY_OPTIONS", where, kind.fields, options, connect)


def _problems(read: Mapping[str, Any]) -> list[str]:
    return [
        *erp_problems(read.get("erp", LOCAL), read.get("erp_options", "")),
        *bank_problems(read.get("gateway", ""), read.get("meta_access_token", "")),
        *gateway_problems(read.get("gateway", ""), read.get("gateway_options", "")),
    ]


def _unknown(name: str, kind: str, known: tuple[str, ...] | list[str]) -> list[str]:
    return [f"{name}: valor inválido {kind!r}. Esperado: {', '.join(known)}. Exemplo: {name}={known[0]}"]


def _options_problems(
    name: str, where: str, fields: tuple[Field, ...], options: str, connect: Callable[[Mapping[str, str]], object]
) -> list[str]:
    try:
        connect(read_options(fields, options))
    except ValueError as problem:
        return [f"{name}: {problem}. Esperado: os campos que `{where}."]
    except Misconfigured as problem:
        return [f"{name}: um campo não faz sentido ({problem}). Esperado: os campos que `{where}."]
    return []
