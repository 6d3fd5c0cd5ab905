"""Huawei SmartAX as recorded from real devices; refusals beyond the recordings are what manuals and people report."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.integration.ssh_olt.answer import Answer, Vendor
from tests.integration.ssh_olt.plant import Onu, PlantRefused

_RULE = "  " + "-" * 77
_NO_ONT = "  Failure: The ONT does not exist"
_CAUSES = {
    "los": "LOSi/LOBi",
    "dying_gasp": "dying-gasp",
    "deactivated": "deactive success",
    "reset": "ONT is reset by ONT command",
    "other": "LOFi",
    "unknown": "-",
    "": "-",
}
_REFUSALS = {
    "exists": "  Failure: SN already exists",
    "full": "  Failure: The number of ONTs on the port reached the maximum",
    "unknown": "  Failure: The port does not exist",
}


class Huawei(Vendor):
    """User, enable, config and interface modes, with the pager that moves the cursor back."""

    banner = "\n  Huawei Integrated Access Software (MA5800)."
    pager = "---- More ( Press 'Q' to break ) ----"
    unpager = "\x1b[37D" + " " * 37 + "\x1b[37D"

    @property
    def prompt(self) -> str:
        """OLT>, OLT#, OLT(config)#, OLT(config-if-gpon-0/1)#."""
        return {"": "OLT-1>", "enable": "OLT-1#", "config": "OLT-1(config)#"}.get(
            self.mode, f"OLT-1(config-if-gpon-{self.mode})#"
        )

    def answer(self, line: str) -> Answer:
        """See Vendor."""
        if line == "quit" and "/" not in self.mode and self.mode != "config":
            return Answer(question="  Are you sure to log out? (y/n)[n]:", if_yes=self._leave)
        if self._moved(line):
            return Answer()
        for pattern, obey in self._commands():
            found = re.fullmatch(pattern, line)
            if found:
                try:
                    done = obey(*found.groups())
                except PlantRefused as refused:
                    return Answer(_REFUSALS.get(str(refused), _NO_ONT))
                return done if isinstance(done, Answer) else Answer(done)
        return Answer("  % Unknown command, the error locates at '^'")

    def _moved(self, line: str) -> bool:
        if line in ("undo smart", "scroll", "infoswitch cli OFF"):
            return True
        if line in ("enable", "config", "disable"):
            self.mode = line.replace("disable", "")
        elif re.fullmatch(r"interface gpon \d+/\d+", line) and self.mode == "config":
            self.mode = line.rpartition(" ")[2]
        elif line == "quit" and "/" in self.mode:
            self.mode = "config"
        elif line in ("quit", "return") and self.mode:
            self.mode = "enable"
        else:
            return False
        return True

    def _leave(self) -> Answer:
        self.over = True
        return Answer("  Configuration console exit, please retry to log on")

    def _commands(self) -> list[tuple[str, Callable[..., str | Answer]]]:
        common: list[tuple[str, Callable[..., str | Answer]]] = [
            (r"display ont info by-sn (\w+)", self._by_serial),
            (r"display ont info (\d+) (\d+) (\d+) all", self._all),
            (r"display ont info summary (\S+)", self._summary),
            (r"display ont autofind all", self._autofind),
            (r"display board 0", self._boards),
            (r"display board (0/\d+)", self._board),
            (r"display service-port port (\S+) ont (\d+)", self._services),
            (r"display mac-address ont (\S+) (\d+)", self._macs),
            (r"service-port vlan (\d+) gpon (\S+) ont (\d+) gemport (\d+) .*", self._serve),
            (r"undo service-port (\d+)", self._unserve),
        ]
        if "/" not in self.mode:
            return common
        onu = r"(\d+) (\d+)"
        return [
            *common,
            (
                r'ont add (\d+) sn-auth "?(\w{16})"? omci ont-lineprofile-(?:id|name) "?([^" ]+)"?'
                r' ont-srvprofile-(?:id|name) "?([^" ]+)"? desc "([^"]*)"',
                self._add,
            ),
            (rf"ont delete {onu}", self._delete),
            (rf"ont reset {onu}", self._reset),
            (rf"ont (activate|deactivate) {onu}", self._activate),
            (rf"ont port native-vlan {onu} eth \d+ vlan \d+ priority \d", self._native),
            (rf'ont ipconfig {onu} .*username "([^"]*)" password "([^"]*)".*', self._pppoe),
            (rf"display ont optical-info {onu}", self._optics),
        ]

    def _of(self, port: str, number: str) -> Onu:
        return self.plant.onu(f"{self.mode}/{port}", int(number))

    def _add(self, port: str, serial: str, line: str, service: str, description: str) -> str:
        onu = self.plant.add(f"{self.mode}/{port}", bytes.fromhex(serial[:8]).decode() + serial[8:])
        onu.line_profile, onu.service_profile, onu.description = line, service, description
        return f"  Number of ONTs that can be added: 1, success: 1\n  PortID :{port}, ONTID :{onu.number}"

    def _delete(self, port: str, number: str) -> str:
        if self._of(port, number).services:
            return "  Failure: This configured object has some service virtual ports"
        del self.plant.pons[f"{self.mode}/{port}"][int(number)]
        return "  Number of ONTs that can be deleted: 1, success: 1"

    def _reset(self, port: str, number: str) -> Answer:
        onu = self._of(port, number)

        def reset() -> Answer:
            onu.reboots += 1
            return Answer()

        return Answer(question="  Are you sure to reset the ONT(s)? (y/n)[n]:", if_yes=reset)

    def _activate(self, word: str, port: str, number: str) -> str:
        self.plant.switch(self._of(port, number), word == "activate")
        return ""

    def _native(self, port: str, number: str) -> str:
        self._of(port, number)
        return ""

    def _pppoe(self, port: str, number: str, login: str, _: str) -> str:
        self._of(port, number).login = login
        return ""

    def _serve(self, vlan: str, pon: str, number: str, gem: str) -> str:
        self.plant.serve(self.plant.onu(pon, int(number)), int(vlan), int(gem))
        return ""

    def _unserve(self, index: str) -> str:
        return "" if self.plant.unserve(int(index)) else "  Failure: Service virtual port does not exist"

    def _by_serial(self, serial: str) -> str:
        found = self.plant.find(bytes.fromhex(serial[:8]).decode() + serial[8:])
        if not found:
            return "  Failure: The required ONT does not exist"
        pon, onu = found
        if pon in self.plant.broken:
            return "  Failure: System is busy, please retry after a while"
        down = onu.state != "online"
        rows = {
            "F/S/P": pon,
            "ONT-ID": onu.number,
            "Control flag": "active" if onu.active else "deactivated",
            "Run state": onu.state,
            "Config state": "initial" if down else "normal",
            "Match state": "initial" if down else "match",
            "ONT distance(m)": "-" if down else onu.distance_m,
            "Authentic type": "SN-auth",
            "SN": f"{serial} ({onu.serial[:4]}-{onu.serial[4:]})",
            "Management mode": "OMCI",
            "Description": onu.description or "ONT_NO_DESCRIPTION",
            "Last down cause": _CAUSES[onu.cause],
            "Last up time": f"{onu.changed_at}-03:00",
            "Last down time": f"{onu.changed_at}-03:00" if onu.cause else "-",
            "Last dying gasp time": f"{onu.changed_at}-03:00" if onu.cause == "dying_gasp" else "-",
            "ONT online duration": "-" if down else "1 day(s), 2 hour(s), 3 minute(s), 4 second(s)",
        }
        text = [_RULE, *(f"  {name:<24}: {value}" for name, value in rows.items()), _RULE]
        text += [f"  Line profile ID      : {onu.line_profile}", "  Line profile name    : ftth", _RULE]
        text += [f"  Service profile ID   : {onu.service_profile}", "  Service profile name : ftth", _RULE]
        return "\n".join(text)

    def _all(self, frame: str, slot: str, port: str) -> str:
        pon = f"{frame}/{slot}/{port}"
        if pon not in self.plant.pons:
            raise PlantRefused("unknown")
        onus = sorted(self.plant.pons[pon].values(), key=lambda onu: onu.number)
        if not onus:
            return "  Failure: There is no ONT available"
        head = "  F/S/P   ONT         SN         Control     Run      Config   Match    Protect"
        text = [_RULE, head, "          ID                     flag        state    state    state    side", _RULE]
        for onu in onus:
            where = f"  {frame}/ {slot}/{port} {onu.number:>4}  {_hex(onu.serial)}"
            state = (
                "active      online   normal   match   "
                if onu.state == "online"
                else (f"{'active' if onu.active else 'deactive':<11} offline  initial  initial ")
            )
            text.append(f"{where}  {state} no")
        text += [_RULE, "  F/S/P   ONT-ID   Description", _RULE]
        text += [f"  {frame}/ {slot}/{port} {onu.number:>7}   {onu.description or '-'}" for onu in onus]
        online = sum(onu.state == "online" for onu in onus)
        total = f"  In port {frame}/ {slot}/{port} , the total of ONTs are: {len(onus)}, online: {online}"
        return "\n".join([*text, _RULE, total, _RULE])

    def _summary(self, pon: str) -> str:
        if pon in self.plant.broken:
            return "  Failure: System is busy, please retry after a while"
        onus = sorted(self.plant.pons[pon].values(), key=lambda onu: onu.number)
        if not onus:
            return "  Failure: There is no ONT available"
        online = sum(onu.state == "online" for onu in onus)
        text = [_RULE, f"  In port {pon}, the total of ONTs are: {len(onus)}, online: {online}", _RULE]
        text += [
            "  ONT  Run     Last                Last                Last",
            "  ID   State   UpTime              DownTime            DownCause",
            _RULE,
        ]
        for onu in onus:
            down = onu.changed_at if onu.cause else "-"
            text.append(f"  {onu.number:<4} {onu.state:<7} {onu.changed_at:<19} {down:<19} {_CAUSES[onu.cause][:24]}")
        text += [
            _RULE,
            "  ONT        SN        Type          Distance Rx/Tx power  Description",
            "  ID                                    (m)      (dBm)",
            _RULE,
        ]
        for onu in onus:
            light = f"{onu.distance_m:<5} {onu.rx_dbm:.2f}/{onu.tx_dbm:.2f}" if onu.state == "online" else "-     -/-"
            text.append(f"  {onu.number:<3} {_hex(onu.serial)} EG8145X6-10      {light}  {onu.description or 'x'}")
        return "\n".join([*text, _RULE])

    def _autofind(self) -> str:
        text = []
        for count, (pon, serial, model) in enumerate(self.plant.waiting, 1):
            rows = {
                "Number": count,
                "F/S/P": pon,
                "Ont SN": f"{_hex(serial)} ({serial[:4]}-{serial[4:]})",
                "Password": "0x00000000000000000000",
                "Loid": "",
                "Checkcode": "",
                "VendorID": serial[:4],
                "Ont Version": "494.B",
                "Ont SoftwareVersion": "V5R019C10S150",
                "Ont EquipmentID": model,
                "Ont autofind time": "2000-01-01 00:00:00+00:00",
            }
            text += ["   " + "-" * 76, *(f"   {name:<20}: {value}" for name, value in rows.items())]
        return "\n".join([*text, "   " + "-" * 76]) if text else "  Failure: The automatically found ONTs do not exist"

    def _boards(self) -> str:
        slots = sorted({pon.split("/")[1] for pon in self.plant.pons})
        head = "  SlotID  BoardName  Status          SubType0 SubType1    Online/Offline"
        rows = [f"  {slot:<7} H901GPHF   Normal" for slot in slots] + ["  9       H901MPLA   Active_normal   CPCF"]
        return "\n".join([_RULE, head, _RULE, *rows, _RULE])

    def _board(self, board: str) -> str:
        ports = [pon.split("/")[2] for pon in self.plant.pons if pon.startswith(f"{board}/")]
        rows = [f"  {port:>4}    GPON        0               20          Online" for port in ports]
        head = "   Port   Port   min-distance   max-distance  Optical-module"
        return "\n".join([_RULE, "  Board Name         : H901GPHF", _RULE, head, _RULE, *rows, _RULE])

    def _services(self, pon: str, number: str) -> str:
        onu = self.plant.onu(pon, int(number))
        if not onu.services:
            return "  Failure: No service virtual port can be operated"
        frame, slot, port = pon.split("/")
        text = [
            "Switch-Oriented Flow List",
            _RULE,
            "   INDEX VLAN VLAN     PORT F/ S/ P VPI  VCI   FLOW  FLOW       RX   TX   STATE",
            "         ID   ATTR     TYPE                    TYPE  PARA",
            _RULE,
        ]
        for index, (vlan, gem) in onu.services.items():
            flow = f"gpon {frame}/{slot} /{port}  {number:<4} {gem:<5} vlan  {vlan:<10} -    -    up"
            text.append(f"   {index:>5} {vlan:<4} common   {flow}")
        return "\n".join([*text, _RULE, f"   Total : {len(onu.services)}  (Up/Down :    1/0)"])

    def _macs(self, pon: str, number: str) -> str:
        onu = self.plant.onu(pon, int(number))
        frame, slot, port = pon.split("/")
        if onu.state != "online" or not onu.macs:
            return "  Failure: There is not any MAC address record"
        head = [
            " " + "-" * 63,
            " F/S/P   ONTID    ONT        ONT       MAC-ADDRESS        VLAN",
            "                   port-type  port-ID",
            " " + "-" * 63,
        ]
        rows = [f" {frame}/ {slot}/{port} {number:>6}    ETH              1   {mac}     1003" for mac in onu.macs]
        return "\n".join([*head, *rows, " " + "-" * 63, f" Total: {len(rows)}"])

    def _optics(self, port: str, number: str) -> str:
        onu = self._of(port, number)
        if onu.state != "online":
            return "  Failure: The ONT is not online"
        rows = {
            "ONU NNI port ID": 0,
            "Module type": "GPON",
            "Rx optical power(dBm)": f"{onu.rx_dbm:.2f}",
            "Rx power current warning threshold(dBm)": "[-,-]",
            "Rx power current alarm threshold(dBm)": "[-29.0,-7.0]",
            "Tx optical power(dBm)": f"{onu.tx_dbm:.2f}",
            "Laser bias current(mA)": 12,
            "Temperature(C)": 49,
            "Voltage(V)": "3.340",
            "OLT Rx ONT optical power(dBm)": f"{onu.olt_rx_dbm:.2f}, out of range[-27.00, -7.00]",
            "CATV Rx optical power(dBm)": "-",
        }
        return "\n".join([_RULE, *(f"  {name:<39}: {value}" for name, value in rows.items()), _RULE])


def _hex(serial: str) -> str:
    return serial[:4].encode().hex().upper() + serial[4:]
