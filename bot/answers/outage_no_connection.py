"""Sem internet: blocked for debt? known incident? then the line is measured and the verdict told."""

from __future__ import annotations

from bot.answers import signal_release
from bot.answers.diagnosis import start_diagnosis
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """A blocked customer is never walked through router resets."""
    contract = turn.contract()
    stopped = signal_release.out_of_service(turn, contract, turn.texts("outage.blocked"))
    return stopped or start_diagnosis(turn, contract, "")
