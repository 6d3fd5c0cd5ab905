"""Any message that the ports allow, for property tests: every kind, every length, every alphabet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from billing.payment import Payment
from webhooks.channels.ports import File, Link, Outgoing, Reaction, Recipient, Template, TemplateButton

EMOJI = ["👨‍👩‍👧‍👦", "🇧🇷", "👩🏽‍🔧", "❤️", "ã", "a\u0303", "\n", " "]


def words(longest: int) -> st.SearchStrategy[str]:
    """Texts that say something, short ones and some that are longer than `longest`."""
    piece = st.one_of(st.text(min_size=1, max_size=12), st.sampled_from(EMOJI)).map(lambda text: f"{text}.")
    return st.tuples(piece, st.sampled_from([1, 2, longest // 10, longest])).map(lambda both: both[0] * both[1])


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), strategy)


RECIPIENTS = st.one_of(
    st.from_regex(r"55[1-9]{2}[2-9][0-9]{7,8}", fullmatch=True).map(lambda number: Recipient(wa_id=number)),
    st.from_regex(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", fullmatch=True).map(lambda name: Recipient(bsuid=name)),
    st.from_regex(r"BR\.[0-9]{16}", fullmatch=True).map(lambda name: Recipient(wa_id="5512981110001", bsuid=name)),
)
OPTIONS = st.lists(
    st.tuples(words(100).map(lambda name: name[:200]), words(100), maybe(words(200))),
    max_size=14,
    unique_by=lambda option: option[0],
).map(tuple)
LINKS = st.builds(
    Link, title=words(60), url=st.from_regex(r"https?://[a-z]{1,20}\.br/[a-z0-9?=&]{0,40}", fullmatch=True)
)
PDF = st.builds(File, words(300), st.just("application/pdf"), st.just(b"%PDF-1.4"))
PICTURE = st.builds(File, words(300), st.just("image/png"), st.just(b"\x89PNG\r\n\x1a\n"))
SOUND = st.builds(File, words(300), st.just("audio/ogg"), st.just(b"OggS"))
FILM = st.builds(File, words(300), st.just("video/mp4"), st.just(b"\x00\x00\x00\x18ftypmp42"))
REFERENCES = st.from_regex(r"[A-Za-z0-9_.-]{1,60}", fullmatch=True)
LINES = st.from_regex(r"[0-9]{47,48}", fullmatch=True)


@st.composite
def payments(draw: st.DrawFn) -> Payment:
    """A payment with one way to pay, or two, or all three."""
    pix = {
        "pix_code": draw(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=20)),
        "pix_merchant": draw(words(60).map(lambda name: name[:60])),
        "pix_key": "39580525000189",
        "pix_key_type": draw(st.sampled_from(["CPF", "CNPJ", "EMAIL", "PHONE", "EVP"])),
    }
    ways = [pix, {"boleto_line": draw(LINES)}, {"link": draw(LINKS).url}]
    chosen = draw(st.sets(st.sampled_from([0, 1, 2]), min_size=1))
    fields: dict[str, Any] = {key: value for place in chosen for key, value in ways[place].items()}
    status = draw(st.sampled_from(["pending", "processing", "completed", "canceled"]))
    return Payment(
        draw(REFERENCES),
        item=draw(maybe(words(100))),
        total_cents=draw(st.integers(1, 10**9)),
        status=status,
        note=draw(maybe(words(200))),
        **fields,
    )


BUTTON_VALUES = {
    "url": st.from_regex(r"[A-Za-z0-9/?=-]{1,60}", fullmatch=True),
    "quick_reply": words(60).map(lambda value: value[:200]),
    "copy_code": st.from_regex(r"[A-Z0-9]{4,15}", fullmatch=True),
    "flow": maybe(st.from_regex(r"[a-z0-9]{4,60}", fullmatch=True)),
    "order_details": st.just(""),
}


@st.composite
def templates(draw: st.DrawFn, header_file: bool) -> Template:
    """A template with any components."""
    kinds = draw(st.lists(st.sampled_from([*BUTTON_VALUES]), max_size=4))
    buttons = tuple(TemplateButton(kind, place, draw(BUTTON_VALUES[kind])) for place, kind in enumerate(kinds))
    return Template(
        draw(st.from_regex(r"[a-z0-9_]{1,60}", fullmatch=True)),
        draw(st.sampled_from(["pt_BR", "es", "en_US"])),
        draw(st.sampled_from(["UTILITY", "MARKETING", "AUTHENTICATION"])),
        header_file=header_file,
        header=tuple(draw(st.lists(words(60), max_size=1))),
        body=tuple(draw(st.lists(words(200), max_size=6))),
        buttons=buttons,
    )


PARTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "text": {"text": words(6000), "preview": st.booleans()},
    "buttons": {"text": words(3000), "options": OPTIONS, "list_button": maybe(words(60))},
    "list": {"text": words(3000), "options": OPTIONS, "list_button": maybe(words(60))},
    "link": {"text": words(3000), "link": LINKS},
    "document": {"text": maybe(words(3000)), "file": PDF},
    "image": {"text": maybe(words(3000)), "file": PICTURE},
    "audio": {"text": st.just(""), "file": SOUND},
    "video": {"text": maybe(words(3000)), "file": FILM},
    "location_request": {"text": words(3000)},
    "contact_request": {"text": words(3000)},
    "reaction": {
        "text": st.just(""),
        "reaction": st.builds(Reaction, st.just("wamid.1"), st.sampled_from(["", "👍", "👩🏽‍🔧", "❤️"])),
    },
    "template": {
        "text": st.just(""),
        "template": st.booleans().flatmap(templates),
        "payment": payments(),
        "file": st.one_of(PDF, PICTURE),
    },
    "payment": {"text": words(3000), "payment": payments(), "file": st.one_of(st.none(), PDF)},
    "payment_status": {"text": words(3000), "payment": payments()},
}


@st.composite
def outgoings(draw: st.DrawFn, kind: str) -> Outgoing:
    """A message of the kind."""
    message = Outgoing(
        key=draw(st.from_regex(r"[a-f0-9]{0,32}", fullmatch=True)), to=draw(RECIPIENTS), kind=kind, text=""
    )
    parts = {name: draw(strategy) for name, strategy in PARTS[kind].items()}
    quoted = draw(st.sampled_from(["", "wamid.HBgM"]))
    return replace(message, quoted_id=quoted, words=draw(maybe(words(3000))), **parts)
