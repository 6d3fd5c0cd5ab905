"""Customers from a file: known by their CPF or CNPJ, with all their phones."""

from __future__ import annotations

from billing.importing import cells
from billing.importing.kind import Check, Column, Kind, Stored

_PHONES = (
    "(SELECT string_agg(p.match_key, ' ' ORDER BY p.match_key COLLATE \"C\") FROM customer_phone p"
    " WHERE p.customer_id = t.id)"
)
_KIND = cells.one_of(
    {
        "pessoa fisica": "residential",
        "pf": "residential",
        "f": "residential",
        "residencial": "residential",
        "pessoa juridica": "business",
        "pj": "business",
        "j": "business",
        "empresa": "business",
        "empresarial": "business",
    }
)

KIND = Kind(
    name="customers",
    title="clientes",
    table="customer",
    # Not by its code: a line that names another person under a known code would hand over that one's contracts.
    find="t.document = s.document",
    names=lambda row: {"cpf cnpj": row["document"], "codigo": row["ref"]},
    columns=(
        Column("document", ("cpf cnpj", "cpf", "cnpj", "documento"), cells.document, required=True),
        Column("ref", ("codigo", "id", "codigo do cliente", "id cliente"), cells.code),
        Column("name", ("nome", "cliente", "razao social", "nome completo"), cells.text, new=True),
        Column("kind", ("tipo", "tipo de pessoa", "pessoa"), _KIND),
        Column(
            "phones",
            ("telefone", "telefones", "whatsapp", "celular", "fone", "telefone 2", "telefone celular"),
            cells.phones,
            several=True,
        ),
        Column("email", ("e mail", "email"), cells.email),
    ),
    checks=(
        Check(
            "codigo",
            "o código já é de outro cliente",
            "EXISTS (SELECT FROM customer o WHERE o.ref = s.ref AND o.document <> s.document)",
        ),
        Check("codigo", "códigos que começam com auto- são dados aqui", "t.id IS NULL AND s.ref LIKE 'auto-%'"),
        Check("codigo", "o cliente deste CPF/CNPJ já tem outro código", "t.ref <> s.ref"),
    ),
    stored=(
        Stored("document", "CPF/CNPJ", "s.document", "s.document", fixed=True),
        Stored(
            "document_kind",
            "documento",
            "CASE length(s.document) WHEN 11 THEN 'cpf' ELSE 'cnpj' END",
            "'cpf'",
            fixed=True,
        ),
        Stored("ref", "código", "s.ref", "'auto-' || s.id", fixed=True),
        Stored("name", "nome", "s.name", "''"),
        Stored("kind", "tipo", "s.kind", "CASE length(s.document) WHEN 11 THEN 'residential' ELSE 'business' END"),
        Stored("email", "e-mail", "s.email", "''", shape="email"),
        Stored("phones", "telefones", "s.phones", "''", current=_PHONES, shape="phones", written=False),
    ),
    # Where a line tells phones they are all there are: a number that was given up must not go on opening the door.
    after=(
        "DELETE FROM customer_phone p USING staged s WHERE p.customer_id = s.target AND s.phones IS NOT NULL"
        " AND s.state IN ('new', 'changed') AND p.match_key <> ALL (string_to_array(s.phones, ' '))",
        "INSERT INTO customer_phone (customer_id, match_key) SELECT s.target, unnest(string_to_array(s.phones, ' '))"
        " FROM staged s WHERE s.phones IS NOT NULL AND s.state IN ('new', 'changed')"
        " ON CONFLICT (customer_id, match_key) DO NOTHING",
    ),
)
