"""The rows of the table of Meta's kinds that are about account, number and templates, with severity and words."""

from __future__ import annotations

from webhooks.channels.kinds import Kind
from webhooks.channels.meta_account import alarm, template
from webhooks.channels.meta_messages import ignored
from webhooks.channels.meta_piece import Piece


def _row(
    where: str,
    name: str,
    alert: str,
    severity: str,
    text: str,
    *,
    ends: tuple[str, ...] = (),
    state: dict[str, str] | None = None,
) -> Kind[Piece]:
    effect = f"an alert ({severity}): “{text}”" + (f"; ends {', '.join(ends)}" if ends else "")
    return Kind(where, name, alarm(alert, severity, text, ends=ends, state=state), effect)


def _account(
    event: str, alert: str, severity: str, text: str, *, well: bool = False, ends: tuple[str, ...] = ()
) -> Kind[Piece]:
    state = {"account_status": "" if well else event}
    return _row("account_update", event, alert, severity, text, ends=ends, state=state)


DISCONNECTED = "account.disconnected"
DISABLED = "account.disabled"
_NEWS = "account.news"
_QUALITY = "phone_number_quality_update"
_NUMBER = "number.quality"
_HISTORY = "kept: conversations from before are not taken over"

ACCOUNT = (
    _account("ACCOUNT_VIOLATION", "account.violation", "critical", "A Meta acusa a conta de violar suas políticas"),
    _account("ACCOUNT_RESTRICTION", "account.restricted", "critical", "A Meta restringiu a conta"),
    _account("DISABLED_UPDATE", DISABLED, "critical", "A Meta desativou a conta, ou avisou que vai desativar"),
    _account("DISABLED_UPDATE.REINSTATE", _NEWS, "info", "A Meta reativou a conta", well=True, ends=(DISABLED,)),
    _account("ACCOUNT_DELETED", DISABLED, "critical", "A conta do WhatsApp Business foi excluída"),
    _account("PARTNER_REMOVED", DISCONNECTED, "critical", "A conta foi desligada deste aplicativo"),
    _account("PARTNER_APP_UNINSTALLED", DISCONNECTED, "critical", "O aplicativo perdeu o acesso à conta"),
    _account("ACCOUNT_OFFBOARDED", DISCONNECTED, "critical", "O número saiu da API do WhatsApp"),
    _account("ACCOUNT_RECONNECTED", _NEWS, "info", "A conta foi religada", well=True, ends=(DISCONNECTED,)),
    _row("account_update", "PARTNER_ADDED", _NEWS, "info", "A conta foi ligada a um parceiro", ends=(DISCONNECTED,)),
    _row(
        "account_update",
        "VOLUME_BASED_PRICING_TIER_UPDATE",
        "account.pricing_tier",
        "info",
        "A faixa de preço da conta mudou pelo volume",
    ),
    _row("account_update", "*", "account.updated", "warning", "A Meta avisou de uma mudança na conta"),
    _row("account_alerts", "*", "account.alert", "warning", "Aviso da Meta sobre a conta"),
    _row("account_review_update", "*", "account.review", "warning", "A Meta revisou a conta"),
    _row("account_review_update", "APPROVED", _NEWS, "info", "A Meta aprovou a conta", ends=("account.review",)),
    _row("business_capability_update", "*", "number.limit", "info", "O limite de conversas por dia mudou"),
    _row(_QUALITY, "FLAGGED", _NUMBER, "critical", "A qualidade do número caiu", state={"quality": "RED"}),
    _row(
        _QUALITY, "UNFLAGGED", _NEWS, "info", "A qualidade do número melhorou", ends=(_NUMBER,), state={"quality": ""}
    ),
    _row(_QUALITY, "DOWNGRADE", "number.limit", "warning", "O limite de conversas por dia do número diminuiu"),
    _row(
        _QUALITY,
        "THROUGHPUT_UPGRADE",
        "number.limit",
        "info",
        "O número passou a enviar mais mensagens por segundo",
        state={"throughput": "HIGH"},
    ),
    _row(_QUALITY, "*", "number.limit", "info", "O limite de conversas por dia do número mudou"),
    _row("phone_number_name_update", "*", "number.name", "warning", "A Meta decidiu sobre o nome exibido do número"),
    Kind("message_template_status_update", "*", template, "the template's state changes; an alert where it is lost"),
    Kind("message_template_quality_update", "*", template, "the template's quality changes; an alert where it is bad"),
    Kind("message_template_components_update", "*", template, "the template's text changed at Meta; an alert"),
    Kind("template_category_update", "*", template, "the template's category and price change; an alert"),
    _row("flows", "*", "flow.changed", "warning", "Um formulário (flow) mudou de estado na Meta"),
    _row("security", "*", "security.changed", "critical", "Uma configuração de segurança do número mudou na Meta"),
    _row("messaging_handovers", "*", "channel.handover", "warning", "Outro aplicativo assumiu ou devolveu conversas"),
    Kind("history", "*", ignored, _HISTORY),
    Kind("smb_app_state_sync", "*", ignored, "kept: the phone's own address book is not taken over"),
    *(
        Kind[Piece](f"group_{name}", "*", ignored, "of a group: counted")
        for name in ("lifecycle_update", "participants_update", "settings_update", "status_update")
    ),
)
