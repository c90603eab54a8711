"""A change of the embedding model tells that only its index is waited for."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    column: sa.Column[bool] = sa.Column(
        "is_indexing", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("embedding_generations", column, schema=SCHEMA)
    op.alter_column("embedding_generations", "is_indexing", server_default=None, schema=SCHEMA)


def downgrade() -> None:
    op.drop_column("embedding_generations", "is_indexing", schema=SCHEMA)
