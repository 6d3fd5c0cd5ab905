"""Templates on Twilio: contents in its own shapes, handed in for approval, and read back as Meta's components."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import requests

from core.errors import Misconfigured, Refused
from core.template_text import fill, wording
from webhooks.channels.template_ports import Draft
from webhooks.channels.twilio_templates import TwilioTemplates
from webhooks.template_files import FileButton, TemplateFile, read_templates

BASE = "https://content.twilio.test"


@dataclass
class Twilio(requests.Session):
    """The Content API in memory; `fails` are (status, code) of the next answers."""

    contents: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    fails: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        self.asked.append(url)
        assert options["auth"] == ("AC1", "token")
        if self.fails:
            status, code = self.fails.pop()
            return answer(status, {"code": code})
        if method == "POST" and url == f"{BASE}/v1/Content":
            sid = f"HX{len(self.contents)}"
            self.contents.append({"sid": sid, **options["json"], "approval_requests": {}})
            return answer(201, {"sid": sid})
        if method == "POST":
            sid = url.split("/")[-3]
            content = next(one for one in self.contents if one["sid"] == sid)
            content["approval_requests"] = {**options["json"], "status": "received"}
            return answer(201, content["approval_requests"])
        # One on each page.
        at = int(url.rpartition("Page=")[2]) if "&Page=" in url else 0
        more = f"https://other.example/v1/ContentAndApprovals?PageSize=1&Page={at + 1}"
        meta = {"next_page_url": more if at + 1 < len(self.contents) else None}
        return answer(200, {"contents": self.contents[at : at + 1], "meta": meta})


def answer(status: int, body: object) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(body).encode()
    return response


def admin(there: Twilio) -> TwilioTemplates:
    return TwilioTemplates(cast(requests.Session, there), content_url=BASE, account_sid="AC1", auth_token="token")


BILL = TemplateFile(
    purpose="bill",
    language="pt_BR",
    category="UTILITY",
    header_kind="text",
    header="Fatura {number}",
    body="Oi, {name}! A sua fatura de {amount} está pronta para pagar.",
    footer="Conecta",
    buttons=(
        FileButton("quick_reply", "Pagar", "intent:invoice_second_copy"),
        FileButton("url", "Ver", "https://p.example/f/{number}"),
    ),
    examples={"number": "7", "name": "Ana", "amount": "R$ 1,00"},
)


def test_values_are_counted_through_the_whole_content() -> None:
    there = Twilio()
    made = admin(there).create(BILL.draft())
    assert (made.provider_id, made.status, made.category) == ("HX0", "PENDING", "UTILITY")
    (content,) = there.contents
    assert content["variables"] == {"1": "7", "2": "Ana", "3": "R$ 1,00", "4": "7"}
    assert content["types"] == {
        "whatsapp/card": {
            "body": "Oi, {{2}}! A sua fatura de {{3}} está pronta para pagar.",
            "header_text": "Fatura {{1}}",
            "footer": "Conecta",
            "actions": [
                {"type": "QUICK_REPLY", "title": "Pagar", "id": "intent:invoice_second_copy"},
                {"type": "URL", "title": "Ver", "url": "https://p.example/f/{{4}}"},
            ],
        }
    }
    assert content["approval_requests"] == {"name": BILL.name, "category": "UTILITY", "status": "received"}


def test_listed_content_takes_the_same_values_as_the_file() -> None:
    there = Twilio()
    admin(there).create(BILL.draft())
    (listed,) = admin(there).listed()
    filled = fill(wording(listed.components), BILL.variables, BILL.examples)
    assert (filled.header, filled.body) == (("7",), ("Ana", "R$ 1,00"))
    assert filled.buttons == (("quick_reply", 0, "intent:invoice_second_copy"), ("url", 1, "7"))


def test_every_template_of_the_repository_has_a_shape_and_comes_back() -> None:
    there = Twilio()
    files = read_templates("pt_BR")
    for file in files:
        admin(there).create(file.draft())
    found = {one.name: one for one in admin(there).listed()}
    for file in files:
        fill(wording(found[file.name].components), file.variables, file.examples)


def test_contents_that_were_never_handed_in_are_no_templates_and_pages_stay_with_our_host() -> None:
    there = Twilio()
    admin(there).create(BILL.draft())
    there.contents.append({"sid": "HX9", "friendly_name": "menu", "types": {}, "approval_requests": {}})
    assert [one.name for one in admin(there).listed()] == [BILL.name]
    assert all(url.startswith(BASE) for url in there.asked)


def test_rejection_is_told_with_its_reason() -> None:
    there = Twilio()
    admin(there).create(BILL.draft())
    there.contents[0]["approval_requests"] |= {"status": "rejected", "rejection_reason": "TAG_CONTENT_MISMATCH"}
    (listed,) = admin(there).listed()
    assert (listed.status, listed.reason) == ("REJECTED", "TAG_CONTENT_MISMATCH")


def test_header_of_a_file_has_no_shape_there() -> None:
    document = Draft("x", "pt_BR", "UTILITY", ({"type": "HEADER", "format": "DOCUMENT"}, {"type": "BODY", "text": "x"}))
    with pytest.raises(Refused, match="twilio_header_of_a_file"):
        admin(Twilio()).create(document)


def test_wrong_credentials_are_misconfigured() -> None:
    with pytest.raises(Misconfigured):
        admin(Twilio(fails=[(401, 20003)])).listed()
