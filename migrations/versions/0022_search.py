"""Searching: what was said as words without accents, names as words, and phones by their last digits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE FUNCTION words_of(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple', regexp_replace(lower(translate(said,
        'ÁÀÂÃÄÅáàâãäåÉÈÊËéèêëÍÌÎÏíìîïÓÒÔÕÖóòôõöÚÙÛÜúùûüÇçÑñºª',
        'AAAAAAaaaaaaEEEEeeeeIIIIiiiiOOOOOoooooUUUUuuuuCcNnoa')), '[^[:alnum:]]+', ' ', 'g'))
$$;
CREATE FUNCTION keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.direction <> 'event' AND (NEW.text <> '' OR NEW.transcript IS NOT NULL) THEN
        INSERT INTO message_words (message_id, conversation_id, words)
            VALUES (NEW.id, NEW.conversation_id, words_of(NEW.text || ' ' || coalesce(NEW.transcript, '')))
            ON CONFLICT (message_id) DO UPDATE SET words = EXCLUDED.words;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_words AFTER INSERT OR UPDATE OF text, transcript ON message
    FOR EACH ROW EXECUTE FUNCTION keep_words();
"""
SAID_BEFORE = """
INSERT INTO message_words (message_id, conversation_id, words)
    SELECT id, conversation_id, words_of(text || ' ' || coalesce(transcript, ''))
    FROM message WHERE direction <> 'event' AND (text <> '' OR transcript IS NOT NULL)
"""
TAILS = {"contact_alias": "reverse(value)", "customer_phone": "reverse(match_key)"}


def upgrade() -> None:
    op.create_table(
        "message_words",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], "fk_message_words_message_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", name="pk_message_words"),
    )
    op.execute(FUNCTIONS)
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute(SAID_BEFORE)
    op.create_index("ix_message_words_words", "message_words", ["words"], postgresql_using="gin")
    op.execute("CREATE INDEX ix_customer_name_words ON customer USING gin (words_of(name))")
    for table, tail in TAILS.items():
        op.execute(f"CREATE INDEX ix_{table}_tail ON {table} ({tail} text_pattern_ops)")
    op.create_index("ix_contract_number", "contract", ["number"])
    op.create_index("ix_contract_onu", "contract", ["onu"])


def downgrade() -> None:
    op.drop_index("ix_contract_onu", table_name="contract")
    op.drop_index("ix_contract_number", table_name="contract")
    for table in TAILS:
        op.execute(f"DROP INDEX ix_{table}_tail")
    op.execute("DROP INDEX ix_customer_name_words")
    op.execute("DROP TRIGGER keep_words ON message")
    op.drop_table("message_words")
    op.execute("DROP FUNCTION keep_words(), words_of(text)")
