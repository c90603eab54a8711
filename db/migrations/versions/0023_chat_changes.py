"""Changes of chats are numbered beside those of documents, so that a list of chats follows its project."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    column = sa.Column("change_seq", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("chats", column, schema=SCHEMA)
    op.alter_column("chats", "change_seq", server_default=None, schema=SCHEMA)
    op.create_index("ix_chats_project_id_change_seq", "chats", ["project_id", "change_seq"], schema=SCHEMA)
    op.create_table(
        "chat_removals",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["opentrace.projects.id"],
            name="fk_chat_removals_project_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["opentrace.users.id"], name="fk_chat_removals_created_by", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "change_seq", name="pk_chat_removals"),
        schema=SCHEMA,
    )
    op.create_index("ix_chat_removals_created_by", "chat_removals", ["created_by"], schema=SCHEMA)


def downgrade() -> None:
    for trigger in ("count_change_of_new", "count_change", "count_removal"):
        op.execute(f"DROP TRIGGER IF EXISTS {trigger} ON {SCHEMA}.chats")
    op.drop_table("chat_removals", schema=SCHEMA)
    op.drop_index("ix_chats_project_id_change_seq", "chats", schema=SCHEMA)
    op.drop_column("chats", "change_seq", schema=SCHEMA)
