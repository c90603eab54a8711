"""Chunks may be embedded with their context, and answers may read what stands beside what was found."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    for table in ("chunks", "staged_chunks"):
        op.add_column(table, sa.Column("context", sa.String(), nullable=True), schema=SCHEMA)
    for name, kind, default in (
        ("neighbour_chunks", sa.Integer(), "0"),
        ("contextual_chunks", sa.Boolean(), "false"),
    ):
        column = sa.Column(name, kind, server_default=sa.text(default), nullable=False)
        op.add_column("retrieval_settings", column, schema=SCHEMA)
        op.alter_column("retrieval_settings", name, server_default=None, schema=SCHEMA)
    op.create_check_constraint(
        op.f("ck_retrieval_settings_neighbour_chunks"),
        "retrieval_settings",
        "neighbour_chunks BETWEEN 0 AND 3",
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_retrieval_settings_neighbour_chunks"), "retrieval_settings", schema=SCHEMA)
    for name in ("contextual_chunks", "neighbour_chunks"):
        op.drop_column("retrieval_settings", name, schema=SCHEMA)
    for table in ("staged_chunks", "chunks"):
        op.drop_column(table, "context", schema=SCHEMA)
