"""The customer's router: its Wi-Fi changed and read back, and its restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.errors import Refused
from provisioning.action import REBOOT_CPE, SET_WIFI, Action, Equipment, Order, Plan
from provisioning.cpe import Cpe, CpeState, Wifi, WifiWish
from provisioning.ports import Note, Outcome
from provisioning.wifi_rules import check_wish

HIDDEN = "••••"
# A router that has been up for less than this was restarted by the try before.
FRESH_SECONDS = 600


@dataclass(frozen=True)
class SetWifi:
    """Changes name, password or channel. Arguments: `ssid`, `channel` (0: automatic), `bands`; secret:
    `wifi_password`."""

    name: str = SET_WIFI
    title: str = "Mudar Wi-Fi"
    changes: bool = True
    role: Literal["acs"] = "acs"
    cooldown_seconds: int = 0

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """See Action. A password cannot be compared: with one there is always something to do."""
        wish = _wish(order)
        try:
            check_wish(wish)
            with equipment.cpe() as cpe:
                state = cpe.state(_find(cpe, order))
        except Refused as refused:
            return _refusal(refused)
        diff = _diff(state, wish)
        if not diff:
            return Plan(outcome=Outcome("already", "already", cpe_facts(state)))
        return Plan(diff=diff)

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """See Action."""
        with equipment.cpe() as cpe:
            device = _find(cpe, order)
            note(f"Roteador {device}: enviando a mudança do Wi-Fi.")
            return cpe.set_wifi(device, _wish(order))

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """See Action. A success stands only while the router still shows what was asked."""
        if outcome.result != "verified":
            return outcome
        with equipment.cpe() as cpe:
            state = cpe.state(_find(cpe, order))
        facts = {**outcome.facts, **cpe_facts(state)}
        wish = _wish(order)
        if _diff(state, WifiWish(wish.ssid, "", wish.channel, wish.bands)):
            return Outcome("failed", "changed_by_another", facts)
        return Outcome(outcome.result, outcome.code, facts)


@dataclass(frozen=True)
class RebootCpe:
    """Restarts the router."""

    name: str = REBOOT_CPE
    title: str = "Reiniciar roteador"
    changes: bool = True
    role: Literal["acs"] = "acs"
    cooldown_seconds: int = 600

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """See Action. After a try in doubt a router that has just started needs no second restart, and one that does
        not say how long it has been up gets none."""
        try:
            with equipment.cpe() as cpe:
                state = cpe.state(_find(cpe, order))
        except Refused as refused:
            return _refusal(refused)
        up = state.uptime_seconds
        if order.doubtful and up is None:
            return Plan(outcome=Outcome("unknown", "uptime_unknown", cpe_facts(state)))
        if order.doubtful and up is not None and up < FRESH_SECONDS:
            return Plan(outcome=Outcome("verified", "rebooted", cpe_facts(state)))
        return Plan(diff={"uptime_seconds": [up, 0]})

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """See Action."""
        with equipment.cpe() as cpe:
            device = _find(cpe, order)
            note(f"Roteador {device}: pedindo que reinicie.")
            return cpe.reboot(device)

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """See Action. The driver waited for the router's own word that it started: nothing says more than that."""
        return outcome


def cpe_facts(state: CpeState) -> dict[str, Any]:
    """The router's state as JSON, without passwords: device, model, firmware, informed_at, wifi, hosts and read_at."""
    return {
        "device": state.device,
        "model": state.model,
        "firmware": state.firmware,
        "informed_at": state.informed_at.isoformat() if state.informed_at else None,
        "uptime_seconds": state.uptime_seconds,
        "wifi": [
            {"ssid": wifi.ssid, "band": wifi.band, "channel": wifi.channel, "enabled": wifi.enabled}
            for wifi in state.wifi
        ],
        "hosts": sum(host.active for host in state.hosts),
        "read_at": state.read_at.isoformat(),
    }


def _find(cpe: Cpe, order: Order) -> str:
    return cpe.find(order.target.pppoe_login, order.target.onu)


def _wish(order: Order) -> WifiWish:
    arguments: Mapping[str, Any] = order.arguments
    channel = arguments.get("channel")
    return WifiWish(
        ssid=str(arguments.get("ssid") or ""),
        password=order.secrets.get("wifi_password", ""),
        channel=None if channel in (None, "") else int(channel),
        bands=tuple(arguments.get("bands") or ()),
    )


def _diff(state: CpeState, wish: WifiWish) -> dict[str, list[Any]]:
    """{name: [before, after]}; the networks are told apart by their band, or by their number where that is unknown."""
    diff: dict[str, list[Any]] = {}
    for number, wifi in enumerate(state.wifi, start=1):
        if not wifi.enabled or (wish.bands and wifi.band not in wish.bands):
            continue
        label = f"{number} ({wifi.band} GHz)" if wifi.band else str(number)
        if wish.ssid and wifi.ssid != wish.ssid:
            diff[f"ssid {label}"] = [wifi.ssid, wish.ssid]
        if wish.channel is not None and wifi.channel != wish.channel and _same_band(wifi, wish.channel):
            diff[f"canal {label}"] = [wifi.channel, wish.channel]
    if wish.password:
        diff["senha"] = [HIDDEN, HIDDEN]
    return diff


def _same_band(wifi: Wifi, channel: int) -> bool:
    return not channel or wifi.band in ("", "5" if channel > 14 else "2.4")


def _refusal(refused: Refused) -> Plan:
    return Plan(outcome=Outcome("refused", refused.code, {"why": refused.detail}))


ACTIONS: tuple[Action, ...] = (SetWifi(), RebootCpe())
