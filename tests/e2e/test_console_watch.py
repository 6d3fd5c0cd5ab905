"""The supervisors' pages in a browser: nothing cut off and nothing too faint, on phone and laptop, light and dark."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.db import Database
from handoff.access import Attendant
from models import utc_now
from models.presence import Presence, PresenceSpan
from models.sla import SlaClock
from models.survey import Survey
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.e2e.looks import all_fit_and_are_readable
from tests.integration.desk import a_conversation, a_reading, messages
from tests.integration.report_rows import a_history

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


def a_busy_desk(db: Database, cast: dict[str, Attendant]) -> int:
    """Nine days of history, people who are there, and conversations that wait and are held; Davi's id."""
    now = utc_now()
    people = [cast[login] for login in ("helena", "igor", "joana")]
    a_history(db, people, random.Random(7), now - timedelta(days=9), 120)
    late = a_conversation(db, name="Maria das Graças Albuquerque", hours_ago=2)
    a_conversation(db, name="Bruno", hours_ago=0.3, queue="Financeiro")
    davi = a_conversation(db, name="Davi", handler="agent", owner=cast["helena"])
    a_reading(db, davi)
    with db.transaction() as session:
        for login, state, reason in (("helena", "online", ""), ("igor", "paused", "almoço"), ("joana", "online", "")):
            id_, since = cast[login].id, now - timedelta(minutes=25)
            session.add(Presence(agent_id=id_, state=state, reason=reason, since=since))
            session.add(PresenceSpan(agent_id=id_, state=state, reason=reason, started_at=since))
        clock = SlaClock(conversation_id=late, kind="first", queue="N1", calendar="sempre", target_minutes=60)
        clock.started_at, clock.due_at = now - timedelta(hours=2), now - timedelta(hours=1)
        session.add(clock)
        survey = Survey(kind="csat", conversation_id=davi, key="s", score=2, expires_at=now, queue="N1")
        survey.agent_id, survey.cause, survey.cto = cast["helena"].id, "outage_no_connection", "CTO-12"
        session.add(survey)
    return davi


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_board_and_reports_fit_and_are_readable(
    desktop_page: Page,
    phone_page: Page,
    address: str,
    cast: dict[str, Attendant],
    db: Database,
    tmp_path: Path,
    scheme: str,
) -> None:
    a_busy_desk(db, cast)
    for name, page in (("desktop", desktop_page), ("phone", phone_page)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        sign_in(page, address, "karina")
        pages = {"board": "/board", "reports": "/reports?kind=week"}
        all_fit_and_are_readable(page, address, pages, tmp_path, f"{name}-{scheme}")


def test_supervisor_looks_in_and_whispers(
    phone_page: Page, address: str, cast: dict[str, Attendant], db: Database
) -> None:
    davi = a_busy_desk(db, cast)
    sign_in(phone_page, address, "karina")
    phone_page.goto(f"{address}/board")
    phone_page.get_by_role("link", name="Sussurrar para Helena Castro sobre Davi").click()
    box = phone_page.locator("textarea[name=text]")
    expect(box).to_have_value("@helena ")
    box.fill("@helena ofereça a visita de amanhã")
    phone_page.get_by_role("button", name="Salvar nota").click()
    expect(phone_page.get_by_text("ofereça a visita de amanhã").first).to_be_visible()
    assert [row.text for row in messages(db, davi, "note")] == ["@helena ofereça a visita de amanhã"]
    assert messages(db, davi, "out") == []
