"""An ONU's place on its OLT: the confirmed serial, where it was found, the room that is left, what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Literal

from core.errors import Failure, Refused
from core.onu_serial import onu_serial
from provisioning.action import Equipment, Order
from provisioning.facts import line_facts
from provisioning.olt import Olt, OnuConfig, OnuOrder
from provisioning.ports import Note, Outcome

DEFAULT_PON_LIMIT = 64


def serial_of(order: Order) -> str:
    """The serial that a person confirmed. Raises Refused("serial_not_confirmed") or ("not_a_serial")."""
    if not order.arguments.get("confirmed_by"):
        raise Refused("serial_not_confirmed")
    serial = onu_serial(str(order.arguments.get("serial", "")))
    if not serial:
        raise Refused("not_a_serial", str(order.arguments.get("serial", "")))
    return serial


def pon_said(order: Order) -> str:
    """The PON that the person named, "" for wherever the OLT found the ONU."""
    return str(order.arguments.get("pon", ""))


def kept_of(order: Order) -> OnuConfig | None:
    """The configuration that this order puts back (`arguments["restore"]`), None where it configures a new one."""
    kept = order.arguments.get("restore")
    return OnuConfig.from_json(kept) if kept else None


def order_of(order: Order, pon: str) -> OnuOrder:
    """The ONU's configuration as the job carries it: `arguments["onu"]`, filled in from the provider's template, or
    the kept one that is put back."""
    if kept := kept_of(order):
        return put_back(kept, order)
    filled: Mapping[str, Any] = order.arguments["onu"]
    known = {name: filled[name] for name in OnuOrder.__dataclass_fields__ if name in filled}
    password = order.secrets.get("pppoe_password", "")
    return OnuOrder(**{**known, "pon": pon, "serial": serial_of(order), "pppoe_password": password})


def put_back(kept: OnuConfig, order: Order) -> OnuOrder:
    """What puts a removed ONU back as it was: it need not shine, for what was broken does not."""
    names = ("pon", "serial", "description", "line_profile", "service_profile", "extra")
    return OnuOrder(
        **{name: getattr(kept, name) for name in names},
        vlan=kept.vlan or 0,
        pppoe_login=order.target.pppoe_login,
        pppoe_password=order.secrets.get("pppoe_password", ""),
        restore=True,
    )


def place_of(olt: Olt, order: Order) -> str:
    """The PON that it is to stand on: where the autofind list has it, or where the kept one stood.

    Raises Refused: not_found, on_two_pons, or another_pon than the person said.
    """
    if kept := kept_of(order):
        return kept.pon
    serial, said = serial_of(order), pon_said(order)
    pons = sorted({onu.pon for onu in olt.found() if onu.serial == serial})
    if not pons:
        raise Refused("not_found", serial)
    if len(pons) > 1:
        raise Refused("on_two_pons", ", ".join(pons))
    if said and pons[0] != said:
        raise Refused("another_pon", pons[0])
    return pons[0]


def room_on(olt: Olt, pon: str, order: Order, equipment: Equipment, *, freed: int = 0) -> tuple[int, int]:
    """(used, limit) of a PON: counted on the OLT, and with the places that earlier approved orders are about to take.

    `freed` places become free by this order. `arguments["pon_limit"]` is the provider's own limit. Raises
    Refused("pon_full"). Must be called while the OLT is locked.
    """
    load = olt.load(pon)
    own = int(order.arguments.get("pon_limit") or DEFAULT_PON_LIMIT)
    limit = min(own, load.limit) if load.limit else own
    promised = equipment.promised(order.target.olt, pon)
    used = load.used - freed
    if used < limit <= used + len(promised):
        # Some of them may stand there already: their jobs are not through with reading back.
        used += sum(olt.config(pon, serial) is None for serial in promised)
    if used >= limit:
        raise Refused("pon_full", f"{used} de {limit}")
    return load.used, limit


def standing(olt: Olt, order: Order) -> OnuConfig | None:
    """What the OLT has of the ONU already, None for nothing."""
    kept = kept_of(order)
    return olt.config(pon_said(order) or (kept.pon if kept else "") or order.target.pon, serial_of(order))


def stands(config: OnuConfig, order: Order) -> Literal["as wanted", "half"]:
    """Whether what the OLT has of the ONU is what is wanted, or what an order leaves that was cut off half-way.

    Raises Refused("exists") for what somebody else configured. The description says whose it is: OLTs cut it, and some
    keep none; only an order that may have configured it itself takes that for its own.
    """
    wanted = order_of(order, config.pon)
    ours = wanted.description.startswith(config.description) and (bool(config.description) or order.doubtful)
    if ours and config.vlan == (wanted.vlan or None):
        return "as wanted"
    if ours and order.doubtful and config.vlan is None:
        return "half"
    raise Refused("exists", f"{config.serial} na PON {config.pon}: {config.description or 'sem descrição'}")


def added(olt: Olt, wanted: OnuOrder, note: Note) -> Outcome:
    """Configures the ONU. Raises what Olt.add raises."""
    olt.add(wanted)
    note(f"ONU {wanted.serial} configurada na PON {wanted.pon}.")
    config = OnuConfig.from_json({name: value for name, value in asdict(wanted).items() if "pppoe" not in name})
    return Outcome("verified", "added", {"onu": config.as_json()})


def read_back(order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
    """A success stands only if the OLT has the ONU with its VLAN; the line's first reading comes along."""
    if outcome.result not in ("verified", "already"):
        return outcome
    pon = str(outcome.facts.get("onu", {}).get("pon", "")) or order.target.pon
    with equipment.olt(order.target.olt) as olt:
        config = olt.config(pon, serial_of(order))
        if config is None:
            return Outcome("failed", "not_configured", outcome.facts)
        facts = {**outcome.facts, "onu": config.as_json()}
        if config.vlan not in (None, order_of(order, config.pon).vlan):
            return Outcome("failed", "another_vlan", facts)
        try:
            facts["line"] = line_facts(olt.read(config.pon, config.serial))
        except Failure as failure:
            facts["line"] = {"error": failure.code}
    return replace(outcome, facts=facts)
