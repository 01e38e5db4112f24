"""Pages, and what waits for each destination, are found however much waits."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    partial("ix_sends_pages", ["not_before"], "state = 'pending' AND kind = 'page'")
    partial("ix_sends_waiting", ["dest", "rank", "id"], "state = 'pending'")


def partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "sends", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
