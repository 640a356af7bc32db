"""What a run found, for people and programs: the table, `results.json`, `contacts.csv` and the CVs under the output folder."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from inroad.cli.explaining import print_explanations
from inroad.cli.intake import BadInput
from inroad.cli.watching import Failure, Watch
from inroad.settings import Settings, get_settings
from inroad.store import Database
from inroad.store.results import DomainResult, domain_result
from inroad.store.visits import visit_counts

# Errors of one company that are printed for each reason; results.json and `inroad status --json` have all.
SHOWN_OF_A_REASON = 3
CONTACT_COLUMNS = ("domain", "kind", "value", "name", "role", "confidence", "page_url", "method", "snippet", "source_count")


@dataclass(frozen=True, slots=True)
class RunResult:
    """One domain's part of a run.

    Attributes:
        result: Everything known of the domain.
        visits: Counts of this run under "KIND/OUTCOME".
        seconds: Wall seconds.
        changes: What was new or changed, in any stage.
        failures: What did not succeed in this run, whether or not a row carries it.
    """

    result: DomainResult
    visits: Mapping[str, int]
    seconds: float
    changes: int = 0
    failures: Sequence[Failure] = ()

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The rows' errors, and what could not be read again in this run: that row stays as it was and carries none."""
        known = {(error["subject"], error["reason"]) for error in self.result.errors}
        kept = {(fault.subject, fault.reason): fault for fault in self.failures if (fault.subject, fault.reason) not in known}
        return [*self.result.errors, *(_not_read_again(fault) for fault in kept.values())]

    @property
    def fetched(self) -> int:
        """Pages whose content came new in this run, the home page included."""
        return self.visits.get("page/new", 0) + self.visits.get("page/changed", 0)

    @property
    def unchanged(self) -> int:
        """Subjects that were visited and had not changed."""
        return sum(count for key, count in self._subjects() if key.endswith("/unchanged"))

    @property
    def changed(self) -> int:
        """Subjects that were new or had changed."""
        return sum(count for key, count in self._subjects() if key.endswith(("/new", "/changed")))

    def _subjects(self) -> list[tuple[str, int]]:
        """The visits without those to a domain, whose home page is counted among the pages."""
        return [(key, count) for key, count in self.visits.items() if not key.startswith("domain/")]

    def as_json(self) -> dict[str, Any]:
        """The fixed shape of `inroad run --json`."""
        found = asdict(self.result)
        found["errors"] = self.errors
        found["fetched"] = self.fetched
        found["unchanged"] = self.unchanged
        found["seconds"] = round(self.seconds, 3)
        return found


def _not_read_again(fault: Failure) -> dict[str, Any]:
    told = {"stage": fault.stage, "subject": fault.subject, "reason": fault.reason, "error": fault.sentence}
    return {**told, "status": "Complete", "next_attempt_at": None}


def collect(database: Database, names: Sequence[str], runs: Sequence[str], watch: Watch) -> list[RunResult]:
    """The results of some domains after some runs."""
    visits = database.call(visit_counts, runs)
    out = []
    for name in names:
        result = database.call(domain_result, name)
        if result is not None:
            counts = visits.get(name, {})
            out.append(RunResult(result, counts, watch.seconds[name], watch.changes[name], watch.failures[name]))
    return out


def refused_json(typed: str, sentence: str) -> dict[str, Any]:
    """The same shape for what was typed and is no domain."""
    error = {"stage": "domains", "subject": typed, "reason": "not-a-domain", "error": sentence, "status": "Refused"}
    empty: dict[str, Any] = {"sitemaps": 0, "pages": 0, "fetched": 0, "unchanged": 0, "seconds": 0.0}
    return {"domain": typed, "status": "Refused", **empty, "contacts": [], "postings": [], "cvs": [], "errors": [error]}


