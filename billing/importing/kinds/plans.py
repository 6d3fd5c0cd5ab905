"""Plans from a file: known by their name."""

from __future__ import annotations

from billing.importing import cells
from billing.importing.kind import Check, Column, Kind, Stored

KIND = Kind(
    name="plans",
    title="planos",
    table="plan",
    find="t.name = s.name",
    names=lambda row: {"plano": row["name"], "codigo": row["ref"]},
    columns=(
        Column("name", ("plano", "nome", "descricao"), cells.text, required=True),
        Column("ref", ("codigo", "id", "codigo do plano"), cells.code),
        Column("price", ("valor", "preco", "mensalidade"), cells.amount, "int", new=True),
        Column("down", ("download", "down", "velocidade", "download mbps"), cells.whole, "int"),
        Column("up", ("upload", "up", "upload mbps"), cells.whole, "int"),
        Column("radius", ("grupo radius", "radius", "grupo"), cells.code),
        Column("sold", ("a venda", "ativo", "vendido"), cells.yes, "bool"),
    ),
    checks=(
        Check(
            "codigo",
            "o código já é de outro plano",
            "EXISTS (SELECT FROM plan o WHERE o.ref = s.ref AND o.name <> s.name)",
        ),
        Check("codigo", "códigos que começam com auto- são dados aqui", "t.id IS NULL AND s.ref LIKE 'auto-%'"),
        Check("codigo", "o plano já tem outro código", "t.ref <> s.ref"),
    ),
    stored=(
        Stored("name", "plano", "s.name", "s.name", fixed=True),
        Stored("ref", "código", "s.ref", "'auto-' || s.id", fixed=True),
        Stored("price_cents", "valor", "s.price", "0", shape="cents"),
        Stored("down_mbps", "download", "s.down", "0"),
        Stored("up_mbps", "upload", "s.up", "0"),
        Stored("radius_group", "grupo radius", "s.radius", "''"),
        Stored("for_sale", "à venda", "s.sold", "true"),
    ),
)
