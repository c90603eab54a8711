"""Citations may be of pages of the web."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    op.add_column("citations", sa.Column("url", sa.String(), nullable=True), schema=SCHEMA)
    op.add_column("citations", sa.Column("published_on", sa.Date(), nullable=True), schema=SCHEMA)


def downgrade() -> None:
    op.execute(f"DELETE FROM {SCHEMA}.citations WHERE url IS NOT NULL")
    op.drop_column("citations", "published_on", schema=SCHEMA)
    op.drop_column("citations", "url", schema=SCHEMA)
