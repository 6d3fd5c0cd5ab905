"""One object inside a Meta webhook (a message, a status, a call) with what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from webhooks.channels.kinds import Content, Kinds
from webhooks.cleaning import name_of, words
from webhooks.items import Sender

CHANNEL = "meta"
# Meta repeats a webhook for seven days; a time from before, or from the future, is no time of sending.
OLDEST = timedelta(days=30)


@dataclass(frozen=True)
class Piece:
    """`raw` is the object, `part` and `name` say what it is (as in the table `kinds`), `value` is the change it stands
    in and `account` the business account. `alone` where it is the only one of its part;
    `standby` where somebody else's automaton is in charge. `time` is the webhook's own, for what has none itself."""

    part: str
    name: str
    raw: dict[str, Any]
    value: dict[str, Any]
    account: str
    received_at: datetime
    kinds: Kinds[Piece]
    alone: bool = True
    standby: bool = False
    time: Any = None

    @property
    def at(self) -> datetime:
        """When it happened: Meta's seconds since 1970, mostly as text; the time of arrival where they cannot be
        true."""
        try:
            said = datetime.fromtimestamp(int(self.raw.get("timestamp") or self.time or 0), UTC)
        except (ValueError, TypeError, OverflowError, OSError):
            return self.received_at
        return said if self.received_at - OLDEST < said < self.received_at else self.received_at

    def sub(self, name: str) -> dict[str, Any]:
        """The object of this name inside the piece; an empty one where there is none."""
        return obj(self.raw.get(name))

    def content(self, raw: dict[str, Any]) -> Content:
        """What a message holds, read by its row in the table of messages."""
        return self.kinds.find("messages", message_name(raw)).content(raw)

    def person(self, wa_id: str = "from", bsuid: str = "from_user_id", parent: str = "from_parent_user_id") -> Sender:
        """The customer that the piece names under these keys, completed by the change's list of contacts."""
        contact = self._contact(name_of(self.raw.get(wa_id)), name_of(self.raw.get(bsuid)))
        return Sender(
            wa_id=name_of(self.raw.get(wa_id)) or name_of(contact.get("wa_id")),
            bsuid=name_of(self.raw.get(bsuid)) or name_of(contact.get("user_id")),
            parent_bsuid=name_of(self.raw.get(parent)) or name_of(contact.get("parent_user_id")),
            profile_name=words(obj(contact.get("profile")).get("name")),
        )

    def _contact(self, wa_id: str, bsuid: str) -> dict[str, Any]:
        """What the change says about the person. The list of contacts need not be aligned with the list of messages,
        so they are matched by name; a single contact speaks of a single message unless its names are somebody
        else's."""
        contacts = list(dicts(self.value.get("contacts")))
        given = [("wa_id", wa_id), ("user_id", bsuid)]
        for contact in contacts:
            if any(name and name_of(contact.get(key)) == name for key, name in given):
                return contact
        only = contacts[0] if self.alone and len(contacts) == 1 else {}
        return {} if any(name and name_of(only.get(key)) for key, name in given) else only


def message_name(raw: dict[str, Any]) -> str:
    """What a message's row is called: its type, refined by a dot where the type alone does not tell what it does."""
    kind = words(raw.get("type"))
    if not kind:
        kind = next((name for name in ("text", "edit", "revoke", "reaction") if obj(raw.get(name))), "")
    inner = obj(raw.get(kind))
    if raw.get("group_id"):
        return "group"
    if kind == "interactive":
        known = ("button_reply", "list_reply", "nfm_reply", "call_permission_reply")
        return next((f"interactive.{name}" for name in known if obj(inner.get(name))), kind)
    return f"{kind}.{words(inner.get('type'))}" if kind in {"system", "unsupported"} else kind


def obj(value: Any) -> dict[str, Any]:
    """The object, or an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def dicts(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in a list; what is not an object is not lost, since the whole body is stored."""
    items = value if isinstance(value, list) else [value]
    return (item for item in items if isinstance(item, dict))
