"""The customer's buttons that take a system outside: second copy, ticket, visit, and the Wi-Fi's name or password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.dates import local_date
from core.errors import Refused
from handoff import audit, desk_jobs
from handoff.console.desk_card import why_no_wifi
from handoff.console.framing import form_token, typed
from handoff.console.ports import Ports, attendant, house, permitted
from handoff.console.thread import conversation_page, seen
from handoff.console.whereabouts import back_to
from handoff.outcome import Denied, Done
from handoff.subject import proved_subject
from models.conversation import Conversation
from provisioning.action import SET_WIFI
from provisioning.cpe import WifiWish
from provisioning.request import ask, target_of
from provisioning.wifi_rules import check_wish

Act = Callable[[Session, int], Done | Denied]


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the buttons; each is a POST with the session's form token and its own."""
    where = "/c/<int:conversation_id>"
    copy = f"{where}/invoices/<int:invoice_id>/copy"
    blueprint.add_url_rule(copy, "desk_copy", partial(_copy, ports), methods=["POST"])
    for name, view in {"ticket": _ticket, "visit": _visit, "wifi": _wifi}.items():
        blueprint.add_url_rule(f"{where}/desk/{name}", f"desk_{name}", partial(view, ports), methods=["POST"])


def _copy(ports: Ports, conversation_id: int, invoice_id: int) -> Response:
    token, who = form_token(), attendant()
    return _do(
        ports,
        conversation_id,
        lambda session, id_: desk_jobs.ask_second_copy(session, id_, who, invoice_id, token, now=ports.now()),
    )


def _ticket(ports: Ports, conversation_id: int) -> Response:
    token, who = form_token(), attendant()
    return _do(
        ports,
        conversation_id,
        lambda session, id_: desk_jobs.ask_ticket(
            session, id_, who, typed("subject", None), typed("text", None), token
        ),
    )


def _visit(ports: Ports, conversation_id: int) -> Response:
    token, who = form_token(), attendant()

    def act(session: Session, id_: int) -> Done | Denied:
        today = local_date(ports.now(), house(session).zone)
        try:
            day = date.fromisoformat(typed("day", None))
        except ValueError:
            return Denied("Escolha o dia da visita.")
        period, text = typed("period", None), typed("text", None)
        return desk_jobs.ask_visit(session, id_, who, day, period, text, token, today=today)

    return _do(ports, conversation_id, act)


def _wifi(ports: Ports, conversation_id: int) -> Response:
    """The password is locked at once, and shown nowhere again."""
    token = form_token()
    permitted("line.wifi")
    return _do(ports, conversation_id, partial(_ask_wifi, ports, token))


def _ask_wifi(ports: Ports, token: str, session: Session, conversation_id: int) -> Done | Denied:
    who, ssid, password = attendant(), typed("ssid", None), request.form.get("password", "")
    contract = proved_subject(session, session.get_one(Conversation, conversation_id))
    if isinstance(contract, Denied):
        return contract
    if problem := why_no_wifi(session, vault=ports.vault is not None):
        return Denied(problem)
    try:
        check_wish(WifiWish(ssid, password, None, ()))
    except Refused as refused:
        return Denied(refused.detail)
    job = ask(
        session,
        SET_WIFI,
        target=target_of(session, contract.ref),
        reason="customer_asked",
        asked_by=who.author,
        cause=f"console:{token}",
        conversation_id=conversation_id,
        arguments={"ssid": ssid} if ssid else {},
        secrets=ports.vault.lock({"wifi_password": password}) if ports.vault and password else None,
    )
    changed = [name for name, value in (("name", ssid), ("password", password)) if value]
    audit.record(session, who.login, "line.wifi", f"contract:{contract.ref}", job=job.id, changed=changed)
    return Done(job.id)


def _do(ports: Ports, conversation_id: int, act: Act) -> Response:
    if request.form.get("sure") != "yes":
        return conversation_page(ports, conversation_id, problem=desk_jobs.NOT_SURE.reason, status=409)
    with ports.db.transaction() as session:
        seen(session, conversation_id, attendant())
        done = act(session, conversation_id)
    if isinstance(done, Denied):
        return conversation_page(ports, conversation_id, problem=done.reason, status=409)
    return back_to(conversation_id)
