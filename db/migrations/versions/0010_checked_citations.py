"""Citations say what they are the source of and where misattributed words stand; answers, what has no source."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"
STATUSES = ("VERIFIED", "NORMALISED", "NOT_FOUND", "MISATTRIBUTED", "UNCHECKED")
STATUSES_BEFORE = ("VERIFIED", "NORMALISED", "NOT_FOUND", "UNCHECKED")
WHOLE_NUMBERS = ("claim_start", "claim_end", "claimed_page")


def upgrade() -> None:
    _allow(STATUSES)
    for table, name in (("citations", "spans"), ("messages", "unsupported")):
        op.add_column(
            table, sa.Column(name, JSONB(), nullable=False, server_default=sa.text("'[]'")), schema=SCHEMA
        )
        op.alter_column(table, name, server_default=None, schema=SCHEMA)
    for name in WHOLE_NUMBERS:
        op.add_column("citations", sa.Column(name, sa.Integer(), nullable=True), schema=SCHEMA)
    op.add_column("citations", sa.Column("elsewhere", JSONB(), nullable=True), schema=SCHEMA)
    op.add_column("messages", sa.Column("verification_rate", sa.Float(), nullable=True), schema=SCHEMA)
    op.execute(
        f"UPDATE {SCHEMA}.citations SET spans = jsonb_build_array(jsonb_build_array(char_start, char_end))"
        " WHERE char_start IS NOT NULL AND char_end IS NOT NULL"
    )


def downgrade() -> None:
    op.execute(f"UPDATE {SCHEMA}.citations SET status = 'NOT_FOUND' WHERE status = 'MISATTRIBUTED'")
    _allow(STATUSES_BEFORE)
    for name in ("spans", "elsewhere", *WHOLE_NUMBERS):
        op.drop_column("citations", name, schema=SCHEMA)
    for name in ("unsupported", "verification_rate"):
        op.drop_column("messages", name, schema=SCHEMA)


def _allow(statuses: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_citations_status"), "citations", schema=SCHEMA)
    words = ", ".join(f"'{status}'" for status in statuses)
    op.create_check_constraint(op.f("ck_citations_status"), "citations", f"status IN ({words})", schema=SCHEMA)
