"""The console at /console: sign in, see who waits, take a conversation, answer it; and how the system is doing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from flask import Blueprint

from core.db import Database
from core.media_store import MediaStore
from core.sentence import Sentence
from handoff.console import (
    account,
    acts,
    admin,
    article_uses,
    attendance,
    board,
    channel,
    corrections,
    desk_acts,
    files,
    gate,
    inbox,
    integrations,
    knowledge,
    life_acts,
    line_acts,
    login,
    money,
    network,
    next_up,
    problems,
    reports,
    review,
    search,
    system,
    template_list,
    thread,
    visit_acts,
    wording,
    writing,
)
from handoff.console import (
    sso as sso_pages,
)
from handoff.console.ports import Ports, Probe, no_probe
from handoff.console.sections import sections_of
from handoff.console.sessions import Sessions
from handoff.console.streams.follower import Follower
from handoff.console.streams.lists import Lists
from handoff.console.streams.shared import Shared
from handoff.console.streams.stream import BEAT_SECONDS, Streams
from handoff.console.whereabouts import carried
from handoff.login.seal import Seal
from handoff.login.single_sign_on import SingleSignOn
from handoff.permits import may
from models import utc_now
from provisioning.vault import Vault

HERE = Path(__file__).parent
STREAMS = "console_streams"


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
    sso: SingleSignOn | None = None,
    loopback_hooks: bool = False,
    sentences: Mapping[str, Mapping[str, Sentence]] | None = None,
    streams: int = 250,
    beat: float = BEAT_SECONDS,
) -> Blueprint:
    """The whole console as one blueprint, to be registered as it is: it brings its prefix, `/console`.

    `secret_key` signs the session cookie, which is marked Secure when `public_url` is https. `language` is the
    customers', in which templates are sent. `vault` locks what people type as secrets of devices, and `probe` says of a
    device, by name, whether it answers and what. `own_erp` says that our own tables are the ERP: what is agreed on
    takes effect here, and nobody has to enter it elsewhere. `sso` is the provider's own sign-on, where there is one.
    `loopback_hooks` lets this machine be told of events. `sentences` are what customers read of the bot
    as it is shipped, by language and name. So many `streams` of open consoles are told what changes,
    further ones ask; each `beat` seconds they are looked after. Who ends the process closes the application's extension
    STREAMS before. It needs nothing from the application's own settings.
    """
    sessions = Sessions(secret_key, secure=public_url.startswith("https://"))
    key = hashlib.sha256(f"search:{secret_key}".encode()).digest()
    seal = Seal(secret_key)
    ports = Ports(
        db, sessions, seal, now, store, language, vault, probe, own_erp, sso, key, loopback_hooks, sentences or {}
    )
    blueprint = Blueprint(
        "console",
        __name__,
        url_prefix="/console",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    gate.guard(blueprint, ports)
    _mount(blueprint, ports)
    shared = Shared()
    follower = Follower(db, shared, most=streams)
    Streams(ports, follower, Lists(ports, shared), beat).mount(blueprint)
    blueprint.record_once(lambda state: state.app.extensions.update({STREAMS: follower}))
    return blueprint


def _mount(blueprint: Blueprint, ports: Ports) -> None:
    """All pages, and what their templates know."""
    talks = (
        login,
        inbox,
        thread,
        acts,
        life_acts,
        line_acts,
        desk_acts,
        visit_acts,
        article_uses,
        corrections,
        files,
        search,
    )
    desk = (attendance, next_up, writing, knowledge)
    watch = (board, reports, review, system, channel, template_list, integrations)
    for room in (*talks, *desk, *watch, account, sso_pages, network, money, admin, problems):
        room.mount(blueprint, ports)
    for name, function in wording.FILTERS.items():
        blueprint.add_app_template_filter(function, f"console_{name}")
    version = _static_version()
    known = {"static_version": version, "may": may, "first_page": login.first_page, "sections_of": sections_of}
    blueprint.context_processor(lambda: known)
    blueprint.add_app_template_global(carried)


def _static_version() -> str:
    """Changes with the static files, so that a browser never keeps an old one."""
    digest = hashlib.sha256()
    for path in sorted((HERE / "static").iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
