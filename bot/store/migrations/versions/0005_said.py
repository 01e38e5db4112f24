"""What was said long before it was heard keeps its time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entries", sa.Column("said", sa.DateTime(timezone=True), nullable=True))
