"""Chats are tended behind the scenes: titled after their first answer, and remembered beyond the prompt."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    op.add_column(
        "chats", sa.Column("is_titled", sa.Boolean(), nullable=False, server_default="true"), schema=SCHEMA
    )
    for name in ("tend_attempt", "num_tend_tries"):
        op.add_column("chats", sa.Column(name, sa.Integer(), nullable=False, server_default="0"), schema=SCHEMA)
        op.alter_column("chats", name, server_default=None, schema=SCHEMA)
    op.alter_column("chats", "is_titled", server_default=None, schema=SCHEMA)
    for name in ("tend_at", "tend_leased_until"):
        op.add_column("chats", sa.Column(name, sa.DateTime(timezone=True), nullable=True), schema=SCHEMA)
    op.create_index(
        "ix_chats_tend", "chats", ["tend_at"], schema=SCHEMA, postgresql_where=sa.text("tend_at IS NOT NULL")
    )
    op.create_table(
        "memories",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["opentrace.messages.id"], name="fk_memories_message_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_memories"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("memories", schema=SCHEMA)
    op.drop_index("ix_chats_tend", "chats", schema=SCHEMA)
    for name in ("tend_leased_until", "tend_at", "num_tend_tries", "tend_attempt", "is_titled"):
        op.drop_column("chats", name, schema=SCHEMA)
