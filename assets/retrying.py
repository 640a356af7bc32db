"""Which failures of a step Dagster may repeat under the assets' retry policy.

What does not belong here: the policy (`pipeline_defs.policies`), retries within a call (`inroad.guard.retry`) and the attempts at
a row (`inroad.store.claims`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import DagsterExecutionInterruptedError, Failure

from inroad.guard.retry import is_retryable
from inroad.store.database import is_outage


def may_pass(error: BaseException) -> bool:
    """Whether the same step may end otherwise a few seconds later; a bug and a wrong setting never do."""
    return is_retryable(error) or is_outage(error) or isinstance(error, (ConnectionError, TimeoutError))


@contextmanager
def only_transient_retried() -> Iterator[None]:
    """Passes on what may pass by itself; anything else ends the step at once.

    Raises:
        Failure: Not retried: a bug of ours, which would end the same three more times, or the run was cancelled. An interrupt is
            not passed on either: under a retry policy Dagster would take it for a reason to run the step again.
    """
    try:
        yield
    except Failure:
        raise
    except (DagsterExecutionInterruptedError, KeyboardInterrupt) as error:
        raise Failure("Cancelled: what was claimed is back in its queue.", allow_retries=False) from error
    except Exception as error:
        if may_pass(error):
            raise
        raise Failure(f"{type(error).__name__}: {error}", allow_retries=False) from error
