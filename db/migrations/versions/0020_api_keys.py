"""Programs sign in with keys, rows remember which key asked for them, and rights-relevant acts are logged."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"
NOTED = ("messages", "documents", "crawls", "usage")
CAPABILITIES = "ARRAY['READ', 'SEARCH', 'ASK', 'WRITE_DOCUMENTS', 'MANAGE_PROJECTS']::varchar[]"
ACTS = (
    *("API_KEY_CREATED", "API_KEY_ROTATED", "API_KEY_REVOKED", "API_KEY_FIRST_USED"),
    *("PROJECT_CREATED", "PROJECT_DELETED", "SETTINGS_CHANGED", "DOCUMENT_DELETED", "CHAT_DELETED"),
)


def upgrade() -> None:
    _keys()
    _log()
    for table in NOTED:
        op.add_column(table, sa.Column("api_key_id", sa.Uuid(), nullable=True), schema=SCHEMA)
    op.create_index("ix_usage_api_key_id", "usage", ["api_key_id"], schema=SCHEMA)


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("capabilities", ARRAY(sa.String()), nullable=False),
        sa.Column("project_ids", ARRAY(sa.Uuid()), nullable=True),
        sa.Column("budget_usd", sa.Numeric(), nullable=True),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=name != "created_at")
            for name in ("expires_at", "created_at", "last_used_at", "revoked_at")
        ),
        sa.CheckConstraint(
            f"cardinality(capabilities) > 0 AND capabilities <@ {CAPABILITIES}", name="ck_api_keys_capabilities"
        ),
        sa.CheckConstraint("budget_usd > 0", name="ck_api_keys_budget_usd"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["opentrace.users.id"], name="fk_api_keys_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("secret_sha256", name="uq_api_keys_secret_sha256"),
        schema=SCHEMA,
    )
    for column in ("user_id", "line_id"):
        op.create_index(f"ix_api_keys_{column}", "api_keys", [column], schema=SCHEMA)


def _log() -> None:
    words = ", ".join(f"'{act}'" for act in ACTS)
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("detail", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"act IN ({words})", name="ck_audit_log_act"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["opentrace.users.id"], name="fk_audit_log_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
        schema=SCHEMA,
    )
    op.create_index("ix_audit_log_user_id_created_at_id", "audit_log", ["user_id", "created_at", "id"], schema=SCHEMA)


def downgrade() -> None:
    for table in NOTED:
        op.execute(f"DROP TRIGGER IF EXISTS note_key ON {SCHEMA}.{table}")
    op.execute(f"DROP TRIGGER IF EXISTS note_key_of_asker ON {SCHEMA}.documents")
    op.drop_index("ix_usage_api_key_id", "usage", schema=SCHEMA)
    for table in NOTED:
        op.drop_column(table, "api_key_id", schema=SCHEMA)
    op.drop_table("audit_log", schema=SCHEMA)
    op.drop_table("api_keys", schema=SCHEMA)
