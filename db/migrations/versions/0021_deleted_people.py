"""The token issuer tells of people: when it last did, and whose things are still to be taken away."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    for name in ("told_at", "erased_at"):
        op.add_column("users", sa.Column(name, sa.DateTime(timezone=True), nullable=True), schema=SCHEMA)
    op.create_index(
        "ix_users_unerased",
        "users",
        ["deleted_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("deleted_at IS NOT NULL AND erased_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_users_unerased", "users", schema=SCHEMA)
    for name in ("erased_at", "told_at"):
        op.drop_column("users", name, schema=SCHEMA)
