"""Huawei's XPON MIB: run state, why and when an ONT went down, and the optics of a single one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.onu_serial import onu_serial
from provisioning.olt import OnuSeen, PonLoad, Sweep
from provisioning.ports import DownCause, LineReading, OnuState
from provisioning.snmp.session import Column, SnmpSession
from provisioning.snmp.values import Value, hundredths, moment, number, serial

XPON = "1.3.6.1.4.1.2011.6.128.1.1.2"
PORT_ONTS = f"{XPON}.21.1.16"
SERIAL = f"{XPON}.43.1.3"
ACTIVE = f"{XPON}.46.1.1"
RESET = f"{XPON}.46.1.2"
RUN_STATE = f"{XPON}.46.1.15"
DISTANCE = f"{XPON}.46.1.20"
LAST_UP = f"{XPON}.46.1.22"
LAST_DOWN = f"{XPON}.46.1.23"
DOWN_CAUSE = f"{XPON}.46.1.24"
LAST_GASP = f"{XPON}.46.1.25"
ONT_TX = f"{XPON}.51.1.3"
ONT_RX = f"{XPON}.51.1.4"
OLT_RX = f"{XPON}.51.1.6"

UP, DOWN, INVALID = 1, 2, -1
FIRST_PORT = 4194304000
SLOT = 8192
PORT = 256

CAUSES: Mapping[int, DownCause] = {
    **dict.fromkeys((1, 2, 3, 4), "los"),
    **dict.fromkeys((5, 6, 10, 11, 15), "other"),
    **dict.fromkeys((7, 8), "deactivated"),
    9: "reset",
    13: "dying_gasp",
}
# An ONU that loses its power may be told to have lost its light as well: its last gasp then stands beside the drop.
GASP_BESIDE_DROP = timedelta(seconds=900)


class HuaweiMib:
    """One Huawei OLT. PONs are written `frame/slot/port`; the frame is always 0.

    Run states come from the table of all provisioned ONTs: the one with the serials holds, on some releases, only
    those that are online. `zone` is the OLT's clock's.
    """

    def __init__(self, session: SnmpSession, zone: tzinfo) -> None:
        self._session = session
        self._zone = zone

    @property
    def writes(self) -> bool:
        """This MIB has columns to reset and to deactivate an ONT."""
        return True

    def sweep(self, now: datetime) -> Sweep:
        """Three columns of each PON, and the times of those ONTs that are down. See Olt."""
        ports = self._session.walk([PORT_ONTS])[PORT_ONTS]
        if not ports:
            return self._sweep_whole(now)
        columns = (RUN_STATE, DOWN_CAUSE, SERIAL)
        asked = {index: number(value) for (index, *_), value in ports.items()}
        walks = self._session.walk_each({str(index): [f"{c}.{index}" for c in columns] for index in asked})
        onus: list[OnuSeen] = []
        unread: list[str] = []
        for index, said in asked.items():
            found = walks[str(index)]
            if isinstance(found, Failure) or (said and not found[f"{RUN_STATE}.{index}"]):
                unread.append(pon_name(index))
                continue
            states, causes, serials = (
                {(index, *rest): value for rest, value in found[f"{column}.{index}"].items()} for column in columns
            )
            onus += self._seen(states, causes, serials, now)
        if len(unread) == len(asked) and any(isinstance(found, Unreachable) for found in walks.values()):
            raise Unreachable("no_answer", "no PON could be read")
        return Sweep(tuple(onus), now, tuple(unread))

    def _sweep_whole(self, now: datetime) -> Sweep:
        found = self._session.walk([RUN_STATE, DOWN_CAUSE, SERIAL])
        # Where the OLT shows no run states, those that it names by serial are of an unknown state.
        states: Column = {**dict.fromkeys(found[SERIAL], INVALID), **found[RUN_STATE]}
        if not states:
            raise Misconfigured("other_mib", "no table of a Huawei")
        return Sweep(tuple(self._seen(states, found[DOWN_CAUSE], found[SERIAL], now)), now)

    def _seen(self, states: Column, causes: Column, serials: Column, now: datetime) -> list[OnuSeen]:
        down = [index for index, value in states.items() if value == DOWN]
        times = self._times(down)
        seen = []
        for index, value in states.items():
            since = moment(times.get(_at(LAST_DOWN, index)), self._zone, now)
            gasp = moment(times.get(_at(LAST_GASP, index)), self._zone, now)
            state, cause = judge(value, causes.get(index), since, gasp)
            seen.append(OnuSeen(pon_name(index[0]), index[1], serial(serials.get(index)), state, cause, since))
        return seen

    def _times(self, down: Sequence[tuple[int, ...]]) -> dict[str, Value]:
        """When the ONTs that are down went so. Without an answer the states still count: only the times are missing."""
        wanted = [_at(column, index) for index in down for column in (LAST_DOWN, LAST_GASP)]
        try:
            return self._session.get(wanted) if wanted else {}
        except Unreachable:
            return {}

    def read(self, pon: str, wanted: str, now: datetime) -> LineReading:
        """One ONT with its optics, which the OLT asks the ONT itself for. See Olt."""
        at = (port_index(pon), self._number(pon, wanted))
        columns = (RUN_STATE, DOWN_CAUSE, LAST_UP, LAST_DOWN, LAST_GASP, DISTANCE, ONT_RX, ONT_TX, OLT_RX)
        got = self._session.get([_at(column, at) for column in columns])
        value = {column: got.get(_at(column, at)) for column in columns}
        up, down, gasp = (moment(value[column], self._zone, now) for column in (LAST_UP, LAST_DOWN, LAST_GASP))
        state, cause = judge(value[RUN_STATE], value[DOWN_CAUSE], down, gasp)
        since = None if state == "unknown" else up if state == "online" else down
        distance = number(value[DISTANCE])
        olt_rx = number(value[OLT_RX])
        return LineReading(
            state,
            hundredths(value[ONT_RX]),
            since,
            now,
            cause,
            # Not in hundredths of a dBm as the MIB says, but ten thousand above it.
            hundredths(olt_rx - 10000) if olt_rx is not None else None,
            hundredths(value[ONT_TX]),
            distance if distance is not None and distance >= 0 else None,
            int((now - up).total_seconds()) if state == "online" and up else None,
            at[1],
        )

    def load(self, pon: str) -> PonLoad:
        """The OLT's own count, or that of the provisioned ONTs where it has none. See Olt."""
        index = port_index(pon)
        counted = number(self._session.get([f"{PORT_ONTS}.{index}"]).get(f"{PORT_ONTS}.{index}"))
        provisioned = len(self._session.walk([f"{RUN_STATE}.{index}"])[f"{RUN_STATE}.{index}"])
        if counted is None and not provisioned:
            raise Refused("unknown_pon", pon)
        return PonLoad(max(counted or 0, provisioned))

    def reboot(self, pon: str, wanted: str) -> None:
        """See Olt."""
        self._session.set(_at(RESET, (port_index(pon), self._number(pon, wanted))), 1)

    def set_active(self, pon: str, wanted: str, active: bool) -> None:
        """See Olt. Reads the switch back: an OLT that took it may still not have done it."""
        oid = _at(ACTIVE, (port_index(pon), self._number(pon, wanted)))
        value = 1 if active else 2
        self._session.set(oid, value)
        if self._session.get([oid]).get(oid) != value:
            raise Unreachable("not_done", "the OLT took the change and shows the old value", ambiguous=True)

    def _number(self, pon: str, wanted: str) -> int:
        column = f"{SERIAL}.{port_index(pon)}"
        for (ont, *_), value in self._session.walk([column])[column].items():
            if serial(value) and serial(value) == onu_serial(wanted):
                return ont
        raise Refused("unknown_onu", wanted)


