"""Internet lenta: the same measurement, told in the light of speed."""

from __future__ import annotations

from bot.answers import signal_release
from bot.answers.diagnosis import start_diagnosis
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Blocked means slow too, where the block only lowers the rate."""
    contract = turn.contract()
    stopped = signal_release.out_of_service(turn, contract, turn.texts("outage.blocked"))
    return stopped or start_diagnosis(turn, contract, "slow")
