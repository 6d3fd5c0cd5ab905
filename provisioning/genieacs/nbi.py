"""GenieACS's NBI: devices, tasks and faults over HTTP, and what really became of a task."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

import requests

from core.errors import Misconfigured, Refused, Unreachable
from core.http import make_session, send
from provisioning.driver import Log

# A name that the NBI does not know ends its process: there are no others than these.
TaskName = Literal["getParameterValues", "setParameterValues", "refreshObject", "reboot"]
Ending = Literal["done", "deleted", "queued", "faulted"]
Tree = Mapping[str, Any]


@dataclass(frozen=True)
class TaskEnd:
    """What became of a task: done by the router, deleted because the router was away, queued because it could not be
    deleted, or faulted (`fault`: the router's own words). `at` is when the ACS took it, by the ACS's clock."""

    ending: Ending
    at: datetime | None = None
    fault: str = ""


class Nbi:
    """One ACS. Raises Unreachable when it does not answer (ambiguous after a task was sent), Misconfigured when the
    credentials are wrong, Refused("unknown_cpe") for a device that it does not know."""

    def __init__(self, url: str, *, user: str = "", password: str = "", log: Log, wait_seconds: float = 6.0) -> None:
        """`wait_seconds` is how long the ACS waits for a router."""
        self._url = url.rstrip("/")
        self._session = make_session()
        self._session.auth = (user, password) if user else None
        self._log = log
        self._wait_seconds = wait_seconds

    def close(self) -> None:
        """Ends the connections. May be called twice."""
        self._session.close()

    def devices(self, query: Tree, projection: Sequence[str]) -> list[dict[str, Any]]:
        """The devices for which `query` (MongoDB's form) holds, reduced to the `projection`."""
        return self._list("devices", query, projection)

    def tasks(self, device: str) -> list[dict[str, Any]]:
        """What waits for this device."""
        return self._list("tasks", {"device": device})

    def delete_task(self, number: str) -> Literal["deleted", "gone", "kept"]:
        """Takes a task off the queue. `gone`: it was no longer there; `kept`: it may still run."""
        status = self._call("DELETE", f"tasks/{quote(number, safe='')}").status_code
        return "deleted" if status == 200 else "gone" if status == 404 else "kept"

    def run(self, device: str, name: TaskName, **arguments: Any) -> TaskEnd:
        """Has the router do it now. A task that it did not do is deleted, so that it does not happen some other day."""
        wait = f"timeout={int(self._wait_seconds * 1000)}&connection_request"
        self._log(f"{name} {_shown(arguments)}".strip())
        answer = self._call("POST", f"devices/{quote(device, safe='')}/tasks?{wait}", {"name": name, **arguments})
        if answer.status_code == 404:
            raise Refused("unknown_cpe", device)
        if answer.status_code not in (200, 202):
            raise Unreachable("acs_error", str(answer.status_code), ambiguous=True)
        task = _parsed(answer)
        at = moment(task.get("timestamp"))
        if answer.status_code == 200:
            self._log(f"{name}: feito")
            return TaskEnd("done", at)
        return self._not_done(device, str(task.get("_id", "")), at)

    def _not_done(self, device: str, number: str, at: datetime | None) -> TaskEnd:
        """The reason of a 202 may be lost on its way through a proxy; the list of faults tells."""
        fault_id = f"{device}:task_{number}"
        fault = ""
        try:
            fault = next((_fault(row) for row in self._list("faults", {"_id": fault_id})), "")
            left = self.delete_task(number)
            if fault:
                self._call("DELETE", f"faults/{quote(fault_id, safe='')}")
        except Unreachable:
            left = "kept"
        self._log(f"falha do roteador: {fault}" if fault else f"o roteador não respondeu; tarefa: {left}")
        if left == "kept":
            return TaskEnd("queued", at, fault)
        if fault:
            return TaskEnd("faulted", at, fault)
        # A task that left the queue without us was done after all: what can be read back decides.
        return TaskEnd("deleted" if left == "deleted" else "done", at)

    def _list(self, what: str, query: Tree, projection: Sequence[str] = ()) -> list[dict[str, Any]]:
        parameters = {"query": json.dumps(query, separators=(",", ":"))}
        if projection:
            parameters["projection"] = ",".join(projection)
        answer = self._call("GET", f"{what}/", parameters=parameters)
        if answer.status_code != 200:
            raise Unreachable("acs_error", str(answer.status_code))
        found = _parsed(answer)
        if not isinstance(found, list):
            raise Misconfigured("acs_answer", f"{what}: no list")
        return found

    def _call(
        self, method: str, path: str, body: Tree | None = None, parameters: Mapping[str, str] | None = None
    ) -> requests.Response:
        timeout = (3.0, self._wait_seconds + 5.0)
        answer = send(self._session, method, f"{self._url}/{path}", timeout=timeout, json=body, params=parameters)
        if answer.status_code in (401, 403):
            raise Misconfigured("acs_login", str(answer.status_code))
        return answer


def moment(text: object) -> datetime | None:
    """A time of the NBI ("2026-11-22T01:01:29.542Z"); None for what is none."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _parsed(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise Misconfigured("acs_answer", "no JSON") from error


def _fault(row: Tree) -> str:
    return f"{row.get('code', '')} {row.get('message', '')}".strip()[:200]


def _shown(arguments: Tree) -> str:
    """The arguments without their values: a Wi-Fi password is one."""
    names = [item[0] for item in arguments.get("parameterValues", ())]
    return ", ".join([*names, *arguments.get("parameterNames", ()), arguments.get("objectName", "")]).strip(", ")
