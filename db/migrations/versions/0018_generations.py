"""Another embedding model is a generation that is built, under a lease, beside the one that serves."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"
TABLE = "embedding_generations"
STATUSES = "'BUILDING', 'ACTIVE', 'RETIRED', 'FAILED', 'CANCELLED'"
MOMENTS = ("retired_at", "requested_at", "leased_until", "rung_at", "started_at", "finished_at")
COUNTS = ("num_chunks", "num_embedded", "attempt", "num_tries")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    for name in MOMENTS:
        op.add_column(TABLE, sa.Column(name, moment, nullable=True), schema=SCHEMA)
    for name in COUNTS:
        op.add_column(
            TABLE, sa.Column(name, sa.Integer(), nullable=False, server_default="0"), schema=SCHEMA
        )
        op.alter_column(TABLE, name, server_default=None, schema=SCHEMA)
    op.add_column(
        TABLE, sa.Column("change_seq", sa.BigInteger(), nullable=False, server_default="0"), schema=SCHEMA
    )
    op.alter_column(TABLE, "change_seq", server_default=None, schema=SCHEMA)
    op.add_column(
        TABLE, sa.Column("updated_at", moment, nullable=False, server_default=sa.func.now()), schema=SCHEMA
    )
    op.alter_column(TABLE, "updated_at", server_default=None, schema=SCHEMA)
    for name in ("failure_code", "failure_message"):
        op.add_column(TABLE, sa.Column(name, sa.String(), nullable=True), schema=SCHEMA)
    op.add_column(TABLE, sa.Column("requested_by", sa.Uuid(), nullable=True), schema=SCHEMA)
    op.create_foreign_key(
        "fk_embedding_generations_requested_by",
        TABLE,
        "users",
        ["requested_by"],
        ["id"],
        source_schema=SCHEMA,
        referent_schema=SCHEMA,
        ondelete="SET NULL",
    )
    op.create_index("ix_embedding_generations_requested_by", TABLE, ["requested_by"], schema=SCHEMA)
    op.create_index(
        "uq_embedding_generations_building",
        TABLE,
        ["project_id"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("status = 'BUILDING'"),
    )
    op.create_unique_constraint(
        "uq_embedding_generations_project_id_model_dimensions",
        TABLE,
        ["project_id", "model", "dimensions"],
        schema=SCHEMA,
    )
    op.drop_constraint(op.f("ck_embedding_generations_status"), TABLE, schema=SCHEMA)
    op.create_check_constraint(
        op.f("ck_embedding_generations_status"), TABLE, f"status IN ({STATUSES})", schema=SCHEMA
    )
    op.create_check_constraint(
        op.f("ck_embedding_generations_work"),
        TABLE,
        "attempt >= 0 AND num_tries >= 0 AND num_chunks >= 0 AND num_embedded >= 0",
        schema=SCHEMA,
    )
    # A project's chunks are walked through in the order in which their vectors are kept.
    op.create_index("ix_chunks_project_id_id", "chunks", ["project_id", "id"], schema=SCHEMA)
    op.drop_index("ix_chunks_project_id", "chunks", schema=SCHEMA)


def downgrade() -> None:
    op.create_index("ix_chunks_project_id", "chunks", ["project_id"], schema=SCHEMA)
    op.drop_index("ix_chunks_project_id_id", "chunks", schema=SCHEMA)
    op.execute(f"DELETE FROM {SCHEMA}.{TABLE} WHERE status IN ('FAILED', 'CANCELLED')")
    op.drop_constraint(op.f("ck_embedding_generations_work"), TABLE, schema=SCHEMA)
    op.drop_constraint(op.f("ck_embedding_generations_status"), TABLE, schema=SCHEMA)
    op.create_check_constraint(
        op.f("ck_embedding_generations_status"),
        TABLE,
        "status IN ('BUILDING', 'ACTIVE', 'RETIRED')",
        schema=SCHEMA,
    )
    op.drop_constraint("uq_embedding_generations_project_id_model_dimensions", TABLE, schema=SCHEMA)
    op.drop_index("uq_embedding_generations_building", TABLE, schema=SCHEMA)
    for name in ("requested_by", "failure_code", "failure_message", "updated_at", "change_seq"):
        op.drop_column(TABLE, name, schema=SCHEMA)
    for name in (*MOMENTS, *COUNTS):
        op.drop_column(TABLE, name, schema=SCHEMA)
