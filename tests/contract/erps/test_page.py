"""The page on ERPs says of each what its adapter says of itself."""

from __future__ import annotations

from typing import get_args

import pytest

from billing.erp_kind import erp_kinds
from billing.ports import Capability
from tests.architecture.tree import text
from tests.contract.erps.scene import rigs

OPERATIONS = get_args(Capability)
# One row is enough for both ways of keeping the local ERP.
RIGS = {name: make for name, make in rigs().items() if name != "local over PostgreSQL"}


def table() -> dict[str, dict[str, str]]:
    """The cells of the page's table: by ERP, then by operation."""
    lines = [line for line in text("docs/erps.md").splitlines() if line.startswith("| ")]
    head, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.count("|") > 6]
    return {row[0].split("`")[1]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def test_every_operation_is_a_column() -> None:
    assert {tuple(cells) for cells in table().values()} == {OPERATIONS}


def test_every_erp_is_a_row() -> None:
    assert erp_kinds().keys() | {"local"} <= table().keys()


@pytest.mark.parametrize("name", sorted(RIGS))
def test_a_row_is_what_the_adapter_can_do(name: str, request: pytest.FixtureRequest) -> None:
    offered = {operation for operation, cell in table()[name].items() if cell in ("yes", "set")}
    assert offered == RIGS[name](request).erp.capabilities()


@pytest.mark.parametrize("name", sorted(erp_kinds()))
def test_an_erp_has_a_page_that_names_its_fields(name: str) -> None:
    page = text(f"docs/erps/{name}.md")
    assert not [field.name for field in erp_kinds()[name].fields if f"`{field.name}`" not in page]
