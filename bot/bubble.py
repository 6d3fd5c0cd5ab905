"""Every reply costs: what is said in one turn is one bubble, unless the channel takes no more in one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from bot.dialogue import Dialogue
from bot.effects import Close, Effect, HandOff, Remember, Say
from bot.turn import Turn

Noted = TypeVar("Noted", bound=Effect)

CAPTION_LIMIT = 1000
BODY_LIMIT = 1024


def remembered(dialogue: Dialogue, effects: Sequence[Effect]) -> Dialogue:
    """The dialogue as the effects leave it."""
    for effect in effects:
        if isinstance(effect, Remember):
            dialogue = effect.dialogue
    return dialogue


def without_memory(effects: Sequence[Effect]) -> list[Effect]:
    """The effects without what they remember."""
    return [effect for effect in effects if not isinstance(effect, Remember)]


def in_one_bubble(turn: Turn, effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects with all that is said put together; the first bubble of a conversation carries its protocol."""
    # Two wishes that meet the same hindrance are told of it once.
    said = _once([effect for effect in effects if isinstance(effect, Say)])
    dialogue = remembered(turn.dialogue, effects)
    rest = _once([effect for effect in without_memory(effects) if not isinstance(effect, Say)])
    if not said:
        return (*rest, Remember(dialogue)) if dialogue is not turn.dialogue else tuple(rest)
    if not dialogue.protocol_told and not any(turn.protocol in say.text for say in said):
        protocol = turn.texts("protocol", protocol=turn.protocol)
        said[-1] = _ending(said[-1], protocol)
    if any(isinstance(effect, HandOff | Close) for effect in effects):
        # Nobody of ours would read the tap. A place is for the person to read.
        said = [replace(say, options=(), list_button="", ask="" if say.ask == "contact" else say.ask) for say in said]
    bubbles = [part for group in _groups(said) for part in _bubble(group)]
    return (*bubbles, *rest, Remember(replace(dialogue, protocol_told=True)))


def as_bubbles(said: Say) -> list[Say]:
    """What is said in as few bubbles as the channel takes it."""
    return _bubble([said])


def _groups(said: Sequence[Say]) -> list[list[Say]]:
    """As few bubbles as the channel allows: a body has a limit, and a file has a bubble of its own."""
    groups: list[list[Say]] = [[said[0]]]
    for say in said[1:]:
        if _fit([*groups[-1], say]):
            groups[-1].append(say)
        else:
            groups.append([say])
    return groups


def _fit(group: Sequence[Say]) -> bool:
    """Whether one bubble has room for all of them: a payment or a link takes no other things to tap, and no file."""
    files, bills = (sum(getattr(say, name) is not None for say in group) for name in ("document", "bill"))
    if len(_text(group)) > BODY_LIMIT or files > 1 or bills > 1:
        return False
    alone = [say for say in group if _alone(say)]
    others = [say for say in group if not _alone(say) and (say.options or say.document or say.ask)]
    return not alone or (len(alone) == 1 and not others)


def _alone(say: Say) -> bool:
    return bool(say.payment or say.link)


def _ending(say: Say, more: str) -> Say:
    """The same with a paragraph more, however it is said."""
    return replace(say, text=f"{say.text}\n\n{more}", words=f"{say.words}\n\n{more}" if say.words else "")


def _bubble(group: Sequence[Say]) -> list[Say]:
    text = _text(group)
    alone = next((say for say in group if _alone(say)), None)
    bill = next((say.bill for say in group if say.bill), None)
    if alone:
        words = "\n\n".join(say.words or say.text for say in group) if alone.words else ""
        return [replace(alone, text=text, words=words, bill=bill)]
    last = next((say for say in reversed(group) if say.options), group[-1])
    document = next((say.document for say in group if say.document), None)
    ask = next((say.ask for say in group if say.ask), "")
    written = Say(text, ask=ask) if ask else Say(text, last.options, last.list_button)
    if document and (len(text) > CAPTION_LIMIT or written.options or written.ask):
        # A caption is short and takes no buttons: the words follow in a bubble of their own.
        return [Say("", document=document, bill=bill), written]
    return [replace(written, document=document, bill=bill)]


def _text(group: Sequence[Say]) -> str:
    return "\n\n".join(say.text for say in group)


def _once(effects: Sequence[Noted]) -> list[Noted]:
    """What several answers say or note alike is said and noted once."""
    return [effect for place, effect in enumerate(effects) if effect not in effects[:place]]
