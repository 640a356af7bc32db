"""Milliseconds per composed, checked and drawn CV, and of matching 1,000 postings; next to RenderCV where it is installed.

Run with `python benchmarks/bench_cvs.py`. The profile is the example's; each posting differs in its text, so that nothing is
answered from a cache. RenderCV is no dependency: name a Python that has `rendercv[full]` as the argument, for the peer's figure.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from inroad.cvs import Profile, check_cv, compose_cv, match_posting, render_cv
from inroad.cvs.docx import draw_docx
from inroad.cvs.layout import lay_out
from inroad.cvs.letter_files import draw_letter
from inroad.cvs.letters import write_outreach
from inroad.cvs.looks import LOOKS, PAPERS
from inroad.cvs.pdf import draw_pdf, read_pdf
from inroad.cvs.rendering import CREATED_AT_S
from inroad.postings.model import Posting

PROFILE = Path(__file__).parents[1] / "examples" / "profile.yaml"
TOPICS = "Kubernetes Terraform PostgreSQL Kafka Airflow Python Java Django Rust React AWS Azure Ansible Flink Grafana".split()  # noqa: SIM905


def posting(number: int) -> Posting:
    """Make one posting of about 150 words; every number gives another text."""
    skills = [TOPICS[(number * step + step) % len(TOPICS)] for step in (1, 3, 4, 7)]
    lines = [
        f"- {2 + number % 7}+ years of experience with {skills[0]} in team {number}",
        f"- Strong {skills[1]} and {skills[2]}",
        "- Fluent English",
    ]
    duties = [f"- Build and operate service {number}-{duty} with {skills[duty % 4]} for our customers" for duty in range(8)]
    text = "\n".join(
        ["We build things.", "", "What you will do", *duties, "", "What you bring", *lines, "", "Nice to have", f"- {skills[3]}"]
    )
    return Posting(
        key=f"bench:{number}",
        title=f"{skills[0]} Engineer",
        url=f"https://bench.example/{number}",
        description=text,
        company="Bench",
    )


def median_ms(call: Callable[[int], object], times: int, clock: Callable[[], float] = time.process_time) -> float:
    """Time a call; its argument is the number of the round. Processor time, which a busy machine does not change."""
    spent = []
    for number in range(times):
        begun = clock()
        call(number)
        spent.append((clock() - begun) * 1_000)
    return statistics.median(spent)


def rendercv_ms(folder: Path) -> tuple[float | None, str]:
    """Time RenderCV's own command on its own sample; (None, why) where it cannot run here."""
    if len(sys.argv) < 2:
        return None, "no Python with it was named"
    run = [sys.argv[1], "-m", "rendercv"]
    subprocess.run([*run, "new", "John Doe"], cwd=folder, check=True, capture_output=True)

    def render(_: int) -> None:
        done = subprocess.run([*run, "render", "John_Doe_CV.yaml"], cwd=folder, check=False, capture_output=True, text=True)
        if not list(folder.glob("rendercv_output/*.pdf")):  # it ends with 0 where Typst could not fetch a package
            raise RuntimeError(" ".join(line.strip() for line in done.stdout.splitlines()[-5:])[:200])

    try:
        return median_ms(render, 3, time.perf_counter), ""  # another process's time
    except RuntimeError as error:
        return None, f"it made no PDF: {error}"


def main() -> None:
    """Print one line a figure."""
    profile = Profile.load(PROFILE)
    cv = compose_cv(profile, posting(0))
    cvs = [
        compose_cv(profile, posting(number), words=(400 + 10 * number, 410 + 10 * number)) for number in range(20)
    ]  # 20 different documents
    document = lay_out(cv.resume, cv.language)
    pdf = draw_pdf(document, CREATED_AT_S)
    letter = write_outreach(cv, profile, posting(0)).letter
    begun = time.process_time()
    scores = [match_posting(profile, posting(number)).score for number in range(1_000)]
    print(f"matching of 1,000 postings: {time.process_time() - begun:.2f} s (scores {min(scores)} to {max(scores)})")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = {
            "compose": median_ms(lambda number: compose_cv(profile, posting(number)), 30),
            "check": median_ms(lambda _: check_cv(cv, profile), 30),
            **{
                f"PDF, drawn, {look} on {paper}": median_ms(
                    lambda number, look=look, paper=paper: draw_pdf(
                        replace(document, headline=f"{look} {paper} {number}"), CREATED_AT_S, template=look, paper=paper
                    ),
                    15,
                )
                for look in LOOKS
                for paper in PAPERS
            },
            "letter and message, written and checked": median_ms(lambda number: write_outreach(cv, profile, posting(number)), 10),
            "letter, PDF, DOCX and text, read back": median_ms(lambda _: draw_letter(letter), 10),
            "PDF, drawn": median_ms(lambda number: draw_pdf(replace(document, headline=f"Round {number}"), CREATED_AT_S), 30),
            "PDF, read back": median_ms(lambda _: read_pdf(pdf), 10),
            "DOCX, drawn": median_ms(lambda _: draw_docx(document, CREATED_AT_S), 20),
            "PDF as a file, checked, drawn, read back": median_ms(
                lambda number: render_cv(cvs[number], folder, profile=profile, formats=("pdf",)), 20
            ),
            "all five formats": median_ms(lambda number: render_cv(cvs[number], folder, profile=profile), 10),
        }
        for what, spent in figures.items():
            print(f"{what}: {spent:.1f} ms of processor time")
        peer, why = rendercv_ms(folder)
        print(f"RenderCV, one process a CV: {peer:.0f} ms" if peer else f"RenderCV: {why}")


if __name__ == "__main__":
    main()
