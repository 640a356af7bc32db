"""Many small companies in one run, through the benchmark's own door: every row ends, and nothing is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.endtoend.command import ROOT

COUNT = 120
PAGES = 5


@pytest.mark.slow
def test_every_row_of_many_companies_ends_over_several_runs() -> None:
    """More domains than one run takes: a claim that is lost or a range that is left out shows only here."""
    command = [sys.executable, "benchmarks/bench_domains.py", "--domains", str(COUNT), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["runs"], report["errors"], report["dead_letters"], report["stuck"]) == (2, [], [], [])
    stages = report["stages"]
    for stage in ("domains", "sitemaps"):
        assert stages[stage] == {"Complete": COUNT, "due": 0}
    for stage in ("page_contents", "contacts", "companies", "postings"):
        assert stages[stage] == {"Complete": COUNT * PAGES, "due": 0}
    assert stages["pages"] == {"Selected": COUNT * PAGES, "due": 0}
    assert stages["matches"] == {"Queued": COUNT, "due": COUNT}, "without a profile postings wait"
    assert 0 < report["dagster_share"] < 1
