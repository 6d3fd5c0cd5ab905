"""What billing needs from a payment gateway: charges registered at a bank, and what became of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Literal, Protocol

import requests

from core.document import Document
from core.field import Field

ChargeState = Literal["open", "paid", "cancelled", "expired", "reversed"]
Method = Literal["pix", "boleto", "card", "cash", "other"]

# The secret of a webhook's address, among its headers: no header that comes over the wire can have this name.
ADDRESS_SECRET = ":address-secret"  # noqa: S105 - a name


@dataclass(frozen=True)
class Payer:
    """Who owes a charge, as gateways ask for it. `address` is one line; its parts are asked for by some banks."""

    name: str
    document: Document
    email: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""


@dataclass(frozen=True)
class ChargeOrder:
    """A charge to be registered: `key` names it once and for all (up to 32 letters and digits), amounts in cents.

    `fine_percent` is charged once from the day after `due_date`, `interest_percent_month` by the day.
    """

    key: str
    payer: Payer
    amount_cents: int
    due_date: date
    description: str
    fine_percent: str = "0"
    interest_percent_month: str = "0"


@dataclass(frozen=True)
class Registered:
    """A charge at the gateway. `pix` is forwarded byte for byte; `line` and `barcode` are digits only.

    `paid_cents` is all that ever came, `returned_cents` what of it went back, where the gateway tells; a charge all of
    whose money went back is `reversed`. `method` and `e2e_id` say how it was paid, where it is told.
    """

    external_id: str
    state: ChargeState
    amount_cents: int
    due_date: date
    txid: str | None = None
    line: str | None = None
    barcode: str | None = None
    pix: str | None = None
    link: str | None = None
    paid_cents: int = 0
    returned_cents: int = 0
    paid_at: datetime | None = None
    method: Method = "other"
    e2e_id: str | None = None


@dataclass(frozen=True)
class Hint:
    """What a webhook speaks of: a charge by the gateway's id, our key or its txid. What became of it is read anew."""

    charge_id: str | None = None
    key: str | None = None
    txid: str | None = None


@dataclass(frozen=True)
class Settlement:
    """Money that came in, went back (`reversed`), or went back in part (`returned`, a movement of its own), as the
    gateway tells it. `external_id` names it once and for all.

    At least one of `charge_id` (the gateway's), `key` (ours) and `txid` says what it is for. Times in UTC.
    """

    external_id: str
    amount_cents: int
    paid_at: datetime
    method: Method = "other"
    charge_id: str | None = None
    key: str | None = None
    txid: str | None = None
    e2e_id: str | None = None
    reversed: bool = False
    returned: bool = False


class Gateway(Protocol):
    """Raises core.errors.Failure as an Erp does. Not to be called in a database transaction."""

    def create(self, order: ChargeOrder) -> Registered:
        """Registers the charge. The same key is one charge: after an ambiguous failure `find` is asked first."""
        ...

    def find(self, key: str) -> Registered | None:
        """The charge of this key, if it came to be."""
        ...

    def state(self, external_id: str) -> Registered:
        """The charge as it stands. Refused `unknown_charge`."""
        ...

    def pdf(self, external_id: str) -> bytes | None:
        """The boleto as the gateway prints it; None where it has none."""
        ...

    def cancel(self, external_id: str) -> None:
        """Takes the charge back; one that is cancelled already is fine. Refused `already_paid`."""
        ...

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """Whether a webhook proves that it is the gateway's: `headers` in lower case, with ADDRESS_SECRET. Asks nobody
        outside. Raises Refused `bad_signature`; where no secret is configured, every webhook is refused."""
        ...

    def read_webhook(self, body: bytes) -> tuple[Hint, ...]:
        """The charges that a webhook speaks of; it proves nothing else, so `state` is asked before anything counts.

        May ask the gateway. Raises Unreachable `unreadable_answer` for what is no webhook of this gateway's.
        """
        ...


@dataclass(frozen=True)
class GatewayKind:
    """One gateway. `connect` takes the filled-in fields, a session and the provider's zone, and opens no connection."""

    kind: str
    title: str
    fields: tuple[Field, ...]
    connect: Callable[[Mapping[str, str], requests.Session, str], Gateway] = field(repr=False)


@cache
def gateway_kinds() -> Mapping[str, GatewayKind]:
    """Every gateway by its kind: the modules of `billing.gateways` that have a GATEWAY."""
    from billing import gateways as folder

    names = [f"{folder.__name__}.{item.name}" for item in pkgutil.iter_modules(folder.__path__)]
    found = [importlib.import_module(name) for name in names]
    return {module.GATEWAY.kind: module.GATEWAY for module in found if hasattr(module, "GATEWAY")}
