"""Which deed opens which page and button of the console: a page that is not here opens for nobody."""

from __future__ import annotations

from collections.abc import Mapping

from handoff.login.visits import Step
from handoff.permits import Deed, Holder, may

STRANGERS = ("static", "login", "sign_in", "sso", "sso_back")
EVERYBODY = (
    *("logout", "code", "code_check", "account", "account_password", "password_change"),
    *("session_end", "sessions_end", "totp", "totp_picture", "totp_confirm", "totp_remove"),
)
FIRST_OF: Mapping[Step, str] = {"code": "code", "password": "account_password", "enrol": "totp"}
"""Where a session goes in which something is still missing."""
STEPS: Mapping[Step, frozenset[str]] = {
    "code": frozenset({"console.code", "console.code_check", "console.logout"}),
    "password": frozenset({"console.account_password", "console.password_change", "console.logout"}),
    "enrol": frozenset({"console.totp", "console.totp_picture", "console.totp_confirm", "console.logout"}),
}
"""All that opens until then."""

BY_DEED: Mapping[Deed, tuple[str, ...]] = {
    "conversation.answer": (
        *("inbox", "inbox_live", "conversation", "conversation_live", "file", "file_retry", "nowhere"),
        *("search", "search_ask", "presence", "next", "stream", "conversation_read"),
        *("act_take", "act_take_over", "act_reply", "act_note", "act_template", "act_consent", "act_correct"),
        *("act_give_back", "act_close", "act_pause", "act_resume", "act_transfer", "act_hand_to"),
        *("writing", "save_draft", "mentions", "mention_seen", "act_again", "act_react", "act_send_file"),
        *("act_checklist", "act_escalate", "act_give_down", "act_let_speak", "act_snooze", "act_wake"),
        *("act_schedule", "act_reschedule", "act_unschedule", "act_reminds"),
        *("desk_copy", "desk_ticket", "desk_visit", "visit_agree", "visit_end", "article_draft", "article_note"),
        *("knowledge", "article", "article_version", "article_edit", "article_new", "article_save_new", "article_save"),
        *("article_publish", "article_approve", "article_retire"),
        *("act_macro", "act_tag", "act_untag", "act_priority"),
    ),
    "conversation.supervise": (),
    "contact.merge": ("act_merge", "act_unmerge"),
    "customer.reveal": ("act_reveal",),
    "line.diagnose": ("line_diagnose",),
    "line.release": ("line_release",),
    "line.reboot": ("line_reboot",),
    "line.wifi": ("desk_wifi",),
    "line.block": ("line_block",),
    "network.see": (
        *("network", "network_live", "network_lines", "network_lines_live", "jobs", "jobs_live", "job", "job_live"),
        *("incidents", "incidents_live", "incident", "incident_live", "batches", "batch", "batch_live"),
        *("devices", "devices_live", "device", "device_live"),
    ),
    "job.decide": ("job_approve", "job_cancel"),
    "batch.run": ("batch_approve", "batch_pause", "batch_resume", "batch_cancel", "batch_new", "batch_ask"),
    "incident.handle": (
        *("incident_confirm", "incident_dismiss", "incident_eta", "incident_end", "incident_new"),
        *("incident_new_save", "incident_maintenance", "incident_maintenance_save"),
    ),
    "onu.ask": ("onus", "onus_live", "onus_look", "onus_ask"),
    "onu.remove": ("onus_remove", "job_undo"),
    "device.change": ("device_new", "device_add", "device_edit", "device_change", "device_test", "device_enabled"),
    "money.see": (
        *("agreements", "agreements_live", "agreement", "agreement_live", "disputes", "disputes_live"),
        *("proofs", "proofs_live", "proof", "proof_live", "payments", "payments_live", "payment", "payment_live"),
        *("comparisons", "comparisons_live", "comparison"),
    ),
    "agreement.decide": ("agreement_approve", "agreement_refuse"),
    "invoice.hold": ("invoice_hold", "invoice_release", "invoice_dispute"),
    "proof.decide": ("proof_decide",),
    "payment.assign": ("payment_assign", "payment_seen"),
    "money.compare": ("comparison_now",),
    "base.import": (
        *("imports", "imports_live", "import_send", "import_run", "import_run_live", "import_apply", "import_again"),
        *("import_discard", "import_refused"),
    ),
    "report.see": ("board", "board_live", "reports", "reports_file"),
    "reading.correct": ("review", "act_review"),
    "canned.handle": (
        *("canned", "canned_add", "canned_save", "canned_delete", "macros", "macro_add", "macro_save", "macro_delete"),
    ),
    "template.handle": ("templates", "act_sync_templates", "act_unblock_template", "act_choose_template"),
    "system.see": ("system", "system_live", "alert_seen", "integrations", "endpoint", "delivery_again"),
    "admin.people": (
        *("people", "person_new", "person_add", "person", "person_change"),
        *("person_switch", "person_password", "person_codes", "person_unlock"),
    ),
    "admin.roles": ("roles", "role_new", "role_add", "role", "role_change", "role_remove"),
    "admin.desk": (
        *("queues", "queue_new", "queue_add", "queue", "queue_change", "queue_move", "queue_switch"),
        *("calendars", "calendar_new", "calendar_add", "calendar", "calendar_change", "calendar_remove"),
        *("promises", "promise_new", "promise_add", "promise", "promise_change", "promise_remove"),
    ),
    "admin.policies": (
        *("policies", "policy", "policy_change"),
        *("texts", "text", "text_change", "text_preview", "text_reset"),
    ),
    "api.manage": ("token_new", "token_revoke", "endpoint_new", "endpoint_secret", "endpoint_switch"),
    "admin.audit": ("audit", "audit_csv"),
}


DEED_OF: Mapping[str, Deed] = {f"console.{name}": deed for deed, names in BY_DEED.items() for name in names}
FOR_STRANGERS = frozenset(f"console.{name}" for name in STRANGERS)
"""Nobody has to be signed in."""
FOR_EVERYBODY = frozenset(f"console.{name}" for name in EVERYBODY)
"""Whoever is signed in."""


def opens(who: Holder, endpoint: str) -> bool:
    """Whether the page is theirs; it may still ask for more of what it shows (whose conversation it is)."""
    deed = DEED_OF.get(endpoint)
    return endpoint in FOR_EVERYBODY or endpoint in FOR_STRANGERS or (deed is not None and may(who, deed))
