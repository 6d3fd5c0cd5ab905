"""The simulated Twilio: as strict as the real one, its webhooks signed, its trouble as it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Response, request
from twilio.request_validator import RequestValidator

from tests.contract.channels.rigs import ACCOUNT, AUTH_TOKEN, PUBLIC, SENDER, TwilioRig, twilio_rig
from tests.unit.webhooks.payloads import ANA

TO = f"whatsapp:+{ANA}"
LIST = {"body": "{{1}}", "button": "Ver", "items": [{"item": "{{2}}", "id": "a"}]}
CONTENT = {"language": "pt_BR", "variables": {"1": "x", "2": "y"}, "types": {"twilio/list-picker": LIST}}


class Door:
    """Where the product's webhook would be: keeps the forms, and whether each was signed rightly."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.signed: list[bool] = []
        self.blueprint = Blueprint("door", __name__)
        self.blueprint.post("/webhooks/twilio")(self._receive)

    def _receive(self) -> Response:
        url, signature = f"{PUBLIC}{request.path}", request.headers.get("X-Twilio-Signature", "")
        self.signed.append(bool(RequestValidator(AUTH_TOKEN).validate(url, request.form, signature)))
        self.forms.append(request.form.to_dict())
        return Response("<Response/>", mimetype="text/xml")

    def states(self) -> list[str]:
        """The states that were told, in order."""
        return [form["MessageStatus"] for form in self.forms if "MessageStatus" in form]


