"""Words to search by say in which slice of the messages they are, so that a common word is read slice by slice."""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

SEARCHABLE = """
CREATE FUNCTION searchable(id integer, said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT words_of(said) || array_to_tsvector(ARRAY['~' || (id >> 16)])
$$;
"""
KEEP_WORDS = """
CREATE OR REPLACE FUNCTION keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.direction <> 'event' AND (NEW.text <> '' OR NEW.transcript IS NOT NULL) THEN
        INSERT INTO message_words (message_id, conversation_id, words)
            VALUES (NEW.id, NEW.conversation_id, {words})
            ON CONFLICT (message_id) DO UPDATE SET words = EXCLUDED.words;
    END IF;
    RETURN NULL;
END $$;
"""
SAID = "NEW.text || ' ' || coalesce(NEW.transcript, '')"
INDEX = "CREATE INDEX ix_message_words_words ON message_words USING gin (words)"


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute(SEARCHABLE)
    op.execute(KEEP_WORDS.format(words=f"searchable(NEW.id, {SAID})"))
    op.execute("DROP INDEX ix_message_words_words")
    op.execute("UPDATE message_words SET words = words || array_to_tsvector(ARRAY['~' || (message_id >> 16)])")
    op.execute(INDEX)


def downgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute(KEEP_WORDS.format(words=f"words_of({SAID})"))
    op.execute("DROP INDEX ix_message_words_words")
    op.execute("UPDATE message_words SET words = ts_delete(words, '~' || (message_id >> 16))")
    op.execute(INDEX)
    op.execute("DROP FUNCTION searchable(integer, text)")
