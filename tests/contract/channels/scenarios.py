"""One message of each kind, and what the customer must be able to read, tap or copy, however the channel shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from billing.payment import Payment
from tests.unit.webhooks.payloads import ANA
from webhooks.channels.ports import (
    File,
    Link,
    Outgoing,
    Reaction,
    Recipient,
    Template,
    TemplateButton,
)

TO_ANA = Recipient(wa_id=ANA, address=f"whatsapp:+{ANA}")
MEDIA = "https://suporte.example.com.br/media/x"
INVOICE = File("fatura.pdf", "application/pdf", b"%PDF-1.4 fatura", f"{MEDIA}/fatura.pdf")
PHOTO = File("mapa.png", "image/png", b"\x89PNG\r\n\x1a\n mapa", f"{MEDIA}/mapa.png")
VOICE = File("recado.ogg", "audio/ogg", b"OggS recado", f"{MEDIA}/recado.ogg")
FILM = File("luzes.mp4", "video/mp4", b"\x00\x00\x00\x18ftypmp42 luzes", f"{MEDIA}/luzes.mp4")
PIX = "00020126360014br.gov.bcb.pix0114+55129811100025204000053039865406119.905802BR5913Conecta  Vale6304ABCD"
LINE = "00190000090000000100200000000001234567890000011990"
PAY_AT = "https://pagar.example.com.br/f/1"
BILL = Payment(
    "F-1001-1-a1b2c3d4",
    item="Fatura F-1001-1",
    total_cents=11990,
    pix_code=PIX,
    pix_merchant="Conecta Vale Telecom",
    pix_key="39580525000189",
    pix_key_type="CNPJ",
    boleto_line=LINE,
    link=PAY_AT,
)
NOTICE = Template(
    "aviso_de_fatura",
    "pt_BR",
    body=("Ana", "R$ 119,90", "10/12/2026"),
    buttons=(TemplateButton("url", 0, "f-1"), TemplateButton("quick_reply", 1, "intent:invoice_second_copy")),
    provider_id="HX" + "0" * 32,
)


@dataclass(frozen=True)
class Scenario:
    """A message and its needs: what has to be in front of the customer in the end. `name` tells scenarios apart."""

    name: str
    message: Outgoing
    needs: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.message.kind


def a_message(kind: str, text: str, **more: object) -> Outgoing:
    """A message to Ana."""
    return Outgoing(key="k1", to=TO_ANA, kind=kind, text=text, **more)  # type: ignore[arg-type]


def _options(count: int) -> tuple[tuple[str, str, str], ...]:
    return tuple((f"o{place}", f"Opção {place}", "") for place in range(1, count + 1))


LONG = "Muita coisa para contar. " * 60
REACTED = a_message("reaction", "", reaction=Reaction("", "👍"))
SCENARIOS = (
    Scenario("text", a_message("text", "Olá, Ana! 👩🏽‍🔧"), ("Olá, Ana! 👩🏽‍🔧",)),
    Scenario("buttons", a_message("buttons", "Certo?", options=_options(3)), ("Certo?", "Opção 1", "Opção 3")),
    Scenario(
        "more buttons than fit",
        a_message("buttons", "Qual?", options=_options(12), list_button="Ver"),
        ("Qual?", "Opção 1", "Opção 12"),
    ),
    Scenario(
        "a long body with buttons",
        a_message("buttons", LONG.strip(), options=_options(2)),
        (LONG.strip(), "Opção 1", "Opção 2"),
    ),
    Scenario(
        "list", a_message("list", "Escolha:", options=_options(10), list_button="Ver opções"), ("Escolha:", "Opção 10")
    ),
    Scenario("link", a_message("link", "Acompanhe por aqui", link=Link("Abrir mapa", PAY_AT)), ("Acompanhe", PAY_AT)),
    Scenario("document", a_message("document", "Vence em 30/11", file=INVOICE), ("fatura.pdf", "Vence em 30/11")),
    Scenario("document without words", a_message("document", "", file=INVOICE), ("fatura.pdf",)),
    Scenario("image", a_message("image", "A área afetada", file=PHOTO), ("A área afetada",)),
    Scenario("audio", a_message("audio", "", file=VOICE), ()),
    Scenario("video", a_message("video", "Veja as luzes", file=FILM), ("Veja as luzes",)),
    Scenario("location_request", a_message("location_request", "Onde você está?"), ("Onde você está?",)),
    Scenario("contact_request", a_message("contact_request", "Qual é o seu número?"), ("Qual é o seu número?",)),
    Scenario("reaction", REACTED, ("👍",)),
    Scenario("template", a_message("template", "", template=NOTICE), ("Ana", "R$ 119,90", "f-1")),
    Scenario(
        "payment", a_message("payment", "Sua fatura vence em 30/11", payment=BILL, file=INVOICE), (PIX, LINE, PAY_AT)
    ),
    Scenario(
        "payment with Pix only",
        a_message("payment", "Sua fatura", payment=replace(BILL, boleto_line="", link="")),
        ("Sua fatura", PIX),
    ),
    Scenario(
        "payment_status",
        a_message("payment_status", "Recebemos, obrigada!", payment=replace(BILL, status="completed", note="Pago")),
        ("Recebemos, obrigada!",),
    ),
)
