"""Policies: the list, and a form made from each one's fields, with its defaults and where they come from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from core.errors import Misconfigured
from handoff.console.admin.boxes import Senseless
from handoff.console.admin.fields import Field, boxes_of, fields_of, typed_boxes, typed_fields
from handoff.console.admin.page import frame, written_down
from handoff.console.admin.policy_kinds import KINDS
from handoff.console.admin.policy_words import TITLES
from handoff.console.admin.rows import slots
from handoff.console.ports import Ports, house
from handoff.policies import POLICIES, Policy, change_policy, without_page
from models.provider import provider_policies


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them."""
    blueprint.add_url_rule("/admin/policies", "policies", partial(_list, ports))
    blueprint.add_url_rule("/admin/policies/<name>", "policy", partial(_form, ports))
    blueprint.add_url_rule("/admin/policies/<name>", "policy_change", partial(_save, ports), methods=["POST"])


def policy_fields(policy: Policy, given: Mapping[str, Any]) -> list[Field]:
    """The fields of a policy's form, with what is `given` of it."""
    return fields_of(policy.kind(), given, TITLES.get(policy.name), KINDS.get(policy.name))


def _list(ports: Ports) -> Response:
    with ports.db.reading() as session:
        place, given = house(session), provider_policies(session)
    changed = {name: len(policy.given(given)) for name, policy in POLICIES.items()}
    others = {name: json.dumps(value, ensure_ascii=False) for name, value in without_page(given).items()}
    return frame("policies", "policies", place, policies=POLICIES.values(), changed=changed, others=others)


def _form(ports: Ports, name: str) -> Response:
    return _page(ports, _known(name))


def _page(
    ports: Ports, policy: Policy, *, problem: str = "", at: str = "", typed: Mapping[str, str] | None = None
) -> Response:
    """The form with what holds, or with what was `typed`; the box `at` is the one with the problem."""
    with ports.db.reading() as session:
        place, given = house(session), policy.given(provider_policies(session))
    shown = policy_fields(policy, given)
    return frame(
        "policy",
        "policies",
        place,
        status=409 if problem else 200,
        problem=problem,
        policy=policy,
        fields=shown,
        values=boxes_of(shown) if typed is None else typed,
        own=set(given),
        wrong=at,
        slots=slots,
    )


def _save(ports: Ports, name: str) -> Response:
    """Keeps the policy; or shows the form with more empty rows, where only those are asked for."""
    policy, typed = _known(name), typed_boxes()
    if request.form.get("more"):
        return _page(ports, policy, typed=typed)
    try:
        with ports.db.transaction() as session:
            given = policy.given(provider_policies(session))
            shown = policy_fields(policy, given)
            read = typed_fields(shown, typed)
            kept = {item.name for item in shown if item.name in given and read[item.name] == given[item.name]}
            values = {
                item.name: read[item.name] for item in shown if item.name in kept or read[item.name] != item.plain
            }
            before, after = change_policy(session, name, values)
            written_down(session, "policy.changed", f"policy:{name}", before, after)
    except Senseless as error:
        return _page(ports, policy, problem=f"Não foi salvo: {error}", at=error.at, typed=typed)
    except Misconfigured as error:
        problem = f"Não foi salvo: {_in_words(error.detail, policy)}"
        return _page(ports, policy, problem=problem, typed=typed)
    return redirect(url_for("console.policies"), 303)


def _in_words(problem: str, policy: Policy) -> str:
    """The problem with the fields called as the form calls them."""
    titles = {name: title.partition(" (")[0] for name, title in TITLES.get(policy.name, {}).items()}
    said = problem.removeprefix(f"policies.{policy.name}: ")
    return re.sub(r"\w+", lambda word: f"«{titles[word[0]]}»" if word[0] in titles else word[0], said)


def _known(name: str) -> Policy:
    if name not in POLICIES:
        abort(404, "Esta política não existe.")
    return POLICIES[name]
