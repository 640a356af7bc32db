"""A job board: the answers of Greenhouse's public board API for one company, and the board's own pages.

The payloads have the shape documented at https://developers.greenhouse.io/job-board.html. A board is a folder of page sources,
one a job, named by the job's number; the API's host and the board's host are both answered from it.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from examples.network.content import CONTENT_TYPES, Resource, Source

API_HOST = "boards-api.greenhouse.io"
BOARD_HOST = "boards.greenhouse.io"


def board_resources(folder: Path, *, host: str, company: str) -> dict[str, Resource]:
    """What `host` answers for the board in `folder`, whose name is the board's token.

    Raises:
        ValueError: `host` is neither of the board's hosts.
    """
    jobs = {file.stem: Source.read(file) for file in sorted(folder.glob("*.html"))}
    if host == API_HOST:
        return _api_answers(folder.name, jobs, company)
    if host == BOARD_HOST:
        return _board_pages(folder.name, jobs, company)
    raise ValueError(f"{host} serves no job board")


def _api_answers(token: str, jobs: dict[str, Source], company: str) -> dict[str, Resource]:
    root = f"/v1/boards/{token}"
    modified = max(source.modified for source in jobs.values())
    full = [_payload(token, number, source, company) for number, source in jobs.items()]
    brief = [{key: value for key, value in job.items() if key not in ("content", "departments", "offices")} for job in full]
    answers: dict[str, Any] = {
        root: {"name": company, "content": ""},
        f"{root}/jobs": {"jobs": brief, "meta": {"total": len(brief)}},
        f"{root}/jobs?content=true": {"jobs": full, "meta": {"total": len(full)}},
    }
    answers |= {f"{root}/jobs/{job['id']}": job for job in full}
    kind = "application/json; charset=utf-8"
    return {path: Resource(json.dumps(answer).encode(), kind, modified) for path, answer in answers.items()}


def _payload(token: str, number: str, source: Source, company: str) -> dict[str, Any]:
    facts = source.facts
    place = facts["location"]
    stamp = source.modified.isoformat()
    return {
        "absolute_url": f"https://{BOARD_HOST}/{token}/jobs/{number}",
        "data_compliance": [{"type": "gdpr", "requires_consent": False, "retention_period": None}],
        "internal_job_id": int(number) - 1_000_000,
        "location": {"name": place},
        "metadata": [],
        "id": int(number),
        "updated_at": stamp,
        "requisition_id": facts["requisition"],
        "title": facts["title"],
        "company_name": company,
        "first_published": stamp,
        "language": "en",
        "content": html.escape(source.html.strip()),
        "departments": [{"id": 4_021_770, "name": facts["department"], "child_ids": [], "parent_id": None}],
        "offices": [{"id": 4_009_115, "name": place, "location": place, "child_ids": [], "parent_id": None}],
    }


def _board_pages(token: str, jobs: dict[str, Source], company: str) -> dict[str, Resource]:
    modified = max(source.modified for source in jobs.values())
    links = "".join(
        f'<div class="opening"><a href="/{token}/jobs/{number}">{html.escape(source.facts["title"])}</a>'
        f'<br><span class="location">{html.escape(source.facts["location"])}</span></div>'
        for number, source in jobs.items()
    )
    board = _document(f"Jobs at {company}", f"<h1>Current Job Openings</h1>{links}")
    script = (
        "(function(){var frame=document.createElement('iframe');frame.title='Greenhouse Job Board';frame.width='100%';"
        f"frame.src='https://{BOARD_HOST}/embed/job_board?for={token}';"
        "var app=document.getElementById('grnhse_app');if(app){app.appendChild(frame);}})();\n"
    )
    pages = {
        f"/{token}": Resource(board, CONTENT_TYPES[".html"], modified),
        f"/embed/job_board?for={token}": Resource(board, CONTENT_TYPES[".html"], modified),
        f"/embed/job_board/js?for={token}": Resource(script.encode(), CONTENT_TYPES[".js"], modified),
    }
    for number, source in jobs.items():
        facts = source.facts
        main = (
            f'<h1 class="app-title">{html.escape(facts["title"])}</h1><span class="company-name">at {html.escape(company)}</span>'
            f'<div class="location">{html.escape(facts["location"])}</div><div id="content">{source.html}</div>'
        )
        page = _document(f"Job Application for {facts['title']} at {company}", main)
        pages[f"/{token}/jobs/{number}"] = Resource(page, CONTENT_TYPES[".html"], source.modified)
    return pages


def _document(title: str, main: str) -> bytes:
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body><div id="main">{main}</div></body></html>\n'.encode()