def print_table(console: Console, results: Sequence[RunResult]) -> None:
    """One line for each company, and beneath it the errors, why postings were left, and whom to write to."""
    table = Table(title="What was found", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Company", no_wrap=True)
    for heading in ("Sitemaps", "Pages", "Fetched", "Contacts", "Postings", "CVs", "Errors", "Seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for item in results:
        found = item.result
        written = sum(cv["status"] == "Complete" for cv in found.cvs)
        numbers = (
            found.sitemaps,
            found.pages,
            item.fetched,
            len(found.contacts),
            len(found.postings),
            written,
            len(item.errors),
        )
        table.add_row(found.domain, *map(str, numbers), f"{item.seconds:.1f}")
    console.print(table)
    for item in results:
        _print_errors(console, item)
        print_explanations(console, item.result, get_settings())


def _print_errors(console: Console, item: RunResult) -> None:
    """A few errors of each reason: a site with forty dead links would push everything else off the screen."""
    told: Counter[str] = Counter()
    for error in item.errors:
        told[error["reason"]] += 1
        if told[error["reason"]] > SHOWN_OF_A_REASON:
            continue
        again = f" Next attempt {error['next_attempt_at'][11:19]} UTC." if error["next_attempt_at"] else ""
        again = " What was read before stays." if error["status"] == "Complete" else again
        where = "" if error["subject"] in error["error"] else f"{error['subject']}: "
        line = f"  {item.result.domain} [{error['reason']}] {where}{error['error']}{again}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    for reason, count in told.items():
        if count > SHOWN_OF_A_REASON:
            line = f"  {item.result.domain} [{reason}] and {count - SHOWN_OF_A_REASON} more: `inroad status {item.result.domain}`"
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def change_sentence(results: Sequence[RunResult]) -> str:
    """What was new in this run, in one sentence."""
    changed = sum(item.changed for item in results)
    unchanged = sum(item.unchanged for item in results)
    if not any(item.changes for item in results):
        if not unchanged:
            return "No sitemap and no page could be visited."
        return f"Nothing changed: {unchanged} sitemaps and pages were asked, none had anything new, and no row was written."
    return f"{changed} sitemaps, pages and boards were new or changed, {unchanged} unchanged."


def write_out(settings: Settings, out: Path, results: Sequence[RunResult]) -> list[Path]:
    """Writes results.json, contacts.csv and the CVs below the output folder; each file whole or not at all.

    Raises:
        BadInput: The folder cannot be written; names it and the mend.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        written = [out / "results.json", out / "contacts.csv"]
        body = json.dumps([item.as_json() for item in results], ensure_ascii=False, indent=2)
        _replace(written[0], body + "\n")
        _write_contacts(written[1], results)
        for item in results:
            written += _copy_cvs(settings, out, item.result)
    except OSError as error:
        sentence = f"{error.filename or out} cannot be written: {error.strerror or error}."
        raise BadInput(
            sentence, mend="Free space or name another folder with --out; the results are safe in the database."
        ) from error
    return written


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _write_contacts(path: Path, results: Sequence[RunResult]) -> None:
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(CONTACT_COLUMNS)
        for item in results:
            for contact in item.result.contacts:
                proof = contact["sources"][0] if contact["sources"] else {"page_url": "", "method": "", "snippet": ""}
                row = [item.result.domain, *(contact[name] for name in ("kind", "value", "name", "role", "confidence"))]
                row += [proof["page_url"], proof["method"], proof["snippet"], len(contact["sources"])]
                writer.writerow([harmless(value) for value in row])
    temporary.replace(path)


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection); E.164 numbers stay as they are."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = value.replace("\r", " ").replace("\n", " ")
    is_phone = text[:1] == "+" and text[1:].isdigit()
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") and not is_phone else text


def _copy_cvs(settings: Settings, out: Path, result: DomainResult) -> list[Path]:
    copied = []
    for cv in result.cvs:
        for relative in (*cv["files"].values(), *((cv.get("outreach") or {}).get("files") or {}).values()):
            source = settings.files / relative
            target = out / relative
            if not source.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(f".{target.name}.part")
            shutil.copyfile(source, temporary)
            temporary.replace(target)
            copied.append(target)
    return copied
