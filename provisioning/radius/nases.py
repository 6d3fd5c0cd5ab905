"""Which NAS holds a session: its address and secret, from FreeRADIUS's own `nas` table or from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


@dataclass(frozen=True)
class Nas:
    """`name` is an address, a network in CIDR, or a host's name, as it stands in the table."""

    name: str
    secret: str = field(repr=False)

    @property
    def network(self) -> IPv4Network | IPv6Network | None:
        """The addresses that it stands for; None for a host's name."""
        try:
            return ip_network(self.name, strict=False)
        except ValueError:
            return None


def nas_of(address: str, known: Sequence[Nas]) -> Nas | None:
    """The most specific entry that the address belongs to, as `Nas(address, its secret)`; None where there is none."""
    try:
        wanted = ip_address(address)
    except ValueError:
        return None
    fitting = [(nas.network.prefixlen, nas) for nas in known if nas.network is not None and wanted in nas.network]
    if not fitting:
        return None
    return Nas(address, max(fitting, key=lambda found: found[0])[1].secret)
