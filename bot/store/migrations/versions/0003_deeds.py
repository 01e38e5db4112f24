"""Entries found by who wrote them, for the audit."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_entries_who", "entries", ["who", "at"])
