"""How the simulated Twilio says no: in the words of the real one, by code."""

from __future__ import annotations

from typing import Any


class TwilioRefusal(Exception):
    """An error answer. `code` is Twilio's, `status` the HTTP status that goes with it."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        about = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": str(self), "more_info": about, "status": self.status}


def not_found(path: str) -> TwilioRefusal:
    """For a resource that is not there."""
    return TwilioRefusal(20404, f"The requested resource {path} was not found", 404)


def switched_on(mode: str) -> TwilioRefusal:
    """For an error that was switched on by its code, or "500"."""
    if mode == "500":
        return TwilioRefusal(20500, "An internal server error has occurred", 500)
    statuses = {"20003": 401, "20429": 429, "63018": 429}
    return TwilioRefusal(int(mode), "Switched on at the simulator", statuses.get(mode, 400))
