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
        ("cpf52998224725", "cpf***.982.247-**"),
        ("meu cpf é52998224725ok", "meu cpf é***.982.247-**ok"),
        ("cpf 529-982-247-25", "cpf ***.982.247-**"),
        ("cpf 529.982.247 25,", "cpf ***.982.247-**,"),
        ("cpf 529 982 24725", "cpf ***.982.247-**"),
        ("cpf 529982247-25", "cpf ***.982.247-**"),
        ("cnpj11222333000181", "cnpj**.222.333/0001-**"),
        ("cnpj 11 222 333 0001 81", "cnpj **.222.333/0001-**"),
        ("CNPJ12ABC34501DE35", "CNPJ**.ABC.345/01DE-**"),
        ("whats12981110001", "whats(12) *****-0001"),
        ("tel12 98111-0001", "tel*****-0001"),
        ("meu número 98111-0001", "meu número *****-0001"),
        ("tel: 981110001", "tel*****-0001"),
        ("manda pra Ana.Souza@exemplo.com.br", "manda pra A***@exemplo.com.br"),
        ("52998224725@exemplo.com", "5***@exemplo.com"),
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
        "request 6f1a2b3c-4d5e-4f60-8123-456789abcdef",
        "model 3f786850e387550fdab836ed7e6dc881de23001b",
        "@app.route in line 12345",
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


CPF = "52998224725"
SPOKEN = st.text(alphabet="abçdéfgho isn,;:!?\n", max_size=12)


@given(SPOKEN, SPOKEN, st.tuples(*[st.sampled_from(["", " ", ".", "-", " - ", ". ", "/", "\u2013"])] * 3))
def test_mask_hides_a_cpf_however_it_is_divided_and_whatever_it_touches(
    before: str, after: str, gaps: tuple[str, str, str]
) -> None:
    written = f"{CPF[:3]}{gaps[0]}{CPF[3:6]}{gaps[1]}{CPF[6:9]}{gaps[2]}{CPF[9:]}"
    masked = mask_personal_data(f"{before}{written}{after}")
    assert written not in masked
    assert "529" not in masked
    assert "***.982.247-**" in masked


@given(SPOKEN, st.from_regex(r"[a-z][a-z0-9._+-]{2,12}@[a-z]{2,8}(\.[a-z]{2,3}){1,2}", fullmatch=True))
def test_mask_hides_the_name_in_an_email_address(before: str, address: str) -> None:
    name, _, domain = address.partition("@")
    masked = mask_personal_data(f"{before} {address} ok")
    assert address not in masked
    # The domain stays, and may be spelt like the name.
    assert name not in masked.replace(before, "").replace(domain, "")


@pytest.mark.parametrize("unit", ["a", "1", "1 ", "a@", "529.", "+55 ", "tel ", "12 98111-", "cpf"])
def test_mask_ends_when_a_long_line_repeats_one_thing(unit: str) -> None:
    assert mask_personal_data(unit * 4096)


@given(st.text(alphabet="0123456789 +().-/abEA:=token@cpf", max_size=60))
def test_mask_may_be_applied_twice(line: str) -> None:
    once = mask_personal_data(line)
    assert mask_personal_data(once) == once
