"""The words of messages are indexed, with their owner as one of them."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE INDEX ix_messages_words ON opentrace.messages USING gin (
            (to_tsvector('simple', content) || array_to_tsvector(ARRAY['=' || created_by::text]))
        ) WHERE finished_at IS NOT NULL
        """
    )


def downgrade() -> None:
    op.execute("DROP INDEX opentrace.ix_messages_words")
