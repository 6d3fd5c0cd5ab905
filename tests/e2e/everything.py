"""One scene behind every page of the console, and where each page is: for whoever walks through all of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Flask
from werkzeug.routing import Rule

from core.db import Database
from demo import add_articles
from handoff.access import Attendant
from handoff.calendars import ensure_calendars
from handoff.queues import ensure_organogram
from handoff.roles import ensure_roles
from handoff.sla.terms import ensure_policies
from handoff.writing.mentions import write_note
from models import utc_now
from models.alert import Alert
from models.api_token import ApiToken
from models.desk_job import DeskJob
from models.import_run import ImportRun
from models.sla import SlaPolicy
from models.webhook_endpoint import WebhookDelivery, WebhookEndpoint
from tests.e2e.console_scene import a_full_conversation, an_odd_conversation, readings_to_review
from tests.e2e.money_scene import all_of_it
from tests.e2e.network_scene import a_batch, a_device_log, a_network, an_incident, some_jobs
from tests.e2e.watch_scene import a_busy_desk
from tests.integration.console import FILES
from tests.integration.desk import a_conversation
from tests.integration.template_rows import a_template
from tests.integration.writing_rows import a_canned, a_macro

NO_PAGES = frozenset(
    (
        *("static", "file", "totp_picture", "writing", "stream"),
        *("audit_csv", "reports_file", "import_refused"),
        *("sso", "sso_back", "code"),
    )
)
"""What answers a GET and is no page (parts that end in `_live` beside), or is a step of signing in."""


def page_endpoints(app: Flask) -> set[str]:
    """Every page of the console, as the routes say."""

    def is_page(rule: Rule) -> bool:
        room, _, name = rule.endpoint.partition(".")
        return room == "console" and "GET" in (rule.methods or ()) and not name.endswith("_live")

    named = {rule.endpoint.removeprefix("console.") for rule in app.url_map.iter_rules() if is_page(rule)}
    return named - NO_PAGES


def everything(db: Database, cast: Mapping[str, Attendant]) -> dict[str, str]:
    """Fills the database; the address of every page by the name of its picture, all for an administrator."""
    with db.transaction() as session:
        for ensure in (ensure_roles, ensure_calendars, ensure_organogram, ensure_policies):
            ensure(session)
        promise = session.query(SlaPolicy.id).order_by(SlaPolicy.id).limit(1).scalar()
    return {
        **_desk(db, cast),
        **_writing(db, cast),
        **_money(db),
        **_network(db),
        **_house(db, cast["admin"]),
        "nowhere": "/nada-aqui",
        "account": "/account",
        "password": "/account/password",
        "totp": "/account/totp",
        "people": "/admin/people",
        "person": f"/admin/people/{cast['helena'].id}",
        "person-new": "/admin/people/new",
        "roles": "/admin/roles",
        "role": "/admin/roles/agent",
        "role-new": "/admin/roles/new",
        "queues": "/admin/queues",
        "queue": "/admin/queues/Comercial",
        "queue-new": "/admin/queues/new",
        "calendars": "/admin/calendars",
        "calendar": "/admin/calendars/comercial",
        "calendar-new": "/admin/calendars/new",
        "promises": "/admin/promises",
        "promise": f"/admin/promises/{promise}",
        "promise-new": "/admin/promises/new",
        "policies": "/admin/policies",
        "policy": "/admin/policies/collections",
        "texts": "/admin/texts",
        "text": "/admin/texts/pt_BR/invoice.due",
        "audit": "/admin/audit",
    }


def _desk(db: Database, cast: Mapping[str, Attendant]) -> dict[str, str]:
    a_busy_desk(db, dict(cast))
    talk, odd = a_full_conversation(db), an_odd_conversation(db)
    readings_to_review(db, talk)
    a_conversation(db, name="Gabriela Moura", said="a internet está muito lenta hoje, dá para ver?", hours_ago=0.05)
    a_conversation(db, name="Fábio Nunes", said="quero mudar de plano", handler="bot", queue=None)
    mine = a_conversation(
        db, name="Rosa Martins", handler="agent", owner=cast["admin"], tags=["lento", "fibra"], hours_ago=0.2
    )
    late = a_conversation(db, name="Caio Pires", handler="agent", owner=cast["admin"], hours_ago=30)
    with db.transaction() as session:
        write_note(session, talk, cast["helena"], "@admin pode ver o sinal deste cliente?", "mention")
        asked = (("second_copy", "done", "Segunda via enviada."), ("visit", "running", ""))
        for kind, state, outcome in asked:
            row = DeskJob(kind=kind, conversation_id=talk, contract_ref="1004", asked_by="helena", key=kind)
            row.state, row.outcome = state, outcome
            session.add(row)
    return {
        "list": "/?tab=all",
        "conversation": f"/c/{talk}",
        "customer": f"/c/{talk}?ver=cliente",
        "odd": f"/c/{odd}",
        "mine": f"/c/{mine}",
        "offers": f"/c/{late}",
        "search": "/search",
        "board": "/board",
        "reports": "/reports?kind=week",
        "review": "/revisao",
        "reviewed": "/revisao?antes=1",
    }


def _writing(db: Database, cast: Mapping[str, Attendant]) -> dict[str, str]:
    a_canned(db, cast["karina"])
    a_canned(
        db, cast["karina"], "fatura", "Sua fatura é de {{fatura_valor}}, {{cliente}}.", queues=("N1", "Financeiro")
    )
    a_macro(db, cast["karina"], "etiqueta lento\nresponder oi\ntransferir N2: já testado")
    a_template(db)
    a_template(db, "", name="volta_da_casa", category_expected="")
    a_template(db, "survey", category="MARKETING", status="PAUSED", blocked_for="graph_132015", reason="FIRST_PAUSE")
    with db.transaction() as session:
        add_articles(session, utc_now())
    return {
        "mentions": "/mencoes",
        "canned": "/respostas",
        "macros": "/macros",
        "templates": "/modelos",
        "knowledge": "/knowledge",
        "knowledge-found": "/knowledge?q=fibra",
        "article": "/knowledge/1",
        "article-form": "/knowledge/3/edit",
        "article-new": "/knowledge/new",
        "article-version": "/knowledge/1/v/1",
    }


def _money(db: Database) -> dict[str, str]:
    made = all_of_it(db, FILES)
    now = utc_now()
    with db.transaction() as session:
        asked = {"kind": "customers", "sha256": "0" * 64, "asked_by": "karina", "size": 64_000}
        done = ImportRun(filename="clientes-de-outubro.csv", state="done", applied_by="karina", done_at=now, **asked)
        run = ImportRun(filename="clientes-de-novembro.csv", bytes_read=64_000, **asked)
        done.counts = run.counts = {"new": 12, "changed": 31, "same": 1790, "refused": 2}
        run.refused = [{"line": line, "field": "cpf", "reason": "CPF inválido"} for line in (17, 204)]
        session.add_all([done, run])
        session.flush()
        previewed = run.id
    return {
        "agreements": "/money/agreements",
        "agreement": f"/money/agreements/{made['agreement']}",
        "agreement-active": f"/money/agreements/{made['active']}",
        "disputes": "/money/disputes?q=1001",
        "proofs": "/money/proofs",
        "proof": f"/money/proofs/{made['proof']}",
        "proof-unread": f"/money/proofs/{made['unread']}",
        "payments": "/money/payments",
        "payment": f"/money/payments/{made['unmatched']}?q=1002",
        "comparisons": "/money/comparisons",
        "comparison": f"/money/comparisons/{made['run']}",
        "imports": "/money/imports",
        "import": f"/money/imports/{previewed}",
    }


def _network(db: Database) -> dict[str, str]:
    a_network(db)
    incident, batch, (running, waiting) = an_incident(db), a_batch(db), some_jobs(db)
    a_device_log(db)
    return {
        "network": "/network",
        "lines": "/network/lines?olt=OLT-01&pon=0/1/2&cto=CTO-1-022",
        "incidents": "/network/incidents",
        "incident": f"/network/incidents/{incident}",
        "incident-new": "/network/incidents/new",
        "maintenance": "/network/incidents/maintenance",
        "jobs": "/network/jobs",
        "job": f"/network/jobs/{running}",
        "job-waiting": f"/network/jobs/{waiting}",
        "batches": "/network/batches",
        "batch": f"/network/batches/{batch}",
        "batch-new": "/network/batches/new",
        "devices": "/network/devices",
        "device": "/network/devices/1",
        "device-edit": "/network/devices/1/edit",
        "device-new": "/network/devices/new?kind=simulator",
        "onus": "/network/onus?olt=OLT-01",
    }


def _house(db: Database, admin: Attendant) -> dict[str, str]:
    """What the house has outside: systems that it talks to, and what went wrong with them."""
    now = utc_now()
    with db.transaction() as session:
        told = WebhookEndpoint(
            url="https://crm.conectavale.example/religa", about="CRM", secrets=b"", created_by="admin"
        )
        told.events = ["conversation.*", "message.received"]
        session.add(told)
        session.flush()
        for position, state in enumerate(("delivered", "given_up", "waiting")):
            row = WebhookDelivery(endpoint_id=told.id, position=position, kind="message.received", body="{}")
            row.state, row.tries, row.expires_at = state, 1 + position, now + timedelta(days=1)
            row.status, row.took_ms = {"delivered": 200, "given_up": 500}.get(state), 84
            session.add(row)
        token = ApiToken(name="crm", prefix="rlg_8d41", token_hash="0" * 64, scopes=["conversations.read"])
        token.agent_id, token.created_by, token.last_used_at = admin.id, admin.login, now
        session.add(token)
        session.add(Alert(kind="erp_unreachable", text="O ERP não responde há 12 minutos.", severity="critical"))
        endpoint = told.id
    return {"system": "/system", "integrations": "/integrations", "endpoint": f"/integrations/endpoints/{endpoint}"}
