"""The store: models, migrations, queries and the embedded server. The only place in the project that writes SQL.

Query functions take a `Session` and are plain synchronous functions; `Database.call` runs one in a transaction, and
`Database.run` does the same from asynchronous code. What does not belong here: deciding what to do with the rows.
"""

from inroad.store.database import Database, DatabaseUnavailable
from inroad.store.opening import open_database

__all__ = ["Database", "DatabaseUnavailable", "open_database"]
