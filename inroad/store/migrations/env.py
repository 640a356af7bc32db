"""Alembic's environment: uses the connection that `inroad.store.migrate` hands over, else INROAD_DATABASE_URL."""

from alembic import context
from sqlalchemy import Connection

from inroad.store.models import Base

target_metadata = Base.metadata


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=target_metadata, compare_type=True, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    from inroad.settings import load_settings
    from inroad.store import open_database

    with open_database(load_settings(), migrate=False).engine.connect() as opened:
        _run(opened)
        opened.commit()
