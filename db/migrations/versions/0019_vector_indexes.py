"""Large projects have an index for approximate search of their own: what there is of each, and whether it serves."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    op.create_table(
        "vector_indexes",
        sa.Column("generation_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("partition", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("num_chunks", sa.Integer(), nullable=False),
        sa.Column("recall", sa.Float(), nullable=True),
        sa.Column("build_seconds", sa.Float(), nullable=True),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('BUILDING', 'READY', 'REFUSED', 'LEAVING')", name=op.f("ck_vector_indexes_status")
        ),
        sa.CheckConstraint("dimensions > 0", name=op.f("ck_vector_indexes_dimensions")),
        sa.CheckConstraint("recall BETWEEN 0 AND 1", name=op.f("ck_vector_indexes_recall")),
        sa.PrimaryKeyConstraint("generation_id", name="pk_vector_indexes"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("vector_indexes", schema=SCHEMA)
