"""Customers' routers through GenieACS: an answer of the ACS is no success, what can be read back is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from core.errors import Misconfigured, Refused
from core.field import Field
from core.onu_serial import onu_serial
from provisioning.clock import SystemClock
from provisioning.cpe import CpeState, WifiWish
from provisioning.driver import Driver, Log
from provisioning.genieacs.data_models import LOGIN_PATHS, PROJECTION, Network, Router, Value, router
from provisioning.genieacs.nbi import Nbi, TaskEnd
from provisioning.ports import Clock, Outcome
from provisioning.wifi_rules import check_wish

BOOT_SECONDS = 45.0
POLL_SECONDS = 3.0


class GenieAcs:
    """Cpe over one NBI. `login_parameter` is asked for the PPPoE login besides the usual ones."""

    def __init__(self, nbi: Nbi, *, login_parameter: str = "", clock: Clock | None = None) -> None:
        self._nbi = nbi
        self._login_paths = (*((login_parameter,) if login_parameter else ()), *LOGIN_PATHS)
        self._clock = clock or SystemClock()

    def find(self, login: str, serial: str) -> str:
        """See Cpe. The login comes first: it moves with the customer, a serial stays with the box."""
        summary = ("_id", "_lastInform")
        found = []
        if login:
            anywhere = [{f"{path}._value": login} for path in self._login_paths]
            found = self._nbi.devices({"$or": anywhere}, summary)
        if not found and serial:
            plain = onu_serial(serial) or serial
            forms = {serial, plain, plain[:4].encode().hex().upper() + plain[4:]}
            found = self._nbi.devices({"_deviceId._SerialNumber": {"$in": sorted(forms)}}, summary)
        return router(found, login or serial).id

    def state(self, device: str) -> CpeState:
        """See Cpe."""
        known = self._router(device)
        if self._nbi.run(device, "getParameterValues", parameterNames=known.live_values).ending == "done":
            for name in (*known.wifi_objects, known.host_object):
                self._nbi.run(device, "refreshObject", objectName=name)
            known = self._router(device)
        return known.state(datetime.now(UTC))

    def set_wifi(self, device: str, wish: WifiWish) -> Outcome:
        """See Cpe. Raises Refused for a wish that no router takes.

        Verified is what was read back (code "read_back"). A password cannot be read: a change of only the password is
        verified as "accepted_by_router" when the router did the task, reported no fault, and spoke to the ACS after
        it; the facts say so.
        """
        check_wish(wish)
        if refused := self._refresh(device, self._router(device)):
            return refused
        values = _values(_chosen(self._router(device).networks(), wish), wish)
        if not self._forget(device, {value[0] for value in values}):
            return Outcome("pending", "task_queued", {"device": device})
        end = self._nbi.run(device, "setParameterValues", parameterValues=[list(value) for value in values])
        if end.ending != "done":
            return _not_done(device, end)
        if self._refresh(device, self._router(device)):
            return Outcome("unknown", "not_read_back", {"device": device})
        return _judge(self._router(device), wish, end)

    def reboot(self, device: str) -> Outcome:
        """See Cpe. Verified once the router announced that it started; pending ("reboot_accepted") while it has not."""
        self._router(device)
        if any(task.get("name") == "reboot" for task in self._nbi.tasks(device)):
            return Outcome("pending", "task_queued", {"device": device})
        end = self._nbi.run(device, "reboot")
        if end.ending != "done":
            return _not_done(device, end)
        deadline = self._clock.monotonic() + BOOT_SECONDS
        while self._clock.monotonic() < deadline:
            self._clock.sleep(POLL_SECONDS)
            booted_at = self._router(device).booted_at
            if booted_at and end.at and booted_at > end.at:
                return Outcome("verified", "rebooted", {"device": device, "booted_at": booted_at.isoformat()})
        return Outcome("pending", "reboot_accepted", {"device": device})

    def close(self) -> None:
        """See Cpe."""
        self._nbi.close()

    def _router(self, device: str) -> Router:
        return router(self._nbi.devices({"_id": device}, PROJECTION), device)

    def _refresh(self, device: str, known: Router) -> Outcome | None:
        """Has the ACS read the networks anew; an outcome when the router does not answer. Also a harmless first try:
        a router that is away never gets to see the change itself."""
        for name in known.wifi_objects:
            end = self._nbi.run(device, "refreshObject", objectName=name)
            if end.ending != "done":
                return _not_done(device, end)
        return None

    def _forget(self, device: str, names: set[str]) -> bool:
        """Deletes what an earlier try left waiting for the same parameters: it would undo this one some day."""
        left = [
            task
            for task in self._nbi.tasks(device)
            if task.get("name") == "setParameterValues" and names & {item[0] for item in task["parameterValues"]}
        ]
        return all([self._nbi.delete_task(str(task["_id"])) != "kept" for task in left])


def _chosen(networks: tuple[Network, ...], wish: WifiWish) -> list[Network]:
    found = [network for network in networks if network.wifi.enabled and _in_bands(network, wish)]
    if not found:
        raise Refused("no_wifi", "O roteador não mostra nenhuma rede Wi-Fi que possa ser mudada.")
    return found


def _in_bands(network: Network, wish: WifiWish) -> bool:
    return not wish.bands or network.wifi.band in wish.bands


def _values(networks: list[Network], wish: WifiWish) -> list[Value]:
    """What to set. Raises Refused for what no network of the router offers."""
    values: dict[str, Value] = {}
    for network in networks:
        if wish.ssid and network.ssid:
            values[network.ssid] = (network.ssid, wish.ssid, "xsd:string")
        if wish.password and network.password:
            values[network.password] = (network.password, wish.password, "xsd:string")
        if wish.channel is not None and network.takes(wish.channel):
            values |= {value[0]: value for value in network.with_channel(wish.channel)}
    offered = {
        "wifi_name": not wish.ssid or any(network.ssid for network in networks),
        "wifi_password": not wish.password or any(network.password for network in networks),
        "wifi_channel": wish.channel is None or any(network.takes(wish.channel) for network in networks),
    }
    missing = [code for code, there in offered.items() if not there]
    if missing:
        raise Refused(missing[0], "Este roteador não deixa mudar isso à distância.")
    return list(values.values())


def _judge(known: Router, wish: WifiWish, end: TaskEnd) -> Outcome:
    """Compares what the router shows now with what was wanted."""
    networks = _chosen(known.networks(), WifiWish(bands=wish.bands))
    wrong = [network.wifi.key for network in networks if wish.ssid and network.ssid and network.wifi.ssid != wish.ssid]
    if wish.channel is not None:
        there = [network for network in networks if network.takes(wish.channel)]
        wrong += [network.wifi.key for network in there if network.wifi.channel != wish.channel]
    facts: dict[str, Any] = {
        "device": known.id,
        "wifi": [{"ssid": n.wifi.ssid, "band": n.wifi.band, "channel": n.wifi.channel} for n in networks],
    }
    if wish.password:
        facts |= {"password": "accepted", "password_readable": False}
    if wrong:
        return Outcome("failed", "not_taken", facts | {"differs": wrong})
    if wish.ssid or wish.channel is not None:
        return Outcome("verified", "read_back", facts)
    if end.at and known.informed_at and known.informed_at >= end.at:
        return Outcome("verified", "accepted_by_router", facts)
    return Outcome("unknown", "no_inform", facts)


def _not_done(device: str, end: TaskEnd) -> Outcome:
    facts = {"device": device} | ({"fault": end.fault} if end.fault else {})
    if end.ending == "queued":
        return Outcome("pending", "task_queued", facts)
    return (
        Outcome("failed", "cwmp_fault", facts)
        if end.ending == "faulted"
        else Outcome("refused", "device_offline", facts)
    )


def _connect(fields: Mapping[str, str], log: Log) -> GenieAcs:
    if not fields["url"].startswith(("http://", "https://")):
        raise Misconfigured("url", "expected http:// or https://")
    nbi = Nbi(fields["url"], user=fields["user"], password=fields["password"], log=log)
    return GenieAcs(nbi, login_parameter=fields["login_parameter"])


DRIVER = Driver(
    kind="genieacs",
    title="GenieACS (TR-069)",
    role="acs",
    fields=(
        Field("url", "Endereço da NBI", about="Como http://10.0.0.5:7557. A NBI não pode ficar aberta na internet."),
        Field("user", "Usuário", required=False, about="Só se houver um proxy com senha na frente."),
        Field("password", "Senha", required=False, secret=True),
        Field("login_parameter", "Parâmetro com o login PPPoE", required=False, about="Vazio: os de TR-098 e TR-181."),
    ),
    connect=_connect,
)
