"""The money's pages in the console: who may open what and do what, what each says, and what a look leaves behind."""

from __future__ import annotations

from itertools import product

import pytest
from flask import Flask

from core.db import Database
from models.agent import Agent
from models.payment import Payment
from tests.e2e.console_scene import a_full_conversation
from tests.e2e.money_scene import a_payment, a_proof, all_of_it, comparisons, debtors
from tests.integration.console import FILES, Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, conversation, the_cast
from tests.integration.doors import rows

MONEY = "/console/money"
LISTS = ("agreements", "disputes", "proofs", "payments", "comparisons")
EVERYBODY = ("helena", "igor", "joana", "otto", "karina", "lucas", "admin")
COLLECTING = {"joana", "otto", "karina", "admin"}
# Each page and button with those who may open or press it. `otto` is of Cobrança alone.
PAGES = (
    *LISTS,
    *(f"{name}/live" for name in LISTS),
    *(f"{name}/1{live}" for name in ("agreements", "proofs", "payments") for live in ("", "/live")),
    "comparisons/1",
)
BUTTONS = {
    "agreements/2/approve": {"joana", "karina", "admin"},
    "agreements/2/refuse": {"joana", "karina", "admin"},
    "invoices/6/hold": COLLECTING,
    "invoices/6/release": COLLECTING,
    "proofs/1/decide": COLLECTING,
    "payments/1/assign": COLLECTING,
    "payments/1/seen": COLLECTING,
    "comparisons/now": COLLECTING,
}


@pytest.fixture
def app(db: Database) -> Flask:
    """The console with everybody's accounts, and Otto, who only collects."""
    a_provider(db)
    the_cast(db)
    with db.transaction() as session:
        hashed = session.query(Agent.password_hash).filter_by(login="joana").scalar()
        session.add(Agent(login="otto", name="Otto Dias", role="agent", queues=["Cobrança"], password_hash=hashed))
    return console_app(db, kept=FILES)


def test_every_page_and_button_is_for_whom_the_table_says(app: Flask, db: Database) -> None:
    all_of_it(db, FILES)
    people = {login: Person(app, login) for login in EVERYBODY}
    csrf = {login: "" if login == "lucas" else people[login].csrf for login in EVERYBODY}
    for login, path in product(EVERYBODY, PAGES):
        allowed = login in COLLECTING
        assert people[login].get(f"{MONEY}/{path}").status_code == (200 if allowed else 403), (login, path)
    for login, (path, allowed_to) in product(EVERYBODY, BUTTONS.items()):
        if login == "lucas":
            continue
        form = {"csrf": csrf[login], "token": "t"}
        answer = people[login].client.post(f"{MONEY}/{path}", data=form).status_code
        assert (answer != 403) == (login in allowed_to), (login, path, answer)


def test_menu_shows_the_money_to_whom_it_opens_only(app: Flask) -> None:
    for login in set(EVERYBODY) - {"lucas"}:
        shown = "Financeiro</a>" in Person(app, login).get("/console/").text
        assert shown == (login in COLLECTING), login


def test_what_does_not_exist_is_said_so_and_forms_without_tokens_change_nothing(app: Flask, db: Database) -> None:
    debtors(db)
    payment = a_payment(db)
    joana = Person(app, "joana")
    for number in ("999", "99999999999", str(2**31)):
        for name in ("agreements", "proofs", "payments", "comparisons"):
            assert joana.get(f"{MONEY}/{name}/{number}").status_code == 404, (name, number)
        for path in BUTTONS:
            name, _, act = path.partition("/")
            if "/" in act:
                where = f"{MONEY}/{name}/{number}/{act.split('/')[1]}"
                assert joana.post(where, {"token": "t", "verdict": "real"}).status_code == 404, where
    assert joana.post(f"{MONEY}/payments/{payment}/seen", {"note": "devolvido"}).status_code == 400
    forged = {"csrf": "from-elsewhere", "token": "t", "note": "devolvido"}
    assert joana.client.post(f"{MONEY}/payments/{payment}/seen", data=forged).status_code == 400
    assert rows(db, Payment)[0].seen_by is None


