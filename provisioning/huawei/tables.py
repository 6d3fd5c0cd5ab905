"""SmartAX's answers as rows, by the public ntc-templates; lines that a firmware added are left out, not fatal."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ntc_templates.parse import ParsingException, parse_output
from textfsm import TextFSMError

from core.errors import Unreachable

Row = Mapping[str, str]

_OFFENDER = re.compile(r"Input Line: (.*?)\.?$", re.DOTALL)
_NO_STATE = re.compile(r"^(\s+\d+\s+)-(?=\s+[-\d])", re.MULTILINE)
_PORT = re.compile(r"\s*In port (\S+?)\s*,")
_TERMINAL = re.compile(
    r"\s+(?P<ont_id>\d+)\s+(?P<serial_number>\w{12,16})\s+(?P<ont_model_type>\S+)\s+(?P<distance_m>\d+|-)"
    r"\s+(?P<rx_power_dbm>-?[\d.]+|-)/(?P<tx_power_dbm>-?[\d.]+|-)"
)
_MOST_STRANGE_LINES = 60
# Where the template stops at the first blank, or knows clocks east of Greenwich only.
_WHOLE = {
    "description": "Description",
    "last_down_cause": "Last down cause",
    "last_up_time": "Last up time",
    "last_down_time": "Last down time",
    "last_dying_gasp_time": "Last dying gasp time",
    "service_profile_id": "Service profile ID",
}


def rows(command: str, answer: str) -> list[dict[str, str]]:
    """The rows of `answer` to `command`, its columns named as ntc-templates names them.

    The templates name every line of the devices that they were recorded from and stop at any other: such lines are
    taken out one by one. Raises Unreachable("olt_answer") where nothing can be made of it.
    """
    text = _NO_STATE.sub(r"\1unknown", answer) if "info summary" in command else answer
    for _ in range(_MOST_STRANGE_LINES):
        try:
            found = parse_output(platform="huawei_smartax", command=command, data=text)
            return _completed(found, text)
        except (TextFSMError, ParsingException) as error:
            strange = _OFFENDER.search(str(error))
            lines = text.splitlines()
            if not strange or strange[1] not in lines:
                raise Unreachable("olt_answer", command) from error
            lines.remove(strange[1])
            text = "\n".join(lines)
    raise Unreachable("olt_answer", command)


def _completed(found: list[dict[str, str]], answer: str) -> list[dict[str, str]]:
    """The rows with what their template leaves out or cuts short."""
    if found and "last_dying_gasp_time" in found[0]:
        return [row | _whole(answer) for row in found]
    if found and "last_downcause" in found[0]:
        terminals = _terminals(answer)
        return [row if row["serial_number"] else row | terminals.get((row["port"], row["ont_id"]), {}) for row in found]
    return found


def _terminals(answer: str) -> dict[tuple[str, str], dict[str, str]]:
    """The second table of a summary by port and number: the template knows no ONU with a short description."""
    port, terminals = "", {}
    for line in answer.splitlines():
        if named := _PORT.match(line):
            port = named[1]
        elif terminal := _TERMINAL.match(line):
            terminals[port, terminal["ont_id"]] = terminal.groupdict()
    return terminals


def _whole(answer: str) -> dict[str, str]:
    """Fields of one ONU that the template cuts short."""
    found = {
        name: re.search(rf"^\s*{label}\s*:[ \t]*(\S.*?)\s*$", answer, re.MULTILINE) for name, label in _WHOLE.items()
    }
    return {name: value[1] for name, value in found.items() if value and value[1] != "-"}
