"""Alembic runs this: the connection comes from the store, which began the transaction and will commit it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
