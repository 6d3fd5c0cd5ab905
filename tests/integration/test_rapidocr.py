"""The engine for pictures of proofs, where it is installed, on receipts as phones show, photograph and forward them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.util import find_spec

import pytest
from PIL import Image

from billing.e2e_id import ALIKE_FROM, ALIKE_TO
from billing.proof_reader import PictureReader, load_reader, words_of
from billing.proof_text import ProofRead, read_proof
from core.document import Document
from tests.integration.receipts import (
    DAY,
    NIGHT,
    Look,
    as_jpeg,
    as_taken,
    one_below_the_other,
    photographed,
    reduced,
    side_by_side,
    sideways,
)

E2E, LOOKS_LIKE_ANYTHING = "E00416968202611221530aB3dE5gH7jK", "E18236120202611221530s0O1lI5S8B2"
ALIKE = str.maketrans(ALIKE_FROM, ALIKE_TO)
Layout = Callable[[Look, str, str, str, list[tuple[str, str]]], Image.Image]


@pytest.fixture(scope="module")
def engine() -> PictureReader:
    if find_spec("rapidocr") is None or find_spec("onnxruntime") is None:
        pytest.skip("rapidocr is not installed: pip install -r requirements-ocr.txt")
    reader = load_reader("rapidocr")
    assert reader
    return reader


def drawn(layout: Layout, look: Look, e2e_id: str = E2E, amount: str = "R$ 1.234,56") -> Image.Image:
    rows = [
        ("Quem recebeu", "CONECTA VALE TELECOM LTDA"),
        ("CNPJ", "11.222.333/0001-81"),
        ("Instituição", "BANCO IPÊ S.A."),
        ("Quem pagou", "Bruno Lima"),
        ("CPF", "***.456.789-**"),
        ("ID da transação", e2e_id),
    ]
    return layout(look, "Comprovante de Pix", amount, "22/11/2026 às 12:30:05", rows)


@pytest.mark.parametrize(
    ("layout", "look", "way", "quality"),
    [
        (one_below_the_other, DAY, as_taken, 90),
        (side_by_side, NIGHT, as_taken, 90),
        (one_below_the_other, NIGHT, photographed, 60),
        (side_by_side, DAY, photographed, 60),
        (one_below_the_other, NIGHT, reduced, 60),
        (side_by_side, DAY, reduced, 60),
        (one_below_the_other, DAY, sideways, 60),
    ],
)
def test_a_receipt_is_read_however_it_was_taken(
    engine: PictureReader, layout: Layout, look: Look, way: Callable[[Image.Image], Image.Image], quality: int
) -> None:
    read = read_proof(words_of(as_jpeg(drawn(layout, look), way, quality), "image/jpeg", engine).text)
    day = date(2026, 11, 22)
    assert read == ProofRead(
        amount_cents=123456,
        paid_on=day,
        e2e_id=E2E,
        made_on=day,
        payee="CONECTA VALE TELECOM LTDA",
        payee_document=Document("cnpj", "11222333000181"),
        receipt=True,
    )


@pytest.mark.parametrize("way", [as_taken, reduced])
def test_an_id_of_letters_that_look_alike_is_the_same_to_a_camera_or_not_claimed(
    engine: PictureReader, way: Callable[[Image.Image], Image.Image]
) -> None:
    data = as_jpeg(drawn(side_by_side, DAY, LOOKS_LIKE_ANYTHING), way, 60)
    read = read_proof(words_of(data, "image/jpeg", engine).text).e2e_id
    assert read is None or read.lower().translate(ALIKE) == LOOKS_LIKE_ANYTHING.lower().translate(ALIKE)


def test_a_picture_without_words_says_nothing(engine: PictureReader) -> None:
    assert words_of(as_jpeg(Image.new("RGB", (600, 900), "#335533"), as_taken, 80), "image/jpeg", engine).text == ""
