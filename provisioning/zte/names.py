"""How the two families of ZTE's OLTs name their interfaces."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import Refused


@dataclass(frozen=True)
class Names:
    """Interfaces of a C3xx (`gpon-olt_1/2/1`, `gpon-onu_1/2/1:5`) or C6xx (`gpon_olt-1/2/1`, service ports apart)."""

    newer: bool = False

    @property
    def vports(self) -> bool:
        """Whether service ports stand on an interface of their own."""
        return self.newer

    @property
    def unconfigured(self) -> str:
        """The command that lists ONUs that are configured nowhere."""
        return "show pon onu uncfg" if self.newer else "show gpon onu uncfg"

    @property
    def mac(self) -> str:
        """What stands before the ONU in `show mac`."""
        return "" if self.newer else "gpon onu"

    def olt(self, pon: str) -> str:
        """A PON. Raises Refused("unknown_pon") for what is none."""
        if not re.fullmatch(r"\d+/\d+/\d+", pon):
            raise Refused("unknown_pon", pon)
        return f"gpon_olt-{pon}" if self.newer else f"gpon-olt_{pon}"

    def onu(self, pon: str, number: int) -> str:
        """An ONU."""
        return f"gpon_onu-{pon}:{number}" if self.newer else f"gpon-onu_{pon}:{number}"

    def vport(self, pon: str, number: int) -> str:
        """The interface on which a C6xx serves an ONU."""
        return f"vport-{pon}.{number}:1"

    def pons(self, listed: str) -> list[str]:
        """The PONs among interfaces, each once, in their order."""
        return list(dict.fromkeys(re.findall(r"interface gpon[-_]olt[-_](\d+/\d+/\d+)", listed)))
