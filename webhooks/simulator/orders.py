"""Orders to review and pay as a phone shows them, and the sums that the Graph API checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webhooks.simulator.refusal import bad_value

Part = Mapping[str, Any]


def order_view(parameters: Part) -> dict[str, Any]:
    """What there is to pay and how. Raises Refusal where the amounts do not add up."""
    order = parameters.get("order")
    items = order["items"] if order else []
    total = parameters["total_amount"]["value"]
    if order:
        _check_sums(order, total)
    _check_ways(parameters["payment_settings"])
    return {
        "reference": parameters["reference_id"],
        "item": ", ".join(item["name"] for item in items),
        "total_cents": total,
        "currency": parameters["currency"],
        "ways": [_way(setting) for setting in parameters["payment_settings"]],
    }


def order_status_view(parameters: Part) -> dict[str, Any]:
    """How far an order got."""
    order = parameters["order"]
    return {"reference": parameters["reference_id"], "status": order["status"], "note": order.get("description", "")}


def _check_sums(order: Part, total: int) -> None:
    items = sum(item.get("sale_amount", item["amount"])["value"] * item["quantity"] for item in order["items"])
    subtotal = order["subtotal"]["value"]
    if items != subtotal:
        raise bad_value("order['subtotal'] is not the sum of the items")
    extra = {key: order.get(key, {"value": 0})["value"] for key in ("tax", "shipping", "discount")}
    if subtotal + extra["tax"] + extra["shipping"] - extra["discount"] != total:
        raise bad_value("total_amount is not subtotal, tax and shipping without the discount")


def _check_ways(settings: list[Part]) -> None:
    kinds = [setting["type"] for setting in settings]
    if len(set(kinds)) != len(kinds):
        raise bad_value("Duplicated payment_settings type")


def _way(setting: Part) -> dict[str, str]:
    kind = setting["type"]
    details = setting[kind]
    if kind == "pix_dynamic_code":
        return {"type": "pix", "code": details["code"], "merchant": details["merchant_name"]}
    if kind == "boleto":
        return {"type": "boleto", "line": details["digitable_line"]}
    return {"type": "link", "url": details["uri"]}