def judge(
    run: Value | None, code: Value | None, down: datetime | None, gasp: datetime | None
) -> tuple[OnuState, DownCause]:
    """The state and its cause. A state that the OLT could not find out (-1) is unknown, never offline."""
    if run == UP:
        return "online", ""
    if run != DOWN:
        return "unknown", "unknown"
    cause: DownCause = CAUSES.get(code, "unknown") if isinstance(code, int) else "unknown"
    if cause in {"los", "unknown"} and down and gasp and abs(gasp - down) <= GASP_BESIDE_DROP:
        cause = "dying_gasp"
    return (cause if cause in {"los", "dying_gasp"} else "offline"), cause


def pon_name(index: int) -> str:
    """`0/slot/port` of an interface index."""
    slot, rest = divmod(index - FIRST_PORT, SLOT)
    return f"0/{slot}/{rest // PORT}"


def port_index(pon: str) -> int:
    """The interface index of `0/slot/port`. Raises Refused("unknown_pon") for what is written otherwise."""
    parts = pon.split("/")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise Refused("unknown_pon", pon)
    return FIRST_PORT + int(parts[1]) * SLOT + int(parts[2]) * PORT


def _at(column: str, index: Sequence[int]) -> str:
    return f"{column}.{'.'.join(map(str, index))}"
