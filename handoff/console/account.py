"""A person's own account: where they are signed in, their password, and the code of their second factor."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import partial

import segno
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from handoff import audit
from handoff.accounts import LockedOut, change_password, check_code
from handoff.console.login import WRONG_CODE, first_page
from handoff.console.ports import LARGEST_ID, Ports, attendant, guest, house, visit
from handoff.console.wording import moment
from handoff.login import second_factor, visits
from handoff.login.terms import access_terms

BEGAN_BY = {"password": "senha", "sso": "acesso único"}


@dataclass(frozen=True)
class Place:
    """A session as its person sees it."""

    id: int
    device: str
    address: str
    began: str
    seen: str
    here: bool


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the pages; each button is a POST with the session's form token."""
    for where, name, view in (
        ("", "account", _page),
        ("/password", "account_password", _password_page),
        ("/totp", "totp", _totp_page),
        ("/totp.svg", "totp_picture", _picture),
    ):
        blueprint.add_url_rule(f"/account{where}", name, partial(view, ports))
    for where, name, act in (
        ("/password", "password_change", _change_password),
        ("/sessions/<int:session_id>/end", "session_end", _end_session),
        ("/sessions/end", "sessions_end", _end_others),
        ("/totp", "totp_confirm", _confirm),
        ("/totp/remove", "totp_remove", _remove),
    ):
        blueprint.add_url_rule(f"/account{where}", name, partial(act, ports), methods=["POST"])


def _page(ports: Ports, problem: str = "", status: int = 200) -> AnyResponse:
    who, now = attendant(), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        enrolled = second_factor.is_enrolled(session, who.id)
        wanted = who.role in access_terms(session).totp_roles
        places = [
            Place(
                id=row.id,
                device=row.device,
                address=row.address,
                began=f"{moment(row.began_at, now, place.zone)}, por {BEGAN_BY.get(row.began_by, row.began_by)}",
                seen=moment(row.seen_at, now, place.zone),
                here=row.id == guest().session_id,
            )
            for row in visits.open_sessions(session, who.id, now)
        ]
    return _rendered("account", status, house=place, places=places, enrolled=enrolled, wanted=wanted, problem=problem)


def _rendered(name: str, status: int = 200, **more: object) -> AnyResponse:
    # Until nothing is missing there is no menu: it would lead back here.
    menu = {} if guest().step else {"who": attendant()}
    return make_response(
        render_template(f"console/{name}.html", csrf=visit().csrf, me=attendant(), section="account", **menu, **more),
        status,
    )


def _password_page(ports: Ports, problem: str = "", status: int = 200) -> AnyResponse:
    with ports.db.transaction() as session:
        place = house(session)
    return _rendered("account_password", status, house=place, problem=problem, forced=guest().step == "password")


def _change_password(ports: Ports) -> AnyResponse:
    who, now, new = attendant(), ports.now(), request.form.get("new", "")
    problem = "As duas senhas novas não são iguais." if new != request.form.get("again", "") else ""
    if not problem:
        with ports.db.transaction() as session:
            problem = change_password(session, who.id, request.form.get("old", ""), new, now)
            if not problem:
                visits.end_all(session, who.id, now, but=guest().session_id)
                audit.record(session, who.login, "password.changed", f"agent:{who.id}")
    if problem:
        return _password_page(ports, problem, 409)
    return redirect(url_for(first_page(who) if guest().step else "console.account"), 303)


def _end_session(ports: Ports, session_id: int) -> AnyResponse:
    who = attendant()
    with ports.db.transaction() as session:
        ended = session_id <= LARGEST_ID and visits.end_one(session, who.id, session_id, ports.now())
        if ended:
            audit.record(session, who.login, "session.ended", f"agent:{who.id}", sessions=1)
    if not ended:
        abort(404, "Esta sessão já terminou, ou não é sua.")
    return redirect(url_for("console.account"), 303)


def _end_others(ports: Ports) -> AnyResponse:
    who = attendant()
    with ports.db.transaction() as session:
        ended = visits.end_all(session, who.id, ports.now(), but=guest().session_id)
        audit.record(session, who.login, "session.ended", f"agent:{who.id}", sessions=ended)
    return redirect(url_for("console.account"), 303)


def _totp_page(ports: Ports, problem: str = "", status: int = 200) -> AnyResponse:
    who = attendant()
    with ports.db.transaction() as session:
        place = house(session)
        if second_factor.is_enrolled(session, who.id):
            return redirect(url_for("console.account"), 303)
        secret = second_factor.enrolment(session, who.id, ports.seal)
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return _rendered("totp", status, house=place, secret=spaced, problem=problem, forced=guest().step == "enrol")


def _picture(ports: Ports) -> Response:
    """The secret as a QR code, only while it waits to be confirmed."""
    who = attendant()
    with ports.db.transaction() as session:
        if second_factor.is_enrolled(session, who.id):
            abort(404, "O código já foi confirmado.")
        secret = second_factor.enrolment(session, who.id, ports.seal)
        issuer = house(session).name
    drawn = io.BytesIO()
    segno.make(second_factor.address_of(secret, who.login, issuer)).save(drawn, kind="svg", scale=6, light="white")
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


def _confirm(ports: Ports) -> AnyResponse:
    who, now = attendant(), ports.now()
    with ports.db.transaction() as session:
        codes = second_factor.confirm(session, who.id, request.form.get("code", ""), ports.seal, now)
        place = house(session)
        if codes:
            visits.prove(session, guest().session_id)
            audit.record(session, who.login, "second_factor.added", f"agent:{who.id}")
    if not codes:
        return _totp_page(ports, WRONG_CODE, 409)
    return _rendered("recovery", house=place, codes=codes, first=first_page(who))


def _remove(ports: Ports) -> AnyResponse:
    """With a code, since whoever finds the browser open must not take it away."""
    who = attendant()
    with ports.db.transaction() as session:
        result = check_code(session, who.id, who.login, request.form.get("code", ""), ports.seal, ports.now())
        if isinstance(result, str):
            second_factor.forget(session, who.id)
            audit.record(session, who.login, "second_factor.removed", f"agent:{who.id}")
    if isinstance(result, LockedOut):
        return _page(ports, "Muitas tentativas. Espere alguns minutos e tente de novo.", 429)
    if not isinstance(result, str):
        return _page(ports, WRONG_CODE, 409)
    return redirect(url_for("console.account"), 303)
