"""A router as its data model describes it, TR-098 or TR-181: its Wi-Fi networks, its hosts, and what may be set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import Refused
from provisioning.cpe import CpeState, Host, Wifi
from provisioning.genieacs.nbi import moment

Tree = Mapping[str, Any]
Value = tuple[str, Any, str]
OLD, NEW = "InternetGatewayDevice", "Device"
LOGIN_PATHS = (
    *(
        f"{OLD}.WANDevice.1.WANConnectionDevice.{device}.WANPPPConnection.{connection}.Username"
        for device in range(1, 5)
        for connection in (1, 2)
    ),
    *(f"{NEW}.PPP.Interface.{interface}.Username" for interface in range(1, 4)),
)
PROJECTION = (
    "_id",
    "_deviceId",
    "_lastInform",
    "_lastBoot",
    *(f"{OLD}.{part}" for part in ("DeviceInfo", "LANDevice.1")),
    *(f"{NEW}.{part}" for part in ("DeviceInfo", "WiFi", "Hosts")),
)
_PASSWORDS = ("KeyPassphrase", "PreSharedKey.1.KeyPassphrase", "PreSharedKey.1.PreSharedKey")


@dataclass(frozen=True)
class Network:
    """A Wi-Fi network and the parameters behind it; "" for one that the router does not offer for writing."""

    wifi: Wifi
    ssid: str
    password: str
    channel: str
    automatic: str

    def takes(self, channel: int) -> bool:
        """Whether a channel belongs to its band."""
        band = "5" if channel > 14 else "2.4"
        return bool(self.channel or self.automatic) and (not channel or self.wifi.band in ("", band))

    def with_channel(self, channel: int) -> Iterator[Value]:
        """What sets the channel (0: automatic)."""
        if self.automatic:
            yield self.automatic, not channel, "xsd:boolean"
        if self.channel and (channel or not self.automatic):
            yield self.channel, channel, "xsd:unsignedInt"


class Router:
    """One device document of the NBI."""

    def __init__(self, document: Tree) -> None:
        self._document = document
        self.id = str(document["_id"])
        self.root = OLD if OLD in document else NEW
        self.informed_at = moment(document.get("_lastInform"))
        self.booted_at = moment(document.get("_lastBoot"))

    @property
    def wifi_objects(self) -> tuple[str, ...]:
        """What to refresh so that its networks are known as they are."""
        return (f"{OLD}.LANDevice.1.WLANConfiguration",) if self.root == OLD else (f"{NEW}.WiFi",)

    @property
    def host_object(self) -> str:
        """What to refresh so that its hosts are known."""
        return f"{OLD}.LANDevice.1.Hosts" if self.root == OLD else f"{NEW}.Hosts"

    @property
    def live_values(self) -> list[str]:
        """The parameters that change by themselves."""
        return [f"{self.root}.DeviceInfo.UpTime", f"{self.root}.DeviceInfo.SoftwareVersion"]

    def networks(self) -> tuple[Network, ...]:
        """Its Wi-Fi networks, in the router's order."""
        return tuple(self._old_networks() if self.root == OLD else self._new_networks())

    def state(self, read_at: datetime) -> CpeState:
        """All that is told of it."""
        uptime = self._value(f"{self.root}.DeviceInfo.UpTime")
        return CpeState(
            device=self.id,
            model=str(self._document.get("_deviceId", {}).get("_ProductClass", "")),
            firmware=str(self._value(f"{self.root}.DeviceInfo.SoftwareVersion") or ""),
            informed_at=self.informed_at,
            uptime_seconds=None if uptime is None else int(uptime),
            wifi=tuple(network.wifi for network in self.networks()),
            hosts=tuple(self._hosts()),
            read_at=read_at,
        )

    def _old_networks(self) -> Iterator[Network]:
        for path in self._instances(f"{OLD}.LANDevice.1.WLANConfiguration"):
            channel = _integer(self._value(f"{path}.Channel"))
            wifi = self._wifi(path, f"{path}.SSID", f"{path}.AutoChannelEnable", channel, _band(channel), path)
            yield self._network(wifi, f"{path}.SSID", path, path)

    def _new_networks(self) -> Iterator[Network]:
        points = {
            str(self._value(f"{path}.SSIDReference") or "").rstrip("."): path
            for path in self._instances(f"{NEW}.WiFi.AccessPoint")
        }
        for path in self._instances(f"{NEW}.WiFi.SSID"):
            radio = str(self._value(f"{path}.LowerLayers") or "").rstrip(".")
            channel = _integer(self._value(f"{radio}.Channel"))
            band = str(self._value(f"{radio}.OperatingFrequencyBand") or "").removesuffix("GHz") or _band(channel)
            wifi = self._wifi(path, f"{path}.SSID", f"{radio}.AutoChannelEnable", channel, band, path)
            yield self._network(wifi, f"{path}.SSID", f"{points.get(path, '')}.Security", radio)

    def _wifi(self, key: str, ssid: str, automatic: str, channel: int | None, band: str, switch: str) -> Wifi:
        return Wifi(
            key=key,
            ssid=str(self._value(ssid) or ""),
            band=band,
            channel=0 if _true(self._value(automatic)) else channel,
            enabled=_true(self._value(f"{switch}.Enable"), default=True),
        )

    def _network(self, wifi: Wifi, ssid: str, security: str, radio: str) -> Network:
        passwords = (self._writable(f"{security}.{name}") for name in _PASSWORDS)
        return Network(
            wifi,
            ssid=self._writable(ssid),
            password=next((path for path in passwords if path), ""),
            channel=self._writable(f"{radio}.Channel"),
            automatic=self._writable(f"{radio}.AutoChannelEnable"),
        )

    def _hosts(self) -> Iterator[Host]:
        for path in self._instances(f"{self.host_object}.Host"):
            mac = str(self._value(f"{path}.MACAddress") or self._value(f"{path}.PhysAddress") or "")
            media = self._value(f"{path}.InterfaceType") or self._value(f"{path}.Layer1Interface")
            yield Host(
                name=str(self._value(f"{path}.HostName") or ""),
                mac=masked_mac(mac),
                ip=str(self._value(f"{path}.IPAddress") or ""),
                active=_true(self._value(f"{path}.Active")),
                wifi=("802.11" in str(media) or "WiFi" in str(media)) if media else None,
            )

    def _node(self, path: str) -> Tree:
        node: Any = self._document
        for name in path.split("."):
            node = node.get(name, {}) if isinstance(node, Mapping) else {}
        return node if isinstance(node, Mapping) else {}

    def _value(self, path: str) -> Any:
        return self._node(path).get("_value")

    def _writable(self, path: str) -> str:
        """`path` if the router has it and lets it be written: the ACS says "done" for others too."""
        return path if self._node(path).get("_writable") is True else ""

    def _instances(self, path: str) -> list[str]:
        return [f"{path}.{name}" for name in sorted((n for n in self._node(path) if n.isdecimal()), key=int)]


def router(found: list[dict[str, Any]], what: str) -> Router:
    """The device that spoke to the ACS last: a login also stays with the router that was replaced.

    Raises Refused("unknown_cpe") when there is none.
    """
    if not found:
        raise Refused("unknown_cpe", what)
    return Router(max(found, key=lambda document: str(document.get("_lastInform", ""))))


def masked_mac(mac: str) -> str:
    """The maker's half of a MAC."""
    parts = mac.upper().replace("-", ":").split(":")
    return ":".join([*parts[:3], "**", "**", "**"]) if len(parts) == 6 else ""


def _band(channel: int | None) -> str:
    return "" if not channel else ("5" if channel > 14 else "2.4")


def _integer(value: Any) -> int | None:
    return int(value) if str(value).isdecimal() else None


def _true(value: Any, *, default: bool = False) -> bool:
    return default if value is None else str(value).lower() in ("true", "1")
