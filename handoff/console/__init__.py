"""The console at /console: sign in, see who waits, take a conversation, answer it; and how the system is doing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Blueprint

from core.db import Database
from core.media_store import MediaStore
from handoff import money_permits
from handoff.console import (
    acts,
    article_uses,
    channel,
    corrections,
    desk_acts,
    files,
    gate,
    inbox,
    knowledge,
    line_acts,
    login,
    money,
    network,
    problems,
    review,
    search,
    system,
    template_list,
    thread,
    wording,
)
from handoff.console.ports import Ports, Probe, no_probe
from handoff.console.sessions import Sessions
from handoff.network_permits import may
from models import utc_now
from provisioning.vault import Vault

HERE = Path(__file__).parent


def console_blueprint(
    *,
    db: Database,
    secret_key: str,
    public_url: str,
    store: MediaStore,
    now: Callable[[], datetime] = utc_now,
    language: str = "pt_BR",
    vault: Vault | None = None,
    probe: Probe = no_probe,
    own_erp: bool = True,
) -> Blueprint:
    """The whole console as one blueprint, to be registered as it is: it brings its prefix, `/console`.

    `secret_key` signs the session cookie, which is marked Secure when `public_url` is https. `language` is the
    customers', in which templates are sent. `vault` locks what people type as secrets of devices, and `probe` says of a
    device, by name, whether it answers and what. `own_erp` says that our own tables are the ERP: what is agreed on
    takes effect here, and nobody has to enter it elsewhere. It needs nothing from the application's own settings.
    """
    secure = public_url.startswith("https://")
    sessions = Sessions(secret_key, secure=secure)
    search_key = hashlib.sha256(f"search:{secret_key}".encode()).digest()
    ports = Ports(db, sessions, now, store, language, vault, probe, own_erp, search_key)
    blueprint = Blueprint(
        "console",
        __name__,
        url_prefix="/console",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    gate.guard(blueprint, ports)
    rooms = (
        login,
        inbox,
        thread,
        acts,
        line_acts,
        desk_acts,
        article_uses,
        corrections,
        files,
        search,
        review,
        system,
        channel,
        template_list,
    )
    for room in (*rooms, network, money, knowledge, problems):
        room.mount(blueprint, ports)
    for name, function in wording.FILTERS.items():
        blueprint.add_app_template_filter(function, f"console_{name}")
    version = _static_version()
    blueprint.context_processor(lambda: {"static_version": version, "may": may, "may_money": money_permits.may})
    return blueprint


def _static_version() -> str:
    """Changes with the static files, so that a browser never keeps an old one."""
    digest = hashlib.sha256()
    for path in sorted((HERE / "static").iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
