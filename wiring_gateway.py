"""Binds the payment gateway of the local ERP, built from the settings."""

from __future__ import annotations

import json

from billing.charging import GatewayDesk
from billing.gateway import Gateway, gateway_kinds
from core.db import Database
from core.field import read_options
from core.http import make_session
from core.settings import Settings, SettingsError
from wiring_settings import SIMULATED, ZONE, bank_problems, gateway_problems


def gateway_of(settings: Settings) -> Gateway | None:
    """The gateway of the settings; None where there is none. Raises SettingsError for one without sense."""
    if not settings.gateway:
        return None
    if settings.simulated_gateway:
        return connect(SIMULATED, simulated_options(settings.port, settings.meta_app_secret))
    if problems := (
        *bank_problems(settings.gateway, settings.meta_access_token),
        *gateway_problems(settings.gateway, settings.gateway_options),
    ):
        raise SettingsError(list(problems))
    return connect(settings.gateway, settings.gateway_options)


def connect(name: str, options: str) -> Gateway:
    """The gateway of this kind. Raises ValueError and Misconfigured for options that make no sense."""
    kind = gateway_kinds()[name]
    return kind.connect(read_options(kind.fields, options), make_session(), ZONE)


def simulated_options(port: int | str, secret: str) -> str:
    """The options of the built-in bank, in the web process of this port; its secret is the simulated WhatsApp's too."""
    return json.dumps({"url": f"http://127.0.0.1:{port}/simulator/bank", "token": secret})


def desk_of(settings: Settings, db: Database) -> GatewayDesk | None:
    """Where charges are registered for the local ERP; None without a gateway."""
    gateway = gateway_of(settings)
    return GatewayDesk(db, gateway, settings.gateway) if gateway else None
