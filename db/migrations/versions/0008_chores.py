"""Chores of the whole house are held under a lease, like all long work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    op.create_table(
        "chores",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.String(), nullable=True),
        sa.Column("report", JSONB(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempt >= 0", name=op.f("ck_chores_attempt")),
        sa.PrimaryKeyConstraint("name", name="pk_chores"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("chores", schema=SCHEMA)
