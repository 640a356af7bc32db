"""The guard: nothing leaves the machine without permission, budget, rate limit, breaker and ledger.

What belongs here: the error tree and the composed guard with its parts. What does not: the SQL behind them (`inroad.store`)
and the services that are called.
"""

from inroad.guard.errors import (
    BucketEmpty,
    BudgetExceeded,
    CircuitOpen,
    InroadError,
    NotCalled,
    Paused,
    PermanentError,
    RateLimited,
    Scope,
    TransientError,
    UserError,
)

__all__ = [
    "BucketEmpty",
    "BudgetExceeded",
    "CircuitOpen",
    "InroadError",
    "NotCalled",
    "Paused",
    "PermanentError",
    "RateLimited",
    "Scope",
    "TransientError",
    "UserError",
]
