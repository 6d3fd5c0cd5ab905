"""The pages of policies: forms of all kinds of fields, what is refused in words, and what then holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from billing.collections_policy import collecting_of
from billing.negotiation import Terms, read_policy
from billing.provider_row import policy_of, provider_of, provider_row
from core.db import Database
from handoff.console.admin.fields import boxes_of
from handoff.console.admin.policy_pages import policy_fields
from handoff.console.admin.policy_words import TITLES
from handoff.policies import POLICIES
from models.audit import Audit
from provisioning.approval import approvals_needed
from provisioning.onu_template import onu_order
from provisioning.optical_limits import limits_of
from provisioning.outages.watch_terms import watch_terms_of
from tests.integration.console import Person, console_app
from tests.integration.desk import a_provider, audited, the_cast

PAGES = "/console/admin/policies"
FULL: Mapping[str, dict[str, Any]] = {
    "trust_unlock": {"weekdays": [1, 5], "hours_by_plan": {"Fibra, 600": 96}, "kinds": ["business"]},
    "collections": {
        "steps": [
            {"name": "antes", "days": -2, "template": "invoice_reminder"},
            {"name": "depois", "days": 4, "template": "invoice_overdue"},
        ],
        "saturday": [0, 0],
        "block_hours": [9, 15],
        "holidays": ["2026-07-27"],
    },
    "negotiation": {
        "table": [
            {"name": "à vista", "max_debt_cents": 123456, "discount_percent": 50, "discount_on": "all"},
            {"name": "parcelado", "max_instalments": 3, "approval_above_cents": None},
        ]
    },
    "network": {"approvals": {"reboot_onu": 2, "deprovision_onu": 0}},
    "onu": {
        "vlan": 100,
        "extra": {"tr069": "1"},
        "olts": {"OLT Centro": {"vlan": 200, "extra": {"gem": "2", "tcont": "3"}}},
        "plans": {"Fibra 600": {"description": ""}, "Fibra 1000": {"vlan": None, "line_profile": "1G"}},
    },
    "optical": {"weak_dbm": -25.5},
    "outages": {"least_share": 0.55, "notice_hours": 48, "tell": "all"},
    "billing": {"fine_percent": "1.5", "monthly": True},
    "drift": {"times": 2},
}


@pytest.fixture
def admin(db: Database) -> Person:
    """The administrator of the demo provider."""
    a_provider(db)
    the_cast(db)
    return Person(console_app(db), "admin")


def form(name: str, given: Mapping[str, Any] | None = None, **changed: str) -> dict[str, str]:
    """What the form sends when nothing but those boxes is changed; the names of boxes without their beginning."""
    boxes = boxes_of(policy_fields(POLICIES[name], given or {}))
    return {**boxes, **{f"field-{box.replace('__', '-')}": text for box, text in changed.items()}}


def save(admin: Person, name: str, given: Mapping[str, Any] | None = None, **changed: str) -> int:
    return admin.post(f"{PAGES}/{name}", form(name, given, **changed)).status_code


def kept(db: Database) -> dict[str, Any]:
    with db.reading() as session:
        return dict(provider_row(session).policies)


def keep(db: Database, policies: Mapping[str, Any]) -> None:
    with db.transaction() as session:
        provider_row(session).policies = dict(policies)


def on_page(page: str) -> dict[str, str]:
    """The boxes as a browser without scripts would send them."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (re.search(rf' {part}="([^"]*)"', tag) for part in ("name", "value"))
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[unescape(name[1])] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', options) or re.search(r'value="([^"]*)"', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return {name: value for name, value in found.items() if name.startswith("field-")}


@pytest.mark.parametrize("name", POLICIES)
def test_policy_shows_its_defaults_and_saving_them_keeps_nothing(admin: Person, db: Database, name: str) -> None:
    page = admin.get(f"{PAGES}/{name}").text
    assert "{&#34;" not in page.partition("<form")[2]
    assert admin.post(f"{PAGES}/{name}", on_page(page)).status_code == 303
    assert (audited(db, "policy.changed"), kept(db)) == ([], {})


def test_every_field_of_every_policy_is_called_something() -> None:
    for name, policy in POLICIES.items():
        assert {item.name for item in policy_fields(policy, {})} == TITLES[name].keys()


@pytest.mark.parametrize("name", FULL)
def test_policy_that_is_saved_as_it_is_shown_is_the_same(admin: Person, db: Database, name: str) -> None:
    keep(db, {name: FULL[name]})
    page = admin.get(f"{PAGES}/{name}")
    assert page.status_code == 200
    assert admin.post(f"{PAGES}/{name}", on_page(page.text)).status_code == 303
    assert (kept(db), audited(db, "policy.changed")) == ({name: FULL[name]}, [])


