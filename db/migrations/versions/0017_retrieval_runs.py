"""Every answer keeps the searches that it was written from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    op.create_table(
        "retrieval_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tool", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("wordings", JSONB(), nullable=False),
        sa.Column("settings", JSONB(), nullable=False),
        sa.Column("candidates", JSONB(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompts", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["opentrace.messages.id"], name="fk_retrieval_runs_message_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_retrieval_runs"),
        sa.UniqueConstraint("message_id", "position", name="uq_retrieval_runs_message_id_position"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("retrieval_runs", schema=SCHEMA)
