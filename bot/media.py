"""Messages that are more, or less, than words: what the bot does about files, voices, places and what it cannot see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogue import Dialogue
from bot.effects import Effect, Option, Remember, Say
from bot.money_effects import ReadProofs
from bot.people import PAPERS, hand_off, learnt
from bot.turn import Turn

FILES = frozenset({"image", "document"})
# The parts of an album are posted side by side, and the last may be minutes of upload behind the first.
ALBUM_TAKES = timedelta(minutes=2)


def sent_proof(turn: Turn) -> bool:
    """Whether a file came, now or just before, with words that call it the proof of a payment."""
    file = turn.dialogue.data.get("file") or turn.kinds & FILES
    return bool(file) and turn.replies.proves(turn.text)


def only_greets(turn: Turn) -> bool:
    """Whether somebody opened the chat, or waved with a sticker, before anything was said."""
    return bool(turn.kinds) and turn.kinds <= {"welcome", "sticker"} and not turn.dialogue.protocol_told


def noted(turn: Turn) -> Turn:
    """The turn with the places that were sent among what a person should know."""
    for message in turn.inbound:
        if message.place:
            line = turn.texts("learnt.location", place=message.place)
            known = replace(turn.dialogue, learnt=learnt(turn, line, once=True))
            turn = replace(turn, dialogue=known)
    return turn


def about_media(turn: Turn) -> list[Effect]:
    """A proof of payment goes to a person. Of other messages without a word, what says most is answered."""
    asked = PAPERS & {turn.dialogue.intent, *turn.dialogue.intents}
    if sent_proof(turn) or (turn.kinds & FILES and asked):
        told = hand_off(turn, "Financeiro", "payment_proof", "handoff.payment_proof")
        return [ReadProofs(turn.dialogue.contract or ""), *told]
    for kind, answer in _ANSWERS.items():
        if kind in turn.kinds:
            return answer(turn)
    return _ask(turn, "media.no_words")


def not_heard(turn: Turn) -> list[Effect]:
    """A voice note that nobody could turn into words, or not into sure ones, for the second time: a person listens."""
    return hand_off(turn, "N1", "voice", "handoff.voice")


def _voice(turn: Turn) -> list[Effect]:
    if turn.voice == "hand_over" or "voice" in turn.dialogue.told:
        return not_heard(turn)
    return _ask(turn, "media.audio", told="voice")


def _file(turn: Turn) -> list[Effect]:
    return _of_album(turn, "media.file")


def _video(turn: Turn) -> list[Effect]:
    return _of_album(turn, "media.video")


def _of_album(turn: Turn, text: str) -> list[Effect]:
    """Asked about once for all parts. The next words may say that it is a proof."""
    before = turn.dialogue.data.get("file")
    data = {**turn.dialogue.data, "file": turn.now.isoformat()}
    dialogue = replace(turn.dialogue, data=data)
    if isinstance(before, str) and turn.now - datetime.fromisoformat(before) < ALBUM_TAKES:
        return [Remember(dialogue)]
    return _ask(replace(turn, dialogue=dialogue), text)


def _place(turn: Turn) -> list[Effect]:
    if "place" in turn.dialogue.told:
        return _silence(turn.dialogue)
    return [Say(turn.texts("media.location")), Remember(_told(turn.dialogue, "place"))]


def _unseen(turn: Turn) -> list[Effect]:
    """Asked for in writing once. After that only people see it; where nothing else was understood, they take over."""
    if "unseen" in turn.dialogue.told and not turn.dialogue.misses:
        return _silence(turn.dialogue)
    return _ask(turn, "media.unsupported", told="unseen")


def _card(turn: Turn) -> list[Effect]:
    """A card that we asked for is read where it comes in, even if nobody waits for it any more."""
    return _silence(turn.dialogue) if "phone" in turn.dialogue.told and not turn.phone_hidden else _unseen(turn)


def _courtesy(turn: Turn) -> list[Effect]:
    return _silence(turn.dialogue)


_ANSWERS: dict[str, Callable[[Turn], list[Effect]]] = {
    "audio": _voice,
    "image": _file,
    "document": _file,
    "video": _video,
    "location": _place,
    "contacts": _card,
    "order": _unseen,
    "unsupported": _unseen,
    "sticker": _courtesy,
    "welcome": _courtesy,
}


def _ask(turn: Turn, text: str, *, told: str = "") -> list[Effect]:
    if turn.dialogue.misses:
        return hand_off(turn, "N1", "not_understood", "handoff.not_understood")
    option = Option("intent:talk_to_human", turn.texts("menu.talk_to_human"))
    dialogue = replace(_told(turn.dialogue, told), misses=turn.dialogue.misses + 1)
    return [Say(turn.texts(text), (option,)), Remember(dialogue)]


def _told(dialogue: Dialogue, name: str) -> Dialogue:
    return replace(dialogue, told=tuple(dict.fromkeys((*dialogue.told, name)))) if name else dialogue


def _silence(dialogue: Dialogue) -> list[Effect]:
    """Decided upon, with nothing to say: remembering anew settles the messages."""
    return [Remember(replace(dialogue))]
