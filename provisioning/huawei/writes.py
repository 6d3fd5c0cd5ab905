"""What a SmartAX is told to change: the ONT, its network side, its service ports."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.errors import Refused
from provisioning.huawei import answers
from provisioning.huawei.tables import rows
from provisioning.olt import OnuOrder
from provisioning.olt_cli.shell import Shell
from provisioning.olt_cli.words import secret_word, typed, word

_DELETED = re.compile(r"success\s*:\s*1\b")
_FULL = re.compile(r"maximum|upper limit|is full|exceed", re.IGNORECASE)


def add_terminal(shell: Shell, order: OnuOrder, serial_hex: str) -> str:
    """Adds the ONT on the board that the shell stands on and returns its number, as the OLT confirmed it.

    Raises Refused("exists"), Refused("pon_full") or Refused("olt_refused").
    """
    port = order.pon.rpartition("/")[2]
    answer = shell.change(
        f'ont add {port} sn-auth "{serial_hex}" omci {_profile("line", order.line_profile)}'
        f' {_profile("srv", order.service_profile)} desc "{typed(order.description)}"'
    )
    added = [] if answers.failure(answer) else rows("ont add", answer)
    if added and added[0]["success"] == "1":
        return added[0]["ont_id"]
    words = answers.failure(answer) or "no confirmation"
    if "exist" in words and "not" not in words:
        raise Refused("exists", words)
    raise Refused("pon_full" if _FULL.search(words) else "olt_refused", words)


def add_service(shell: Shell, order: OnuOrder, number: str) -> None:
    """Gives the ONT what the order asks for besides itself. Raises Refused("olt_refused") or Refused("bad_value").

    `extra`: `native_vlan_ports` ("1,2": Ethernet ports that carry the VLAN untagged), `pppoe` ("onu": the ONT dials),
    `gemport`, `user_vlan`, `inbound` and `outbound` (traffic tables).
    """
    extra = order.extra
    target = f"{order.pon.rpartition('/')[2]} {number}"
    for port in filter(None, extra.get("native_vlan_ports", "").split(",")):
        answers.check(shell.change(f"ont port native-vlan {target} eth {int(port)} vlan {order.vlan} priority 0"))
    if extra.get("pppoe") == "onu":
        password = secret_word(order.pppoe_password, "pppoe_password")
        login = word(order.pppoe_login, "pppoe_login")
        command = f"ont ipconfig {target} ip-index 0 pppoe vlan {order.vlan} priority 0"
        answers.check(shell.change(f'{command} user-account username "{login}" password "{password}"', password))
    user_vlan = word(extra.get("user_vlan") or str(order.vlan), "user_vlan")
    limits = "".join(
        f" {way} traffic-table index {int(extra[way])}" for way in ("inbound", "outbound") if extra.get(way)
    )
    shell.run("quit")
    answers.check(
        shell.change(
            f"service-port vlan {order.vlan} gpon {order.pon} ont {number} gemport {int(extra.get('gemport') or 1)}"
            f" multi-service user-vlan {user_vlan} tag-transform translate{limits}"
        )
    )


def remove_all(shell: Shell, pon: str, number: str, services: Sequence[str]) -> None:
    """Deletes the ONT after its service ports. Raises Refused("olt_refused") where the OLT does not confirm."""
    for index in services:
        answer = shell.change(f"undo service-port {index}")
        if not answers.nothing(answer):
            answers.check(answer)
    answer = shell.change(f"ont delete {pon.rpartition('/')[2]} {number}")
    if not (_DELETED.search(answer) or answers.nothing(answer)):
        raise Refused("olt_refused", answers.failure(answer) or "no confirmation")


def _profile(kind: str, name: str) -> str:
    """A profile by its number, or else by its name."""
    if name.isdecimal():
        return f"ont-{kind}profile-id {name}"
    return f'ont-{kind}profile-name "{word(name, f"{kind}_profile")}"'
