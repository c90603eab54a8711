"""Rewriting follow-ups and titling chats are kinds of usage of their own."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME, TABLE, SCHEMA = "ck_usage_kind", "usage", "opentrace"
OLD = "kind IN ('CHAT', 'GUARDRAIL', 'EMBEDDING', 'SUMMARY', 'RERANK')"
NEW = "kind IN ('CHAT', 'GUARDRAIL', 'EMBEDDING', 'SUMMARY', 'RERANK', 'REWRITE', 'TITLE')"


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), TABLE, schema=SCHEMA)
    op.create_check_constraint(op.f(NAME), TABLE, NEW, schema=SCHEMA)


def downgrade() -> None:
    op.execute(f"DELETE FROM {SCHEMA}.usage WHERE kind IN ('REWRITE', 'TITLE')")
    op.drop_constraint(op.f(NAME), TABLE, schema=SCHEMA)
    op.create_check_constraint(op.f(NAME), TABLE, OLD, schema=SCHEMA)
