"""What waits for a worker carries the trace of the request that asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    for table in ("messages", "documents"):
        op.add_column(table, sa.Column("traceparent", sa.String(), nullable=True), schema=SCHEMA)


def downgrade() -> None:
    for table in ("documents", "messages"):
        op.drop_column(table, "traceparent", schema=SCHEMA)
