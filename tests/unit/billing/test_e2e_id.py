"""An end-to-end id is claimed only in its strict form, whatever recognition made of the sheet around it."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.e2e_id import LENGTH, find_e2e_id, moment_of

E2E = "E00416968202611221530aB3dE5gH7jK"


@pytest.mark.parametrize(
    "text",
    [
        f"ID da transação {E2E}",
        f"ID/Transação:{E2E}\nBanco Cambuci S.A.",
        f"ID da transação{E2E}",
        f"{E2E[:17]} {E2E[17:]}",
        f"ID da transação {E2E[:20]}\n{E2E[20:]}\nBanco Cambuci",
        f"{E2E[0]} {E2E[1:9]} {E2E[9:21]} {E2E[21:]} Ouvidoria",
        "EOO4I6968202611221S30aB3dE5gH7jK",
        "E0041696820261122l530aB3dE5gH7jK",
        f"Endereço Rua E 10, E e {E2E}",
    ],
)
def test_an_id_is_found_as_recognition_gave_it(text: str) -> None:
    assert find_e2e_id(text) == E2E


@pytest.mark.parametrize(
    "text",
    [
        E2E[:-1],
        f"{E2E}9",
        f"{E2E[:-1]} R",
        f"{E2E[:-5]}\nNome do recebedor",
        E2E.replace("E", "D", 1),
        E2E.replace("20261122", "20261340"),
        E2E.replace("20261122", "20260230"),
        E2E.replace("1530", "2561"),
        E2E.replace("aB3d", "aB-d"),
        "EMPRESA BRASILEIRA DE PAGAMENTOS LTDA",
        "",
    ],
)
def test_what_is_not_one_to_the_last_place_is_not_claimed(text: str) -> None:
    assert find_e2e_id(text) is None


def test_it_tells_when_it_was_made() -> None:
    assert moment_of(E2E) == datetime(2026, 11, 22, 15, 30)  # noqa: DTZ001 - it has no zone
    with pytest.raises(ValueError, match="no end-to-end id"):
        moment_of(E2E[:-1])


@given(st.text(alphabet=st.sampled_from("E0123456789OlISabZ \n"), max_size=120))
def test_whatever_is_found_is_an_id(text: str) -> None:
    found = find_e2e_id(text)
    assert found is None or (len(found) == LENGTH and moment_of(found))
