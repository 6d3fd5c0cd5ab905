"""Policies: the list, and a form made from each one's fields, with its defaults and where they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from core.errors import Misconfigured
from handoff.console.admin.fields import Senseless, fields_of, typed_fields
from handoff.console.admin.page import frame, written_down
from handoff.console.ports import Ports, house
from handoff.policies import POLICIES, Policy, change_policy, without_page
from models.provider import provider_policies


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them."""
    blueprint.add_url_rule("/admin/policies", "policies", partial(_list, ports))
    blueprint.add_url_rule("/admin/policies/<name>", "policy", partial(_form, ports))
    blueprint.add_url_rule("/admin/policies/<name>", "policy_change", partial(_save, ports), methods=["POST"])


def _list(ports: Ports) -> Response:
    with ports.db.reading() as session:
        place, given = house(session), provider_policies(session)
    changed = {name: len(policy.given(given)) for name, policy in POLICIES.items()}
    others = {name: json.dumps(value, ensure_ascii=False) for name, value in without_page(given).items()}
    return frame("policies", "policies", place, policies=POLICIES.values(), changed=changed, others=others)


def _form(ports: Ports, name: str) -> Response:
    return _page(ports, _known(name))


def _page(ports: Ports, policy: Policy, *, problem: str = "", typed: Mapping[str, str] | None = None) -> Response:
    with ports.db.reading() as session:
        place, given = house(session), policy.given(provider_policies(session))
    shown = fields_of(policy.kind(), given)
    values = typed or {item.name: item.value for item in shown}
    more = {"policy": policy, "fields": shown, "values": values, "own": set(given)}
    return frame("policy", "policies", place, status=409 if problem else 200, problem=problem, **more)


def _save(ports: Ports, name: str) -> Response:
    policy = _known(name)
    plain = policy.kind()
    shown = fields_of(plain, {})
    try:
        values = typed_fields(shown, plain)
        with ports.db.transaction() as session:
            before, after = change_policy(session, name, values)
            written_down(session, "policy.changed", f"policy:{name}", before, after)
    except (Senseless, Misconfigured) as error:
        problem = error.detail if isinstance(error, Misconfigured) else str(error)
        typed = {item.name: request.form.get(f"field-{item.name}", "") for item in shown}
        return _page(ports, policy, problem=f"Não foi salvo: {problem}", typed=typed)
    return redirect(url_for("console.policies"), 303)


def _known(name: str) -> Policy:
    if name not in POLICIES:
        abort(404, "Esta política não existe.")
    return POLICIES[name]
