"""Guided tests: what a customer can try for each verdict, one step at a time, and which steps the line can tell of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.dialogue import Dialogue
from bot.effects import Effect, Option, Remember, Say
from bot.turn import Turn

SOLVED, UNSOLVED = "tried:yes", "tried:no"
REBOOT, NO_REBOOT = "reboot:yes", "reboot:no"
REBOOT_STEP = "reboot"

STEPS: Mapping[str, tuple[str, ...]] = {
    "no_power": ("outlet", "adapter"),
    "offline": ("restart_onu",),
    "not_connected": (REBOOT_STEP, "restart_router", "wan_cable"),
    "cpe_problem": (REBOOT_STEP, "restart_router"),
    "all_good": (REBOOT_STEP, "restart_router"),
    "not_measured": ("restart_all",),
}
WHEN_SLOW = (REBOOT_STEP, "near_wifi", "by_cable")
# What happens behind the router is not seen from here: after these the next step comes at once.
UNSEEN = frozenset({"near_wifi", "by_cable"})
# What a reading can show to be over: the line is there again.
OF_THE_LINE = frozenset({"no_power", "offline", "fibre_cut", "not_connected"})


@dataclass(frozen=True)
class Guide:
    """How far a guided test of `contract` got.

    `cause` is the verdict it is about, `step` the one that waits for an answer, `done` the ones that did not help, in
    order. `slow`: it is about speed. `reboot`: this line's ONU can be restarted from here.
    """

    contract: str = ""
    cause: str = ""
    step: str = ""
    done: tuple[str, ...] = ()
    slow: bool = False
    reboot: bool = False

    @classmethod
    def of(cls, dialogue: Dialogue) -> Guide:
        """As it was kept; a new one where none was, or one of another contract."""
        kept = dialogue.guide if dialogue.guide.get("contract") == dialogue.contract else {}
        return cls(
            dialogue.contract,
            str(kept.get("cause", "")),
            str(kept.get("step", "")),
            tuple(kept.get("done", ())),
            bool(kept.get("slow")),
            bool(kept.get("reboot")),
        )

    def kept(self) -> dict[str, Any]:
        """As JSON that `of` reads back."""
        return {
            "contract": self.contract,
            "cause": self.cause,
            "step": self.step,
            "done": list(self.done),
            "slow": self.slow,
            "reboot": self.reboot,
        }

    def after_step(self) -> Guide:
        """The step did not help."""
        done = (*self.done, self.step) if self.step else self.done
        return replace(self, step="", done=tuple(dict.fromkeys(done)))

    @property
    def next(self) -> str:
        """The step that comes next; nothing where none is left."""
        steps = WHEN_SLOW if self.slow and self.cause == "all_good" else STEPS.get(self.cause, ())
        return next((one for one in steps if one not in self.done and (self.reboot or one != REBOOT_STEP)), "")


def ask_step(turn: Turn, guide: Guide, start: str) -> list[Effect]:
    """Asks for the guide's next step, with the sentence `start` before it; there has to be one."""
    step = guide.next
    text = f"{start} {turn.texts(f'step.{step}')}".strip()
    kept = replace(guide, step=step).kept()
    if step == REBOOT_STEP:
        expect, options = "confirm_reboot", reboot_options(turn)
    else:
        expect, options = "tried", tried_options(turn)
    return [
        Say(text, options),
        Remember(replace(turn.dialogue, expect=expect, intent="", misses=0, guide=kept, data={})),
    ]


def tried_options(turn: Turn) -> tuple[Option, ...]:
    """The buttons under a step that the customer is asked to try."""
    return Option(SOLVED, turn.texts("button.solved")), Option(UNSOLVED, turn.texts("button.unsolved"))


def reboot_options(turn: Turn) -> tuple[Option, ...]:
    """The buttons under the offer to restart the ONU from here."""
    return Option(REBOOT, turn.texts("button.reboot")), Option(NO_REBOOT, turn.texts("button.not_now"))
