"""Builders of billing values for tests: say only what matters, the rest is Bruno of the demo provider."""

from __future__ import annotations

from datetime import date
from typing import Any

from billing.provider import Provider
from billing.records import Contract, Customer, Invoice
from core.document import Document

TODAY = date(2026, 11, 22)


def a_provider(**changes: Any) -> Provider:
    values: dict[str, Any] = {
        "name": "Conecta Vale Telecom LTDA",
        "cnpj": Document("cnpj", "11222333000181"),
        "city": "São José dos Campos",
        "state": "SP",
        "timezone": "America/Sao_Paulo",
        "pix_key": "11222333000181",
        "boleto_bank": "001",
        "support_phone": None,
    }
    return Provider(**(values | changes))


def a_customer(**changes: Any) -> Customer:
    values: dict[str, Any] = {
        "ref": "bruno",
        "name": "Bruno Lima",
        "document": Document("cpf", "11144477735"),
        "phones": ("+5512981110002",),
    }
    return Customer(**(values | changes))


def a_contract(**changes: Any) -> Contract:
    values: dict[str, Any] = {
        "ref": "c-1002",
        "number": "1002",
        "customer_ref": "bruno",
        "plan": "Fibra 600 Mega",
        "monthly_fee_cents": 11990,
        "status": "blocked",
        "address": "Rua do Sol, 22, Centro",
    }
    return Contract(**(values | changes))


def an_invoice(**changes: Any) -> Invoice:
    values: dict[str, Any] = {
        "ref": "i-1",
        "number": "F-1002-1",
        "contract_ref": "c-1002",
        "amount_cents": 11990,
        "due_date": date(2026, 11, 2),
    }
    return Invoice(**(values | changes))
