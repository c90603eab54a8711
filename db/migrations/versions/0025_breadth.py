"""An index for approximate search is walked as broadly as its own recall asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    column = sa.Column("breadth", sa.Integer(), nullable=False, server_default="200")
    op.add_column("vector_indexes", column, schema=SCHEMA)
    op.alter_column("vector_indexes", "breadth", server_default=None, schema=SCHEMA)
    op.create_check_constraint(
        op.f("ck_vector_indexes_breadth"), "vector_indexes", "breadth BETWEEN 0 AND 1000", schema=SCHEMA
    )
    # Those that were refused before are tried again, more broadly.
    op.execute(f"DELETE FROM {SCHEMA}.vector_indexes WHERE status = 'REFUSED'")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_vector_indexes_breadth"), "vector_indexes", schema=SCHEMA)
    op.drop_column("vector_indexes", "breadth", schema=SCHEMA)
