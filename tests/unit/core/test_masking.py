"""Masking: nothing personal or secret leaves in a log line, and useful ids stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import phone
from core.masking import mask_personal_data
from tests.vectors import load

VECTORS = load("vectors/cpf_cnpj.json")


@pytest.mark.parametrize(
    "number", [v[form] for k in ("cpf", "cnpj") for v in VECTORS[k] if v["valid"] for form in ("compact", "formatted")]
)
def test_mask_hides_every_valid_document(number: str) -> None:
    for line in (f"x document={number} y", f'{{"cpf": "{number}"}}', number, f"({number}),"):
        assert number not in mask_personal_data(line)


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("from 5512981110001 to bot", "from (12) *****-0001 to bot"),
        ("from 551281110007", "from (12) *****-0007"),
        ("call +14155552671", "call +*******2671"),
        ("tel (12) 98111-0001", "tel *****-0001"),
        ("tel 12 98111 0001", "tel *****-0001"),
        ("tel +55 12 98111-0001", "tel *****-0001"),
        ("landline 1233334444", "landline (12) ****-4444"),
        ("mistyped 52998224726", "mistyped *******4726"),
        ("cpf 529 982 247 25", "cpf ***.982.247-**"),
        ("Authorization: Bearer EAAGabcdefgh12345678", "Authorization: Bearer ***"),
        ("sent EAAGabcdefgh12345678", "sent ***"),
        ("GET /mk/WS.rule?sys=MK0&token=abc123&x=1", "GET /mk/WS.rule?sys=MK0&token=***&x=1"),
        ('{"access_token": "abc", "n": 1}', '{"access_token": "***", "n": 1}'),
        ("senha=segredo", "senha=***"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***"),
    ],
)
def test_mask_hides_phones_and_secrets(line: str, masked: str) -> None:
    assert mask_personal_data(line) == masked


@pytest.mark.parametrize(
    "line",
    [
        "turn done in 12 ms",
        "outbox-12-3 conversation 4711",
        "protocolo 202611220000017",
        "at 2026-11-22T02:38:00.123456+00:00",
        "phone_number_id 106540352242922",
        "due 05/12/2026 amount R$ 1.234,50",
        "ONU HWTC00000001 rx -19.4 dBm at 0/1/0",
        "wamid.HBgNNTUxMjk4MTExMDAwMRUCABIYFA==",
        "10.20.30.40:1812",
        "",
    ],
)
def test_mask_leaves_useful_ids_alone(line: str) -> None:
    assert mask_personal_data(line) == line


@given(st.sampled_from(sorted(phone.AREA_CODES)), st.from_regex(r"9[0-9]{8}", fullmatch=True))
def test_mask_hides_every_mobile_in_every_form(area: str, local: str) -> None:
    forms = (f"55{area}{local}", f"+55{area}{local}", f"{area}{local}", f"({area}) {local[:5]}-{local[5:]}")
    for number in forms:
        assert local[:5] not in mask_personal_data(f"a {number} b").replace(local[-4:], "", 1)


@given(st.text(alphabet="0123456789 +().-/abEA:=token", max_size=60))
def test_mask_may_be_applied_twice(line: str) -> None:
    once = mask_personal_data(line)
    assert mask_personal_data(once) == once