def test_policy_that_is_changed_holds_at_once_and_back_at_the_default_it_is_no_change(
    admin: Person, db: Database
) -> None:
    by_plan = {"hours_by_plan__0__key": "Fibra 600", "hours_by_plan__0__value": "96"}
    assert save(admin, "trust_unlock", None, hours="48", plans="Fibra 300, Fibra 600", weekdays__6="", **by_plan) == 303
    with db.reading() as session:
        policy = policy_of(provider_row(session))
        detail = session.scalars(select(Audit.detail).where(Audit.action == "policy.changed")).one()
    assert (policy.hours, policy.plans, policy.hours_by_plan) == (48, ("Fibra 300", "Fibra 600"), {"Fibra 600": 96})
    assert policy.weekdays == (1, 2, 3, 4, 5, 6)
    assert (detail["before"]["hours_by_plan"], detail["after"]["hours_by_plan"]) == (None, {"Fibra 600": 96})
    assert save(admin, "trust_unlock") == 303
    assert kept(db) == {}


def test_rows_are_added_put_in_their_order_changed_and_taken_away(admin: Person, db: Database) -> None:
    given = FULL["collections"]
    keep(db, {"collections": given})
    row = {"steps__3__name": "no dia", "steps__3__days": "0", "steps__3__template": "invoice_due_today"}
    assert save(admin, "collections", given, **row, steps__0__days="-5", steps__1__out="1", holidays__0="") == 303
    with db.reading() as session:
        policy = collecting_of(provider_row(session), local=True).policy
    assert [(step.name, step.days) for step in policy.steps] == [("antes", -5), ("no dia", 0)]
    assert (policy.holidays, policy.block_hours.start) == ((), 9)


def test_table_of_agreements_takes_amounts_in_reais_and_leaves_out_what_is_empty(admin: Person, db: Database) -> None:
    row = {
        "table__0__name": "à vista",
        "table__0__min_debt_cents": "R$ 50",
        "table__0__max_debt_cents": "1.234,56",
        "table__0__discount_percent": "30",
        "table__0__discount_on": "principal",
    }
    assert save(admin, "negotiation", None, **row) == 303
    (terms,) = read_policy(kept(db)).table
    assert terms == Terms(
        "à vista", min_debt_cents=5000, max_debt_cents=123456, discount_percent=30, discount_on="principal"
    )


def test_change_of_one_row_leaves_the_others_to_the_letter(admin: Person, db: Database) -> None:
    given = FULL["onu"]
    keep(db, {"onu": given})
    changed = {"olts__0__value__vlan": "201", "olts__0__value__extra__1__out": "1", "plans__3__key": "Fibra 300"}
    assert save(admin, "onu", given, **changed, plans__3__value__vlan="300") == 303
    own = kept(db)["onu"]
    assert own["olts"] == {"OLT Centro": {"vlan": 201, "extra": {"gem": "2"}}}
    assert own["plans"] == {**given["plans"], "Fibra 300": {"vlan": 300}}


def test_more_rows_are_offered_without_saving_and_keep_what_was_typed(admin: Person, db: Database) -> None:
    typed = {"table__1__name": "parcelado", "broken_after_days": "9", "more": ""}
    answer = admin.post(f"{PAGES}/negotiation", {**form("negotiation", None, **typed), "more": "1"})
    boxes = on_page(answer.text)
    assert (answer.status_code, kept(db)) == (200, {})
    assert (boxes["field-table-1-name"], boxes["field-broken_after_days"]) == ("parcelado", "9")
    assert "field-table-3-name" in boxes


