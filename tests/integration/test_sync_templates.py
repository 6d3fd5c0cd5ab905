"""Rows of templates follow the channel, and the repository's files are handed in where they are missing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select, update

from core.db import Database
from core.errors import Refused
from models.alert import Alert
from models.channel_template import SUPERSEDED, ChannelTemplate, usable_template
from tests.integration.doors import rows
from webhooks.channels.template_ports import Draft, Listed
from webhooks.sync_templates import push_missing, sync_templates
from webhooks.template_files import FileButton, TemplateFile

HELLO = TemplateFile(
    purpose="reopen",
    language="pt_BR",
    category="UTILITY",
    body="Oi, {name}! Temos uma resposta para você sobre o pedido {protocol} de hoje.",
    buttons=(FileButton("quick_reply", "Continuar", "intent:greet"),),
    examples={"name": "Ana", "protocol": "1"},
)
NEWER = replace(HELLO, body=HELLO.body + " Até já!")


@dataclass
class Account:
    """A channel in memory. What is handed in waits until somebody says otherwise."""

    there: dict[str, Listed] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()

    def listed(self) -> list[Listed]:
        return list(self.there.values())

    def create(self, draft: Draft) -> Listed:
        if draft.name in self.refuses:
            raise Refused("graph_100", "Invalid parameter")
        # A channel keeps no ids of quick replies.
        components = tuple(
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Continuar"}]}
            if part["type"] == "BUTTONS"
            else part
            for part in draft.components
        )
        made = Listed(f"id-{draft.name}", draft.name, draft.language, "PENDING", draft.category, components=components)
        self.there[draft.name] = made
        return made

    def says(self, file: TemplateFile, **changes: Any) -> None:
        self.there[file.name] = replace(self.there[file.name], **changes)


def sync(db: Database, account: Account, *files: TemplateFile, push: bool = True) -> None:
    sync_templates(0, db=db, admins={"meta": account}, files=lambda: files or (HELLO,), push=push)


def usable(db: Database) -> str:
    with db.transaction() as session:
        row = usable_template(session, "meta", "reopen", "pt_BR")
        return row.name if row else ""


def states(db: Database) -> dict[str, tuple[str, str | None]]:
    return {row.name: (row.status, row.blocked_for) for row in rows(db, ChannelTemplate)}


def test_missing_file_is_handed_in_once_and_has_its_row(db: Database) -> None:
    account = Account()
    sync(db, account)
    sync(db, account)
    (row,) = rows(db, ChannelTemplate)
    assert (row.purpose, row.variables, row.status, row.category_expected) == (
        "reopen",
        ["name", "protocol"],
        "PENDING",
        "UTILITY",
    )
    assert row.components[-1]["buttons"] == [{"type": "QUICK_REPLY", "text": "Continuar", "id": "intent:greet"}]
    assert usable(db) == ""


def test_without_push_only_the_list_is_read(db: Database) -> None:
    account = Account()
    sync(db, account, push=False)
    assert (account.there, rows(db, ChannelTemplate)) == ({}, [])


def test_changed_file_is_another_template_and_the_old_one_serves_until_it_is_approved(db: Database) -> None:
    account = Account()
    sync(db, account)
    account.says(HELLO, status="APPROVED")
    sync(db, account, NEWER)
    assert usable(db) == HELLO.name
    account.says(NEWER, status="APPROVED")
    sync(db, account, NEWER)
    assert usable(db) == NEWER.name
    assert states(db)[HELLO.name] == ("APPROVED", SUPERSEDED)


def test_template_that_the_house_chose_goes_before_ours_and_stays_chosen(db: Database) -> None:
    account = Account({"volta": Listed("9", "volta", "pt_BR", "APPROVED", "UTILITY")})
    sync(db, account)
    with db.transaction() as session:
        own = session.scalars(select(ChannelTemplate).where(ChannelTemplate.name == "volta")).one()
        own.purpose, own.variables = HELLO.purpose, ["name"]
    account.says(HELLO, status="APPROVED")
    sync(db, account)
    assert usable(db) == "volta"
    assert states(db)["volta"] == ("APPROVED", None)
    account.there["volta"] = replace(account.there["volta"], status="PAUSED")
    sync(db, account)
    assert usable(db) == HELLO.name


def test_text_that_comes_back_is_used_again(db: Database) -> None:
    account = Account()
    for file in (HELLO, NEWER):
        sync(db, account, file)
        account.says(file, status="APPROVED")
        sync(db, account, file)
    sync(db, account, HELLO)
    assert usable(db) == HELLO.name
    assert states(db)[NEWER.name] == ("APPROVED", SUPERSEDED)


def test_template_that_is_gone_is_marked_and_told_of_once(db: Database) -> None:
    account = Account()
    sync(db, account)
    account.there.clear()
    for _ in range(2):
        sync(db, account, push=False)
    assert states(db)[HELLO.name] == ("DELETED", None)
    assert [(alert.kind, alert.times) for alert in rows(db, Alert)] == [("template.deleted", 1)]


def test_other_category_than_asked_for_is_critical_and_told_once(db: Database) -> None:
    account = Account()
    sync(db, account)
    account.says(HELLO, status="APPROVED", category="MARKETING")
    for _ in range(2):
        sync(db, account)
    assert [(alert.kind, alert.severity, alert.times) for alert in rows(db, Alert)] == [
        ("template.category", "critical", 1)
    ]


def test_category_that_is_another_from_the_start_is_critical(db: Database) -> None:
    account = Account()
    push_missing("meta", account, (HELLO,))
    account.says(HELLO, category="MARKETING")
    sync(db, account)
    assert [alert.kind for alert in rows(db, Alert)] == ["template.category"]


def test_templates_of_others_are_listed_without_a_purpose_and_alert_nobody(db: Database) -> None:
    account = Account({"promo": Listed("9", "promo", "pt_BR", "REJECTED", "MARKETING", reason="INVALID_FORMAT")})
    sync(db, account, push=False)
    (row,) = rows(db, ChannelTemplate)
    assert (row.name, row.purpose, row.status, row.reason) == ("promo", "", "REJECTED", "INVALID_FORMAT")
    assert rows(db, Alert) == []


def test_refused_file_does_not_hold_up_the_others(db: Database) -> None:
    account = Account(refuses=frozenset({HELLO.name}))
    refused, taken = push_missing("meta", account, (HELLO, NEWER))
    assert (refused.refused, taken.refused, taken.status) == ("graph_100: Invalid parameter", "", "PENDING")


def test_channel_that_approves_again_lets_a_blocked_template_go(db: Database) -> None:
    account = Account()
    sync(db, account)
    account.says(HELLO, status="PAUSED")
    sync(db, account)
    with db.transaction() as session:
        session.execute(update(ChannelTemplate).values(blocked_for="graph_132015"))
    account.says(HELLO, status="APPROVED")
    sync(db, account)
    assert usable(db) == HELLO.name
