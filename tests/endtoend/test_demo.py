"""The whole pipeline on the example network: all that must be found is found, nothing else, and again nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from examples.network import ExampleNetwork
from inroad.crawl.browser import find_chromium
from inroad.store.models import Page, SitemapFile
from tests.endtoend.command import CalledHere, Command, Ended, arguments_for, on_network
from tests.endtoend.conftest import MakeCommand, database_of
from tests.endtoend.expectations import Line, applies, contact_differences, errors_of, expectations, expected_of, subject
from tests.endtoend.snapshots import fingerprint

HAS_BROWSER = find_chromium() is not None
DOMAINS = tuple(expectations())
HOSTILE = "vexel-surplus.example"
# What the extractors do not read rightly yet. An entry goes when they do; none is added: a contact that was read stays read.
NOT_READ_YET: dict[str, tuple[str, ...]] = {"ballinree-boatworks.example": ("posting Marine Welder",)}
NEEDS_BROWSER = "fernhill-robotics.example"


@dataclass(frozen=True)
class Run:
    """One run of the command over every company."""

    command: Command
    ended: Ended
    out: Path

    def line(self, domain: str) -> Line:
        """What was printed of a company."""
        return next(line for line in self.ended.lines if line["domain"] == domain)


@pytest.fixture(scope="module")
def run(network: ExampleNetwork, make_command: MakeCommand, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The first run, in a process of its own, as a person starts it."""
    command, out = make_command(), tmp_path_factory.mktemp("out")
    command.environment |= on_network(network)
    return Run(command, command(*arguments_for(network.domains, out)), out)


def test_a_run_says_one_line_of_json_a_company_and_nothing_else(run: Run) -> None:
    """A program that reads the output chokes on anything else; `lines` fails on it."""
    assert run.ended.status == 0, run.ended.sentence
    assert [line["domain"] for line in run.ended.lines] == sorted(DOMAINS)
    assert run.ended.sentence == ""
    for line in run.ended.lines:
        assert {"sitemaps", "pages", "fetched", "contacts", "postings", "cvs", "errors", "seconds"} <= line.keys()


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_sitemap_is_read_and_every_error_is_told(run: Run, domain: str) -> None:
    """A fault that is missing here was swallowed; one that is not expected was made by us."""
    line, expected = run.line(domain), expected_of(domain)
    assert line["sitemaps"] == expected["sitemaps"]
    assert {(error["subject"], error["reason"]) for error in line["errors"]} == errors_of(expected, has_browser=HAS_BROWSER)
    assert {error["status"] for error in line["errors"]} <= {"Error"}


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_contact_is_found_and_none_is_invented(run: Run, domain: str) -> None:
    """Contacts are what people come for: each with the page that shows it, its person and its role."""
    differences = contact_differences(run.line(domain), expected_of(domain), has_browser=HAS_BROWSER)
    assert [difference for difference in differences if subject(difference) not in NOT_READ_YET.get(domain, ())] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_open_job_is_found_once(run: Run, domain: str) -> None:
    """A job found twice gets two CVs, one not found gets none."""
    wanted = [title for title in expected_of(domain)["postings"] if f"posting {title}" not in NOT_READ_YET.get(domain, ())]
    found = [posting["title"] for posting in run.line(domain)["postings"]]
    assert sorted(title for title in found if f"posting {title}" not in NOT_READ_YET.get(domain, ())) == sorted(wanted)


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_cv_is_written_for_each_job_that_fits_and_for_no_other(run: Run, domain: str) -> None:
    """The product's last step; its files must be where the output says."""
    cvs = run.line(domain)["cvs"]
    assert sorted(cv["title"] for cv in cvs) == sorted(expected_of(domain)["cvs"])
    for cv in cvs:
        assert cv["status"] == "Complete"
        assert {"pdf", "docx"} <= cv["files"].keys()
        assert all((run.out / path).stat().st_size > 0 for path in cv["files"].values())


def test_each_row_of_the_hostile_site_ends_as_expected(run: Run) -> None:
    """Loops, bombs and endless bodies must end, each with the reason that a person can act on."""
    database = database_of(run.command)
    with database.begin() as session:
        ends = {
            url: (status, reason)
            for url, status, reason in session.execute(
                select(SitemapFile.url, SitemapFile.sitemap_import_status, SitemapFile.error_reason)
            )
        }
        ends |= {
            url: (status, reason)
            for url, status, reason in session.execute(select(Page.url, Page.page_processing_status, Page.error_reason))
        }
    database.close()
    for row in expected_of(HOSTILE)["rows"]:
        assert ends.get(row["url"]) == (row["ends"], row.get("reason")), row["url"]


def test_the_output_folder_holds_what_was_found(run: Run) -> None:
    """People who never see the database work with these files."""
    contacts = (run.out / "contacts.csv").read_text(encoding="utf-8").splitlines()
    assert len(contacts) == 1 + sum(len(line["contacts"]) for line in run.ended.lines)
    assert (run.out / "results.json").stat().st_size > 0


@pytest.mark.slow
def test_a_second_run_fetches_nothing_that_did_not_change_and_writes_no_row(
    run: Run, network: ExampleNetwork, tmp_path: Path
) -> None:
    """The daily refresh of a thousand companies must cost conditional requests and nothing else."""
    database = database_of(run.command)
    before = fingerprint(database)
    assert all(before[table][0] for table in ("domains", "pages", "contact_sources", "cvs"))  # the guard sees something
    network.reset()
    arguments = [argument for argument in arguments_for(network.domains, tmp_path) if argument != "--json"]
    again = CalledHere(run.command.home, run.command.environment)(*arguments)
    assert again.status == 0, again.sentence
    assert fingerprint(database) == before
    database.close()
    assert "Nothing changed" in again.stdout
    pages = [request for request in network.requests if request.path not in ("/robots.txt", "/favicon.ico")]
    asked = [
        request
        for request in pages
        if not {"if-none-match", "if-modified-since"} & request.headers.keys() and request.status == 200
    ]
    assert [f"{request.host}{request.path}" for request in asked if not _is_always_new(request.host, request.path)] == []


def _is_always_new(host: str, path: str) -> bool:
    """Pages that a browser renders are loaded whole, boards and the trickling page give no validator."""
    return host == NEEDS_BROWSER or "greenhouse" in host or (host, path) == (HOSTILE, "/about/history")


@pytest.mark.slow
def test_without_a_browser_the_page_that_needs_one_says_so_and_how_to_mend_it(
    network: ExampleNetwork, command_here: CalledHere, tmp_path: Path
) -> None:
    """A silently empty contact page looks like a company without contacts."""
    command_here.environment |= on_network(network) | {"INROAD_BROWSER": "off"}
    ended = command_here(*arguments_for([NEEDS_BROWSER], tmp_path))
    (line,) = ended.lines
    expected = expected_of(NEEDS_BROWSER)
    assert {(error["subject"], error["reason"]) for error in line["errors"]} == errors_of(expected, has_browser=False)
    assert "INROAD_BROWSER" in line["errors"][0]["error"]
    assert sorted(posting["title"] for posting in line["postings"]) == sorted(expected["postings"])
    hidden = {item["value"] for item in expected["contacts"] if not applies(item, has_browser=False)}
    assert hidden
    assert not hidden & {contact["value"] for contact in line["contacts"]}
