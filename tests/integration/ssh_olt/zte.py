"""ZTE's C3xx and C6xx as people report them: written from memory, checked against no recording."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.integration.ssh_olt.answer import Answer, Vendor
from tests.integration.ssh_olt.plant import Onu, PlantRefused

_PHASES = {"": "OffLine", "los": "LOS", "dying_gasp": "DyingGasp", "deactivated": "OffLine", "unknown": "OffLine"}
_NOTHING = "%Code 32310-GPONSRV : No related information to show."
_REFUSALS = {
    "exists": "%Error 20402: The SN already exists.",
    "full": "%Error 20405: The ONU number reached the maximum.",
    "number": "%Error 20401: The ONU already exists.",
    "unknown": "%Error 20203: Invalid interface.",
}
_OLT = r"gpon[-_]olt[-_](\d+/\d+/\d+)"
_ONU = r"gpon[-_]onu[-_](\d+/\d+/\d+):(\d+)"


class Zte(Vendor):
    """Privileged and configuration modes; errors return to the prompt."""

    pager = " --More--"

    @property
    def prompt(self) -> str:
        """ZXAN#, ZXAN(config)#, ZXAN(config-if)#."""
        return {"": "ZXAN#", "config": "ZXAN(config)#"}.get(self.mode, "ZXAN(config-if)#")

    def answer(self, line: str) -> Answer:
        """See Vendor."""
        if line in ("terminal length 0", "end", "configure terminal"):
            self.mode = "config" if line == "configure terminal" else "" if line == "end" else self.mode
            return Answer()
        entered = re.fullmatch(rf"(?:interface|pon-onu-mng) ({_OLT}|{_ONU}|vport-\S+)", line)
        if entered and self.mode:
            self.mode = line
            return Answer()
        for pattern, obey in self._commands():
            found = re.fullmatch(pattern, line)
            if found:
                try:
                    done = obey(*found.groups())
                except PlantRefused as refused:
                    return Answer(_REFUSALS[str(refused)])
                return done if isinstance(done, Answer) else Answer(done)
        return Answer("%Error 20202: Invalid input")

    def _commands(self) -> list[tuple[str, Callable[..., str | Answer]]]:
        reads: list[tuple[str, Callable[..., str | Answer]]] = [
            (r"show gpon onu by sn (\w+)", self._by_serial),
            (rf"show gpon onu state {_OLT}", self._states),
            (rf"show gpon onu detail-info {_ONU}", self._detail),
            (rf"show pon power attenuation {_ONU}", self._light),
            (rf"show mac (?:gpon onu )?{_ONU}", self._macs),
            (r"show (?:gpon|pon) onu uncfg", self._waiting),
            (r"show running-config \| include interface gpon", self._interfaces),
            (rf"show running-config interface {_OLT}", self._pon),
            (rf"show running-config interface {_ONU}", self._onu),
            (r"show running-config interface vport-(\d+/\d+/\d+)\.(\d+):1", self._onu),
        ]
        if not self.mode.startswith(("interface", "pon-onu-mng")):
            return reads
        return [
            *reads,
            (r"onu (\d+) type \S+ sn (\w+)", self._add),
            (r"no onu (\d+)", self._delete),
            (r"(no shutdown|shutdown)", self._switch),
            (r"reboot", self._reboot),
            (r"name (\S+)", self._name),
            (r"tcont 1 profile (\S+)", self._profile),
            (r"service-port 1 (?:vport 1 )?user-vlan \d+ vlan (\d+)", self._serve),
            (r"gemport 1 tcont 1|service 1 gemport 1 vlan \d+", lambda: ""),
            (r"pppoe 1 nat enable user (\S+) password \S+", self._pppoe),
        ]

    def _here(self) -> Onu:
        found = re.search(r"(\d+/\d+/\d+)[:.](\d+)", self.mode)
        if not found:
            raise PlantRefused("unknown")
        return self.plant.onu(found[1], int(found[2]))

    def _port(self) -> str:
        return re.split(r"[-_]", self.mode)[-1]

    def _add(self, number: str, serial: str) -> str:
        self.plant.add(self._port(), serial, int(number))
        return "[Successful]"

    def _delete(self, number: str) -> str:
        self.plant.onu(self._port(), int(number))
        del self.plant.pons[self._port()][int(number)]
        return "[Successful]"

    def _switch(self, word: str) -> str:
        self.plant.switch(self._here(), word == "no shutdown")
        return ""

    def _reboot(self) -> Answer:
        onu = self._here()

        def reboot() -> Answer:
            onu.reboots += 1
            return Answer()

        return Answer(question="Confirm to reboot? [yes/no]:", if_yes=reboot)

    def _name(self, name: str) -> str:
        self._here().description = name
        return ""

    def _profile(self, profile: str) -> str:
        self._here().line_profile = profile
        return ""

    def _serve(self, vlan: str) -> str:
        self.plant.serve(self._here(), int(vlan), 1)
        return ""

    def _pppoe(self, login: str) -> str:
        self._here().login = login
        return ""

    def _by_serial(self, serial: str) -> str:
        found = self.plant.find(serial)
        return f"SearchResult\n---------------\ngpon-onu_{found[0]}:{found[1].number}" if found else _NOTHING

    def _states(self, pon: str) -> str:
        if pon in self.plant.broken:
            return "%Error 20209: The card is not ready."
        onus = sorted(self.plant.pons.get(pon, {}).values(), key=lambda onu: onu.number)
        if not onus:
            return _NOTHING
        rule = "-" * 62
        text = ["OnuIndex   Admin State  OMCC State  Phase State  Channel", rule]
        for onu in onus:
            admin = "enable" if onu.active else "disable"
            omcc = "enable" if onu.state == "online" else "disable"
            text.append(f"{pon}:{onu.number:<5} {admin:<11} {omcc:<11} {_phase(onu):<12} 1(GPON)")
        online = sum(onu.state == "online" for onu in onus)
        return "\n".join([*text, f"ONU Number: {online}/{len(onus)}"])

    def _detail(self, pon: str, number: str) -> str:
        onu = self.plant.onu(pon, int(number))
        down = onu.state != "online"
        rows = {
            "ONU interface": f"gpon-onu_{pon}:{number}",
            "Name": onu.description,
            "Type": "F660",
            "State": "offline" if down else "ready",
            "Admin state": "enable" if onu.active else "disable",
            "Phase state": _phase(onu),
            "Serial number": onu.serial,
            "ONU Distance": "0m" if down else f"{onu.distance_m}m",
            "Online Duration": "" if down else "26h 3m 4s",
        }
        text = [f"  {name + ':':<21}{value}" for name, value in rows.items()]
        text += ["  " + "-" * 42, "         Authpass Time          OfflineTime             Cause", "  " + "-" * 42]
        gone = f"{onu.changed_at}    {_phase(onu)}" if onu.cause else "0000-00-00 00:00:00"
        return "\n".join([*text, f"   1   2026-11-19 10:00:00    {gone}"])

    def _light(self, pon: str, number: str) -> str:
        onu = self.plant.onu(pon, int(number))
        head = "           OLT                  ONU              Attenuation\n" + "-" * 74
        if onu.state != "online":
            rows = (" up      Rx :no signal         Tx:no signal", " down    Tx :4.528(dbm)        Rx:no signal")
        else:
            rows = (
                f" up      Rx :{onu.olt_rx_dbm:.3f}(dbm)      Tx:{onu.tx_dbm:.3f}(dbm)        25.673(dB)",
                f" down    Tx :4.528(dbm)        Rx:{onu.rx_dbm:.3f}(dbm)      24.705(dB)",
            )
        return f"{head}\n{rows[0]}\n\n{rows[1]}"

    def _macs(self, pon: str, number: str) -> str:
        macs = [mac.replace("-", ".") for mac in self.plant.onu(pon, int(number)).macs]
        return "\n".join(
            ["Mac address      Vlan  Type      Port", *(f"{mac}   100   Dynamic   vport 1" for mac in macs)]
        )

    def _waiting(self) -> str:
        rows = [f"gpon-onu_{pon}:1         {serial}        unknown" for pon, serial, _ in self.plant.waiting]
        return "\n".join(["OnuIndex                 Sn                  State", "-" * 69, *rows]) if rows else _NOTHING

    def _interfaces(self) -> str:
        return "\n".join(f"interface gpon-olt_{pon}" for pon in self.plant.pons)

    def _pon(self, pon: str) -> str:
        if pon not in self.plant.pons:
            raise PlantRefused("unknown")
        rows = [f"  onu {onu.number} type F660 sn {onu.serial}" for onu in self.plant.pons[pon].values()]
        return "\n".join([f"interface gpon-olt_{pon}", "  no shutdown", *rows, "!"])

    def _onu(self, pon: str, number: str) -> str:
        onu = self.plant.onu(pon, int(number))
        rows = [f"  name {onu.description}", f"  tcont 1 profile {onu.line_profile}", "  gemport 1 tcont 1"]
        rows += [f"  service-port 1 vport 1 user-vlan {vlan} vlan {vlan}" for vlan, _ in onu.services.values()]
        return "\n".join([f"interface gpon-onu_{pon}:{number}", *rows, "!"])


def _phase(onu: Onu) -> str:
    if onu.state == "online":
        return "working"
    return _PHASES[onu.cause] if onu.state == "offline" else "syncMib"
