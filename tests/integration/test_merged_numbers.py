"""A contact that a merge gave several numbers: bills are opened only where every one of them is the customer's."""

from __future__ import annotations

import pytest

from bot.turns import take_turn
from core.db import Database
from models.contact import ContactAlias
from models.conversation import Conversation
from tests.fake_erp import FakeErp
from tests.integration.test_foresight import a_far_bot, erp
from tests.integration.test_turns import BRUNO, open_conversation, replies, write
from tests.unit.billing.build import a_customer

__all__ = ["erp"]
MINE, SECOND = "+5512981110002", "+5512981110009"


@pytest.mark.parametrize("owner", ["bruno", "stranger", "nobody"])
def test_bill_is_opened_only_when_every_number_of_the_contact_is_the_customers(
    db: Database, erp: FakeErp, owner: str
) -> None:
    if owner == "bruno":
        erp.add(a_customer(phones=(MINE, SECOND)))
    elif owner == "stranger":
        erp.add(a_customer(ref="ana", name="Ana", phones=(SECOND,)))
    bot = a_far_bot(db, erp)
    id_ = open_conversation(db, BRUNO)
    with db.transaction() as session:
        contact_id = session.get_one(Conversation, id_).contact_id
        session.add(ContactAlias(contact_id=contact_id, channel="whatsapp", kind="match_key", value=SECOND))
    write(db, id_, "boleto")
    take_turn(id_, bot=bot)
    said = " ".join(replies(db, id_))
    assert ("119,90" in said) == (owner == "bruno")
    assert ("CPF" in said) == (owner != "bruno")
