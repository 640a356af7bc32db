"""Policies that every asset shares: retry, batches, freshness, pools."""

from __future__ import annotations

import warnings
from datetime import timedelta

from dagster import BackfillPolicy, Backoff, BetaWarning, FreshnessPolicy, Jitter, RetryPolicy

# Backfill policies are beta in Dagster 1.13, and used on purpose: without this each process begins with eleven lines about them.
warnings.filterwarnings("ignore", category=BetaWarning)

# For what is left after the guard and the rows: a database that restarts, a worker that loses its network. Row failures are not
# retried here (the rows carry their next attempts), and a bug or a wrong setting neither (`assets.retrying`).
RETRY = RetryPolicy(max_retries=3, delay=2, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS)

# A backfill in the UI takes this many domains a run; a run for each of many domains would cost seconds each.
BATCHES = BackfillPolicy.multi_run(max_partitions_per_run=100)

# The daily schedule refreshes; two missed days are a failure.
CRAWLED = FreshnessPolicy.time_window(fail_window=timedelta(hours=48), warn_window=timedelta(hours=30))
WRITTEN = FreshnessPolicy.time_window(fail_window=timedelta(days=7), warn_window=timedelta(hours=48))

WEB_POOL = "web"
BROWSER_POOL = "browser"
LLM_POOL = "llm"