class World:
    """The simulator, a door, and a clock that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.door = Door()
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        self.rig: TwilioRig
        self._folder = folder

    def wait(self, **time: float) -> None:
        """Time passes, and what is due then is posted."""
        self.now += timedelta(**time)
        self.rig.control(carry=True)

    def call(self, method: str, path: str, *, auth: tuple[str, str] = (ACCOUNT, AUTH_TOKEN), **more: Any) -> Any:
        """A call of the API: (status, JSON)."""
        answer = self.rig.session.request(method, self.rig.api_url + path, auth=auth, timeout=10, **more)
        return answer.status_code, answer.json()

    def send(self, **form: object) -> Any:
        """A message; what is given as None is left out."""
        whole = {"To": TO, "From": SENDER, "Body": "oi", "StatusCallback": f"{PUBLIC}/webhooks/twilio", **form}
        data = {name: value for name, value in whole.items() if value is not None}
        return self.call("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", data=data)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with twilio_rig(tmp_path, doors=[made.door.blueprint], clock=lambda: made.now) as rig:
        made.rig = rig
        yield made


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": None}, 21604),
        ({"To": "+5512981110001"}, 21211),
        ({"To": "whatsapp:5512981110001"}, 21211),
        ({"From": None}, 21603),
        ({"From": "whatsapp:+5511999999999"}, 63007),
        ({"MessagingServiceSid": "MG1"}, 63007),
        ({"Body": None}, 21619),
        ({"Body": " "}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"MediaUrl": "file:///x"}, 21620),
        ({"MediaUrl": ["https://a.example/1", "https://a.example/2"]}, 21623),
        ({"Bdoy": "oi"}, 20001),
        ({"StatusCallback": "nowhere"}, 21609),
        ({"Body": None, "ContentSid": "HX1"}, 21655),
        ({"Body": None, "ContentSid": "HX" + "f" * 32}, 21655),
        ({"ContentVariables": "{}"}, 21654),
        ({"Body": None, "ContentSid": "HX" + "0" * 32, "ContentVariables": "{"}, 21656),
        ({"Body": None, "ContentSid": "HX" + "0" * 32, "ContentVariables": '{"1": "a\\nb"}'}, 21656),
        ({"Body": None, "ContentSid": "HX" + "0" * 32, "ContentVariables": '{"1": ""}'}, 21656),
        ({"Body": None, "ContentSid": "HX" + "0" * 32, "ContentVariables": '{"9": "a"}'}, 21656),
    ],
)
def test_message_is_refused_by_code(world: World, form: dict[str, object], code: int) -> None:
    status, answer = world.send(**form)
    assert (status, answer["code"]) == (400, code)
    assert world.rig.arrived() == []


def test_account_is_asked_for_everywhere(world: World) -> None:
    for path in (f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", "/v1/Content"):
        for auth in ((ACCOUNT, "wrong"), ("AC1", AUTH_TOKEN), ("", "")):
            status, answer = world.call("GET", path, auth=auth)
            assert (status, answer["code"]) == (401, 20003)
    assert world.call("GET", "/2010-04-01/Accounts/AC1/Messages.json")[0] == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"language": None},
        {"types": {}},
        {"types": {"twilio/other": {}}},
        {"types": {"twilio/list-picker": {**LIST, "items": []}}},
        {"types": {"twilio/list-picker": {**LIST, "items": LIST["items"] * 11}}},  # type: ignore[operator]
        {"types": {"twilio/list-picker": {**LIST, "items": [{"item": "a"}]}}},
        {"types": {"twilio/list-picker": {**LIST, "more": "x"}}},
        {"types": {"twilio/text": {"body": "{{3}}"}}},
        {"types": {"twilio/text": {"body": "{{}} {{a b}}"}}},
        {"types": {"twilio/call-to-action": {"body": "a", "actions": [{"type": "URL", "title": "a", "url": "{{1}}"}]}}},
        {"variables": {"1": "", "2": "y"}},
        {"more": 1},
    ],
)
def test_content_that_is_not_right_is_refused(world: World, changed: dict[str, object]) -> None:
    assert world.call("POST", "/v1/Content", json={**CONTENT, **changed})[0] == 400


def test_content_is_made_read_approved_and_deleted(world: World) -> None:
    status, made = world.call("POST", "/v1/Content", json=CONTENT)
    path = f"/v1/Content/{made['sid']}"
    assert (status, world.call("GET", path)[1]["types"]) == (201, CONTENT["types"])
    assert world.call("POST", f"{path}/ApprovalRequests/whatsapp", json={"name": "a", "category": "UTILITY"})[0] == 400
    _, text = world.call("POST", "/v1/Content", json={**CONTENT, "types": {"twilio/text": {"body": "Olá, {{1}}!"}}})
    approval = f"/v1/Content/{text['sid']}/ApprovalRequests"
    assert world.call("GET", approval)[1]["whatsapp"]["status"] == "unsubmitted"
    assert world.call("POST", f"{approval}/whatsapp", json={"name": "a", "category": "UTILITY"})[0] == 201
    assert world.call("GET", approval)[1]["whatsapp"]["status"] == "approved"
    assert world.rig.session.delete(world.rig.api_url + path, auth=(ACCOUNT, AUTH_TOKEN), timeout=10).status_code == 204
    assert world.call("GET", path)[0] == 404


def test_webhooks_are_signed_and_tell_what_became_of_a_message(world: World) -> None:
    status, made = world.send()
    assert (status, made["status"]) == (201, "queued")
    world.wait(seconds=1)
    assert world.door.states() == ["sent", "delivered"]
    world.rig.control(read=made["sid"])
    world.wait(seconds=1)
    assert (world.door.states()[-1], all(world.door.signed)) == ("read", True)
    assert world.door.forms[0]["Body"] == "oi"


def test_account_tells_that_it_is_active(world: World) -> None:
    status, account = world.call("GET", f"/2010-04-01/Accounts/{ACCOUNT}.json")
    assert (status, account["sid"], account["status"]) == (200, ACCOUNT, "active")


def test_outside_the_window_only_a_template_is_delivered(world: World) -> None:
    world.wait(hours=25)
    world.send()
    values = '{"1": "Ana", "2": "R$ 1", "3": "hoje", "4": "f-1", "5": "x"}'
    world.send(Body=None, ContentSid="HX" + "0" * 32, ContentVariables=values)
    world.wait(seconds=1)
    assert sorted(world.door.states()) == ["delivered", "sent", "undelivered"]
    (failed,) = [form for form in world.door.forms if form.get("MessageStatus") == "undelivered"]
    assert failed["ErrorCode"] == "63016"


def test_tap_and_file_come_as_twilio_tells_them(world: World) -> None:
    world.rig.control(write={"from": "whatsapp:BR.9", "button": {"id": "sim", "title": "Sim"}, "profile": "Ana"})
    world.rig.control(write={"from": TO, "media": [{"mime_type": "audio/ogg", "base64": "T2dn"}]}, carry=True)
    tap, voice = world.door.forms[1:]
    assert (tap["ButtonPayload"], tap["Body"], tap["From"], "WaId" in tap) == ("sim", "Sim", "whatsapp:BR.9", False)
    assert (voice["NumMedia"], voice["MediaContentType0"], voice["MessageType"]) == ("1", "audio/ogg", "audio")


@pytest.mark.parametrize(
    ("mode", "states"),
    [
        ("duplicate", ["sent", "sent", "delivered"]),
        ("lost", ["delivered"]),
        ("late", ["delivered", "sent"]),
    ],
)
def test_webhooks_go_wrong_as_asked(world: World, mode: str, states: list[str]) -> None:
    world.rig.control(carry=True)
    world.send()
    world.rig.control(on="webhooks", mode=mode, seconds=5)
    world.wait(seconds=1)
    world.wait(seconds=5)
    assert world.door.states() == states


def test_sends_go_wrong_as_asked(world: World) -> None:
    for mode, status, code in (("500", 500, 20500), ("20429", 429, 20429), ("63024", 400, 63024)):
        world.rig.control(mode=mode)
        answered, answer = world.send()
        assert (answered, answer["code"]) == (status, code)
    world.rig.control(mode="failed_63018")
    assert world.send()[0] == 201
    world.wait(seconds=1)
    assert world.door.states() == ["undelivered"]
    answer = world.rig.session.post(world.rig.control_url, json={"mode": "unknown"}, timeout=10)
    assert answer.status_code == 400


def test_list_is_told_page_by_page_and_by_time(world: World) -> None:
    first = world.now
    for _ in range(3):
        world.wait(minutes=1)
        world.send()
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    _, page = world.call("GET", path, params={"From": SENDER, "PageSize": 2})
    assert (len(page["messages"]), page["next_page_uri"] is not None) == (2, True)
    _, rest = world.call("GET", page["next_page_uri"])
    assert (len(rest["messages"]), rest["next_page_uri"]) == (1, None)
    after = (first + timedelta(seconds=90)).isoformat()
    assert len(world.call("GET", path, params={"From": SENDER, "DateSent>": after})[1]["messages"]) == 2
