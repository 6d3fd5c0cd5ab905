"""Templates of the stand-in, through the product's own client: taken in, approved or rejected, listed page by page."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Misconfigured, Refused
from core.http import make_session
from tests.unit.webhooks.simulator.standin import ANA, TOKEN, StandIn, standing_in
from webhooks.channels.meta_templates import MetaTemplates
from webhooks.channels.template_ports import Draft
from webhooks.simulator import ACCOUNT_ID
from webhooks.template_files import read_templates

BODY = {"type": "BODY", "text": "Oi, {{1}}! Tudo bem?", "example": {"body_text": [["Ana"]]}}
HELLO = Draft("ola_1", "pt_BR", "UTILITY", (BODY,))


def admin(there: StandIn, *, account: str = ACCOUNT_ID, token: str = TOKEN, page: int = 100) -> MetaTemplates:
    return MetaTemplates(
        make_session(),
        graph_url=f"{there.base_url}/simulator/graph",
        version="v24.0",
        account_id=account,
        access_token=token,
        page=page,
    )


def told(there: StandIn, mode: str) -> None:
    url = f"{there.base_url}/simulator/control"
    there.session.post(url, json={"mode": mode, "on": "templates"}, timeout=20).raise_for_status()


def test_template_is_pending_and_approved_by_the_next_look(tmp_path: Path) -> None:
    with standing_in(tmp_path) as there:
        made = admin(there).create(HELLO)
        assert (made.status, made.category) == ("PENDING", "UTILITY")
        (listed,) = admin(there).listed()
        assert (listed.provider_id, listed.name, listed.status, listed.reason) == (
            made.provider_id,
            "ola_1",
            "APPROVED",
            "",
        )
        assert listed.components == (BODY,)


def test_every_template_of_the_repository_is_taken_in(tmp_path: Path) -> None:
    with standing_in(tmp_path) as there:
        for language in ("pt_BR", "es"):
            for file in read_templates(language):
                admin(there).create(file.draft())
        assert {one.status for one in admin(there).listed()} == {"APPROVED"}


def test_list_is_read_page_by_page(tmp_path: Path) -> None:
    with standing_in(tmp_path) as there:
        for number in range(5):
            admin(there).create(Draft(f"ola_{number}", "pt_BR", "UTILITY", (BODY,)))
        assert [one.name for one in admin(there, page=2).listed()] == [f"ola_{number}" for number in range(5)]


def test_stand_in_rejects_or_recategorises_when_told_to(tmp_path: Path) -> None:
    with standing_in(tmp_path) as there:
        told(there, "reject")
        assert admin(there).create(HELLO).status == "REJECTED"
        told(there, "as_marketing")
        assert admin(there).create(Draft("ola_2", "pt_BR", "UTILITY", (BODY,))).category == "MARKETING"
        rejected, other = admin(there).listed()
        assert (rejected.status, rejected.reason, other.status) == ("REJECTED", "INVALID_FORMAT", "APPROVED")


@pytest.mark.parametrize(
    "changes",
    [
        {"components": ({"type": "BODY", "text": "{{1}} oi", "example": {"body_text": [["a"]]}},)},
        {"components": ({"type": "BODY", "text": "oi {{1}} {{2}} ok", "example": {"body_text": [["a", "b"]]}},)},
        {"components": ({"type": "BODY", "text": "oi {{1}} ok"},)},
        {"components": ({"type": "BODY", "text": "oi {{2}} ok", "example": {"body_text": [["a"]]}},)},
        {"components": ({"type": "BODY", "text": "x" * 1025},)},
        {"components": (BODY, {"type": "FOOTER", "text": "x" * 61})},
        {"components": (BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]})},
        {"components": (BODY, {"type": "HEADER", "format": "DOCUMENT"})},
        {"components": ()},
        {"name": "Olá"},
        {"category": "OTHER"},
    ],
)
def test_what_meta_refuses_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    values = {"name": "ola_1", "language": "pt_BR", "category": "UTILITY", "components": (BODY,)}
    with standing_in(tmp_path) as there, pytest.raises(Refused):
        admin(there).create(Draft(**{**values, **changes}))  # type: ignore[arg-type]


def test_name_is_taken_in_its_language_only(tmp_path: Path) -> None:
    with standing_in(tmp_path) as there:
        admin(there).create(HELLO)
        with pytest.raises(Refused):
            admin(there).create(HELLO)
        admin(there).create(Draft("ola_1", "es", "UTILITY", (BODY,)))


def test_wrong_token_is_misconfigured_and_a_foreign_account_unknown(tmp_path: Path) -> None:
    with standing_in(tmp_path) as there:
        with pytest.raises(Misconfigured):
            admin(there, token="x").listed()
        with pytest.raises(Refused):
            admin(there, account="1").listed()


def test_message_with_an_unknown_template_is_refused_once_some_are_known(tmp_path: Path) -> None:
    with standing_in(tmp_path) as there:
        admin(there).create(HELLO)
        admin(there).listed()
        message = {"type": "template", "template": {"name": "outro", "language": {"code": "pt_BR"}}}
        body = {"messaging_product": "whatsapp", "to": ANA, **message}
        assert there.graph("messages", body).json()["error"]["code"] == 132001
