"""Each gateway's adapter beside a bank of its kind, with that kind's webhooks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from billing.gateway import ADDRESS_SECRET, Gateway, gateway_kinds
from core.field import fill_in
from core.http import make_session
from tests.contract.gateways.asaas_bank import KEY, AsaasBank
from tests.contract.gateways.bank import Bank
from tests.contract.gateways.efi_bank import EfiBank, EfiPixBank
from tests.contract.gateways.inter_bank import InterBank
from tests.contract.gateways.simulator_bank import SimulatorBank

SECRET = "segredo-do-webhook"


@dataclass(frozen=True)
class Rig:
    """`pay` pays a charge on the bank's side (id, cents); `give_back`, and `give_part_back` (id, cents), are None where
    the bank tells of no such thing. `webhook` is
    what the bank sends of a charge, with `headers`."""

    kind: str
    gateway: Gateway
    bank: Bank
    pay: Callable[[str, int], None]
    give_back: Callable[[str], None] | None
    webhook: Callable[[str], bytes]
    headers: Mapping[str, str]
    pdf: bool = True
    give_part_back: Callable[[str, int], None] | None = None


def _connect(kind: str, given: Mapping[str, str]) -> Gateway:
    known = gateway_kinds()[kind]
    return known.connect(fill_in(known.fields, given), make_session(), "America/Sao_Paulo")


def asaas() -> Rig:
    bank = AsaasBank()
    gateway = _connect("asaas", {"token": KEY, "webhook_token": SECRET, "url": f"{bank.url}/v3"})

    def webhook(id_: str) -> bytes:
        return json.dumps({"id": "evt_1", "event": "PAYMENT_RECEIVED", "payment": bank.charges[id_]}).encode()

    proof = {"asaas-access-token": SECRET}
    parts = bank.give_part_back
    return Rig("asaas", gateway, bank, bank.pay, bank.give_back, webhook, proof, give_part_back=parts)


def inter() -> Rig:
    bank = InterBank()
    fields = {"client_id": "a", "client_secret": "b", "webhook_secret": SECRET, "url": bank.url}
    gateway = _connect("inter", {**fields, "postcode": "12210-000"})

    def webhook(id_: str) -> bytes:
        charge = bank.charges[id_]["cobranca"]
        return json.dumps([{"codigoSolicitacao": id_, "situacao": charge["situacao"]}]).encode()

    return Rig("inter", gateway, bank, bank.pay, None, webhook, {ADDRESS_SECRET: SECRET})


def efi() -> Rig:
    bank = EfiBank()
    gateway = _connect("efi", {"client_id": "a", "client_secret": "b", "webhook_secret": SECRET, "url": bank.url})
    return Rig(
        "efi",
        gateway,
        bank,
        bank.pay,
        bank.give_back,
        lambda id_: f"notification=token-{id_}".encode(),
        {ADDRESS_SECRET: SECRET},
    )


def efi_pix() -> Rig:
    bank = EfiPixBank()
    fields = {"client_id": "a", "client_secret": "b", "webhook_secret": SECRET, "pix_url": bank.url}
    gateway = _connect("efi", {**fields, "product": "pix", "pix_key": "11222333000181"})

    def webhook(id_: str) -> bytes:
        return json.dumps({"pix": [{"endToEndId": "E1803", "txid": id_, "valor": "1.00"}]}).encode()

    proof, parts = {ADDRESS_SECRET: SECRET}, bank.give_part_back
    return Rig("efi", gateway, bank, bank.pay, bank.give_back, webhook, proof, pdf=False, give_part_back=parts)


def simulator() -> Rig:
    bank = SimulatorBank(SECRET)
    gateway = _connect("simulator", {"url": bank.url, "token": SECRET})
    proof, parts = {"authorization": f"Bearer {SECRET}"}, bank.give_part_back

    def webhook(id_: str) -> bytes:
        return json.dumps({"charge": id_}).encode()

    return Rig("simulator", gateway, bank, bank.pay, bank.give_back, webhook, proof, pdf=False, give_part_back=parts)


RIGS: dict[str, Callable[[], Rig]] = {
    "asaas": asaas,
    "efi": efi,
    "efi pix": efi_pix,
    "inter": inter,
    "simulator": simulator,
}
