"""Templates as a channel is asked to send them: built from the row and the message's values."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Refused
from models.channel_template import ChannelTemplate
from webhooks.channels.ports import Template, TemplateButton
from webhooks.templates import build_template, code_template

BODY = {"type": "BODY", "text": "Oi, {{1}}! Seu protocolo é {{2}}."}


def row(**changed: Any) -> ChannelTemplate:
    known = {
        "name": "reopen_1",
        "language": "pt_BR",
        "category": "UTILITY",
        "components": [BODY],
        "variables": ["name", "protocol"],
        "provider_id": "9",
    }
    return ChannelTemplate(**{**known, **changed})


def test_template_has_the_values_by_their_names() -> None:
    built = build_template(row(), {"values": {"protocol": "77", "name": "Ana"}})
    assert built == Template("reopen_1", "pt_BR", body=("Ana", "77"), provider_id="9")


def test_template_takes_parameters_in_order_where_no_names_are_given() -> None:
    assert build_template(row(), {"parameters": ["Ana", "77"]}).body == ("Ana", "77")


def test_template_is_refused_with_the_name_of_what_is_missing() -> None:
    with pytest.raises(Refused, match="protocol: falta o valor"):
        build_template(row(), {"values": {"name": "Ana"}})


def test_code_without_a_row_goes_into_body_and_button() -> None:
    built = code_template("codigo_de_acesso", "pt_BR", {"template": "code", "parameters": ["123456"]})
    button = TemplateButton("url", 0, "123456")
    assert built == Template("codigo_de_acesso", "pt_BR", "AUTHENTICATION", body=("123456",), buttons=(button,))
