"""Binds the payment gateway of the local ERP, built from the settings."""

from __future__ import annotations

import json

from billing.charging import GatewayDesk
from billing.gateway import Gateway, gateway_kinds
from core.db import Database
from core.errors import Misconfigured
from core.field import fill_in
from core.http import make_session
from core.settings import Settings

# What gateways' times without a zone mean.
GATEWAY_ZONE = "America/Sao_Paulo"
SIMULATED = "simulator"


def gateway_of(settings: Settings) -> Gateway | None:
    """The gateway of the settings; None where there is none. Raises Misconfigured `gateway`, in Portuguese."""
    if not settings.gateway:
        return None
    if settings.gateway == SIMULATED and not settings.simulated_channel:
        raise Misconfigured("gateway", "GATEWAY: o banco simulado só existe ao lado do WhatsApp simulado")
    kind = gateway_kinds().get(settings.gateway)
    if kind is None:
        raise Misconfigured("gateway", f"GATEWAY: esperado um de {', '.join(sorted(gateway_kinds()))}")
    try:
        given = _simulated(settings) if settings.simulated_gateway else json.loads(settings.gateway_options or "{}")
        fields = fill_in(kind.fields, {str(name): str(value) for name, value in given.items()})
    except (ValueError, AttributeError) as error:
        # What json says of a text that it cannot read would show a secret.
        why = "esperado um objeto JSON" if isinstance(error, json.JSONDecodeError | AttributeError) else str(error)
        raise Misconfigured("gateway", f"GATEWAY_OPTIONS: {why}") from None
    return kind.connect(fields, make_session(), GATEWAY_ZONE)


def _simulated(settings: Settings) -> dict[str, str]:
    """The built-in bank, in the web process; its secret is the simulated WhatsApp's too."""
    return {"url": f"http://127.0.0.1:{settings.port}/simulator/bank", "token": settings.meta_app_secret}


def desk_of(settings: Settings, db: Database) -> GatewayDesk | None:
    """Where charges are registered for the local ERP; None without a gateway."""
    gateway = gateway_of(settings)
    return GatewayDesk(db, gateway, settings.gateway) if gateway else None
