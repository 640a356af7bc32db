"""Many small companies, from their domains to their contacts: wall time, Dagster's share of it, and what is left undone.

The sites are served on loopback: robots.txt, a sitemap, and five pages with two contacts and a posting. A run is what
`inroad run --file` does, in a home of its own. Dagster's share is what is not spent in the stages and in reading the rows
that they report.

    python benchmarks/bench_domains.py                          1,000 domains
    python benchmarks/bench_domains.py --domains 300 --json     one line of JSON
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from examples.network import ExampleNetwork
from examples.network.application import Application
from examples.network.content import Resource
from examples.network.sites import Site

GOAL_SHARE = 0.1
WRITTEN = datetime(2026, 9, 1, tzinfo=UTC)
ROOT = Path(__file__).parent.parent
P = ParamSpec("P")
T = TypeVar("T")

PAGE = """<!doctype html><html lang="en"><title>%(title)s</title><body><nav><a href="/">Home</a> <a href="/about/">About</a>
<a href="/contact/">Contact</a> <a href="/team/">Team</a> <a href="/jobs/">Jobs</a></nav>
<main><h1>%(title)s</h1>%(body)s</main>"""
WORDS = "<p>We build instruments that measure water where it flows, for towns, for farmers and those who keep rivers.</p>" * 8
JOB = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "JobPosting", "title": "Data Engineer",
"datePosted": "2026-10-01", "url": "https://%s/jobs/", "hiringOrganization": {"@type": "Organization", "name": "Number %s"},
"jobLocation": {"@type": "Place", "address": "Leeds"},
"description": "<p>You build pipelines.</p><ul><li>Python</li></ul>"}</script>"""


class ManySites(ExampleNetwork):
    """The example network with invented small companies in place of its own."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._sites = {name: small_site(name) for name in (f"company{number:05}.example" for number in range(count))}
        self._application = Application(self._sites)


def small_site(name: str) -> Site:
    """One company."""
    bodies = {
        "/": f"<p>Number {name} of Leeds.</p>",
        "/about/": "<p>Founded in 1990.</p>",
        "/contact/": f'<p><a href="mailto:office@{name}">office@{name}</a> <a href="tel:+441134960123">0113 496 0123</a></p>',
        "/team/": "<p>Ada Quill, Managing Director</p>",
        "/jobs/": JOB % (name, name),
    }
    pages = {path: PAGE % {"title": f"{path.strip('/') or name}", "body": body + WORDS} for path, body in bodies.items()}
    listed = "".join(f"<url><loc>https://{name}{path}</loc></url>" for path in pages)
    other = {
        "/robots.txt": ("text/plain", f"User-agent: *\nAllow: /\nSitemap: https://{name}/sitemap.xml\n"),
        "/sitemap.xml": ("application/xml", f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{listed}</urlset>"),
    }
    served = {path: ("text/html; charset=utf-8", page) for path, page in pages.items()} | other
    resources = {path: Resource(text.encode(), kind, WRITTEN) for path, (kind, text) in served.items()}
    return Site(name, name, name, True, True, "nginx", resources, {}, {}, ())


class Clock:
    """Wall seconds spent in some functions."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, function: Callable[P, T]) -> Callable[P, T]:
        """The function, whose time is added."""

        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - start

        return call


def measure(domains: Sequence[str]) -> dict[str, Any]:
    """Runs every stage on the domains in this process, as `inroad run` does, and counts what is there afterwards."""
    from assets import materialising
    from inroad.cli.context import open_for, use_settings
    from inroad.cli.inspecting import gather
    from inroad.cli.launching import materialise
    from inroad.store.domains import add_domains

    settings = use_settings()
    database = open_for(settings)
    database.call(add_domains, domains)
    ours = Clock()
    materialising.run_stage = ours.timed(materialising.run_stage)
    materialising.partition_metadata = ours.timed(materialising.partition_metadata)
    materialising.stage_states = ours.timed(materialising.stage_states)
    start = time.perf_counter()
    launched = materialise(database, domains)
    seconds = time.perf_counter() - start
    facts = database.call(gather, None, [], settings.refresh_after_hours)
    return {
        "domains": len(domains),
        "seconds": round(seconds, 1),
        "dagster_share": round((seconds - ours.seconds) / seconds, 4),
        "runs": len(launched.run_ids),
        "errors": list(launched.errors),
        "stages": {stage["stage"]: stage["counts"] | {"due": stage["due"]} for stage in facts["stages"]},
        "dead_letters": facts["dead_letters"],
        "stuck": facts["stuck"],
    }


def main() -> None:
    """Serves the sites, measures in a process of its own, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--domains", type=int, default=1_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    names = [f"company{number:05}.example" for number in range(options.domains)]
    if options.measure:
        print(json.dumps(measure(names)))
        return
    home = tempfile.mkdtemp(prefix="inroad-bench-")
    Path(home).chmod(0o755)
    try:
        with ManySites(options.domains) as sites:
            report = json.loads(_measured(options.domains, home, sites))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    if options.json:
        print(json.dumps(report))
    else:
        _tell(report)


def _measured(count: int, home: str, sites: ManySites) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INROAD_", "DAGSTER_"))}
    given = {
        "INROAD_HOME": home,
        "INROAD_CONFIG": os.devnull,
        "INROAD_RESOLVE": ",".join(sites.resolve),
        "INROAD_CA_FILE": str(sites.ca_file),
        "INROAD_HOST_INTERVAL_S": "0.01",
    }
    command = [sys.executable, __file__, "--measure", "--domains", str(count)]
    done = subprocess.run(command, env={**kept, **given, "PYTHONPATH": str(ROOT)}, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1]


def _tell(report: dict[str, Any]) -> None:
    rate = report["domains"] / report["seconds"]
    print(f"{report['domains']:,} domains in {report['seconds']} s ({rate:.1f} a second), {report['runs']} runs")
    print(f"Dagster's share of the wall time: {report['dagster_share']:.1%} (goal: at most {GOAL_SHARE:.0%})")
    for stage, counts in report["stages"].items():
        print(f"  {stage:14} {', '.join(f'{state} {count:,}' for state, count in counts.items() if count)}")
    for row in report["stuck"]:
        print(f"  stuck: {row['stage']} {row['domain']}: {row['rows']} rows {row['why']}")
    for sentence in report["errors"]:
        print(f"  run failed: {sentence}")


if __name__ == "__main__":
    main()
