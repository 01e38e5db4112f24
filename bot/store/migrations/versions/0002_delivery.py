"""Delivery: what was taken of each limit, when a look was shown, and entries found by what happened."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "buckets",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_buckets"),
    )
    for name in ("posted", "at", "tired"):
        op.add_column("shown", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_entries_event", "entries", ["kind", "id", "event", "rev"])
    op.create_index("ix_sends_at", "sends", ["at"])
    # A planner that knows nothing of the rows reads a long log the slow way.
    op.execute("ANALYZE")