def test_pages_without_anything_say_how_it_begins(app: Flask) -> None:
    joana = Person(app, "joana")
    words = (
        "Nenhum acordo espera",
        "Nenhuma fatura parada",
        "Nenhum comprovante espera",
        "Nenhum pagamento ainda",
        "Nenhuma conciliação ainda",
    )
    for name, said in zip(LISTS, words, strict=True):
        assert said in joana.get(f"{MONEY}/{name}").text, name


def test_pages_say_what_a_person_needs_and_looks_are_written_down_once(app: Flask, db: Database) -> None:
    made = all_of_it(db, FILES)
    joana = Person(app, "joana")
    wanted = {
        f"agreements/{made['agreement']}": (
            "Ana Souza",
            "R$ 239,80",
            "R$ 215,82",
            "05/02/2027",
            "sim, aceito",
            "Desconto de R$ 23,98",
        ),
        "disputes": ("Bruno Lima", "F-BRUNO-1", "responder até", "Joana Reis", "prazo em 3 dias"),
        f"proofs/{made['proof']}": ("o recebedor não é o provedor", "Padaria Real", "F-ELISA-1", "mesmo valor"),
        f"proofs/{made['unread']}": ("o arquivo está danificado ou protegido",),
        "payments?state=todo": ("sem fatura", "em dobro", "· Asaas"),
        f"comparisons/{made['run']}": ("Ana Souza", "Pagos mas bloqueados na rede", f"/payments/{made['unmatched']}"),
    }
    for path, words in wanted.items():
        for _ in range(2):
            page = joana.get(f"{MONEY}/{path}").text
        assert not [word for word in words if word not in page], path
    assert "quitou a fatura" not in joana.get(f"{MONEY}/payments?state=todo").text
    assert "3 dias de atraso" in joana.get(f"{MONEY}/payments?contract=1000").text
    looks = audited(db, "money.viewed")
    assert ("joana", f"negotiation:{made['agreement']}") in looks
    assert len(looks) == len(set(looks))


def test_proofs_file_is_shown_to_finance_from_any_queue_and_to_nobody_else(app: Flask, db: Database) -> None:
    debtors(db)
    a_proof(db, FILES, queue="N2")
    joana = Person(app, "joana")
    page = joana.get(f"{MONEY}/proofs/1").text
    where = page.split('<img class="proof-picture" src="')[1].split('"')[0]
    assert joana.get(where).status_code == 200
    assert joana.get(where).mimetype == "image/png"
    assert audited(db, "attachment.viewed") == [("joana", "conversation:1")]
    assert "abrir a conversa" not in page
    assert joana.get("/console/c/1").status_code == 403
    assert Person(app, "helena").get(where).status_code == 403
    other = a_conversation(db, queue="N2")
    assert joana.get(where.replace("/c/1/", f"/c/{other}/")).status_code == 403


def test_live_part_is_sent_only_when_it_changed(app: Flask, db: Database) -> None:
    comparisons(db)
    joana = Person(app, "joana")
    first = joana.get(f"{MONEY}/comparisons/live")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert joana.get(f"{MONEY}/comparisons/live", headers=tag).status_code == 304
    comparisons(db, ("paid_but_blocked", "c-ana"))
    assert "1 diferença" in joana.get(f"{MONEY}/comparisons/live", headers=tag).text


def test_conversation_offers_contesting_to_whom_may_and_only_their_own_invoice(app: Flask, db: Database) -> None:
    debtors(db)
    talk = a_full_conversation(db)
    button = ">marcar contestada</button>"
    assert button not in Person(app, "helena").get(f"/console/c/{talk}").text
    karina = Person(app, "karina")
    page = karina.get(f"/console/c/{talk}").text
    assert button in page
    where = page.split(f'action="/console/c/{talk}/invoices/')[1].split("/")[0]
    assert karina.post(f"/console/c/{talk}/invoices/1/dispute", {"token": "t"}).status_code == 404
    assert Person(app, "helena").post(f"/console/c/{talk}/invoices/{where}/dispute", {"token": "t"}).status_code == 403
    for _ in range(2):
        assert karina.post(f"/console/c/{talk}/invoices/{where}/dispute", {"token": "t"}).status_code == 303
    assert audited(db, "invoice.held") == [("karina", "invoice:i")]
    told = Person(app, "admin").post(f"/console/c/{talk}/invoices/{where}/dispute", {"token": "t"})
    assert (told.status_code, "contestada por Karina Alves" in told.text) == (409, True)
    assert conversation(db, talk).contract_ref == "1004"