@pytest.mark.parametrize(("name", "box", "typed", "why"), [
    ("trust_unlock", "hours", "0", "«Dura»: pelo menos uma hora"),
    ("trust_unlock", "hours", "muitas", "Dura (horas): esperado um número inteiro"),
    ("trust_unlock", "hours_by_plan__0__key", "Fibra", "linha 1: Horas: esperado um número"),
    ("trust_unlock", "hours_by_plan__1__value", "9", "linha 2: Plano: falta preencher"),
    ("collections", "notice_days", "0", "pelo menos 1"), ("collections", "steps__1__days", "", "linha 2: Dias"),
    ("collections", "steps__5__name", "x", "linha 6: Dias após o vencimento (antes: -3): falta preencher"),
    ("collections", "steps__0__name", "due", "cada nome uma vez"), ("collections", "holidays__0", "Natal", "um dia"),
    ("collections", "steps__0__template", "nps", "uma das opções"), ("collections", "weekdays__from", "21", "0 a 24"),
    ("billing", "fine_percent", "9", "de 0 a 2"), ("access", "session_hours", "999", "72"),
    ("access", "password_login", "x", "uma das opções"), ("negotiation", "table__0__max_instalments", "2", "Nome"),
    ("network", "approvals__provision_onu", "0", "uma das opções"), ("optical", "weak_dbm", "-99", "-50"),
    ("network", "approvals__reboot_onu", "4", "uma das opções"), ("optical", "weak_dbm", "fraco", "um número"),
    ("optical", "strong_dbm", "-30", "fica abaixo"), ("optical", "drop_db", "0", "20"), ("onu", "vlan", "4095", "VLAN"),
    ("onu", "description", "{cpf}", "cpf"), ("onu", "pon_limit", "0", "256"),
    ("onu", "olts__0__value__vlan", "7", "OLT: falta"), ("contacts", "support_phone", "9" * 41, "40"),
    # Whoever adds so many hours to a moment leaves the calendar: nobody could close a conversation any more.
    ("satisfaction", "answer_hours", "1" + "0" * 18, "500000"), ("satisfaction", "nps_months", "400000", "120"),
    ("collections", "give_up_after_days", "-" + "9" * 18, "500000"), ("collections", "steps__0__days", "9" * 12, "até"),
    ("drift", "times", "NaN", "um número"), ("drift", "times", "1e999", "um número"),
    # What no column holds.
    ("onu", "extra__0__key", "a\x02", "não se vê"), ("onu", "description", "a\x01b", "não se vê"),
    ("trust_unlock", "plans", "a\x02, b", "não se vê"),
])  # fmt: skip
def test_policy_without_sense_is_said_in_words_not_saved_and_nothing_typed_is_lost(
    admin: Person, db: Database, name: str, box: str, typed: str, why: str
) -> None:
    sent = {name: text for name, text in form(name, None, **{box: typed}).items() if text}
    answer = admin.post(f"{PAGES}/{name}", sent)
    alert = re.search(r'role="alert">(.*?)</p>', answer.text)
    assert (answer.status_code, bool(alert), kept(db)) == (409, True, {})
    assert alert
    assert why in unescape(alert[1])
    if why not in ("uma das opções", "não se vê"):
        assert sent.items() <= on_page(answer.text).items()


@pytest.mark.parametrize("junk", [7, "x", [], {}, [{"a": [1]}], {"a": [1]}, None, True, [None, 3]])
def test_page_of_a_policy_opens_whatever_stands_in_the_row(admin: Person, db: Database, junk: Any) -> None:
    for name, policy in POLICIES.items():
        if policy.flat or name == "access":  # Nobody signs in by terms of access that are none.
            continue
        keep(db, {name: {item.name: junk for item in policy_fields(policy, {})}})
        assert admin.get(f"{PAGES}/{name}").status_code == 200, name


def test_terms_of_the_network_hold_at_once_for_whoever_goes_by_them(admin: Person, db: Database) -> None:
    assert save(admin, "network", approvals__reboot_onu="2") == 303
    assert save(admin, "optical", weak_dbm="-25,5") == 303
    assert save(admin, "onu", vlan="100", plans__0__key="Fibra 600", plans__0__value__vlan="600") == 303
    assert save(admin, "line_watch", by_template="1") == 303
    assert save(admin, "contacts", support_phone="(12) 3000-1000") == 303
    with db.reading() as session:
        row = provider_row(session)
        now, provider = row.policies, provider_of(row)
    assert [approvals_needed(now, action) for action in ("reboot_onu", "provision_onu", "set_wifi")] == [2, 1, 0]
    assert limits_of("Huawei", now["optical"]) == replace(limits_of("Huawei", {}), weak_dbm=-25.5)
    order = onu_order(now["onu"], olt="A", plan="Fibra 600", pon="0/1/1", serial="X", facts={"contract": "1-A"})
    assert (order.vlan, order.description) == (600, "1-A")
    assert watch_terms_of(now).by_template
    assert provider.support_phone == now["support_phone"] == "(12) 3000-1000"
    assert "1 mudança" in admin.get(PAGES).text
    assert save(admin, "contacts") == 303
    assert now.keys() - kept(db).keys() == {"support_phone"}


def test_what_has_no_page_is_shown_beside_the_policies(admin: Person, db: Database) -> None:
    keep(db, {"boleto_bank": "001", "onu": {"vlan": 7}})
    page = admin.get(PAGES).text
    assert re.findall(r'<span class="mono">(\w+)</span>', page) == ["boleto_bank"]
