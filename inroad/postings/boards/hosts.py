"""Which addresses belong to which provider, and how a board's token is read from them: one table.

The table is the gate: an address is asked only when its host is one of these, and a token is
letters, digits, dots, hyphens and underscores. A page can name a board; it cannot name a host for us to call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.%&-]{0,80}\Z")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# First path segments and subdomains that are the provider's own and never a customer.
_NOT_TOKENS: Final = _words(
    "www api app boards board job jobs job-boards embed careers career apply help support static assets cdn blog"
    " docs status login js css images img fonts public search privacy terms about pricing en de fr es v1 v2 v3"
    " widget widgets external recruiting companies company favicon.ico robots.txt sitemap.xml j o p media resources"
    " platform"
)


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says of a board.

    Attributes:
        provider: Name, as in keys.
        token: The customer on it.
        site: A second name where the provider has one (Workday's careers site, Oracle's site number).
        host: Host of the customer's own pages on the provider, where the feed lives there.
    """

    provider: str
    token: str
    site: str = ""
    host: str = ""


def _clean(token: str | None) -> str | None:
    if not token or token.lower() in _NOT_TOKENS or not TOKEN.match(token):
        return None
    return token


def _query(query: str, *names: str) -> str | None:
    try:
        fields = parse_qs(query, max_num_fields=50)
    except ValueError:
        return None
    return next((fields[name][0] for name in names if fields.get(name)), None)


def _after(parts: list[str], *names: str) -> str | None:
    """The first segment after one of the names that can be a token."""
    for index, part in enumerate(parts[:-1]):
        if part.lower() in names and _clean(parts[index + 1]):
            return parts[index + 1]
    return None


def _first(parts: list[str]) -> str | None:
    return next((part for part in parts[:3] if _clean(part)), None)


_SUBDOMAIN_HOSTS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), provider)
    for pattern, provider in (
        (r"([a-z0-9-]+)\.recruitee\.com\Z", "recruitee"),
        (r"([a-z0-9-]+)\.jobs\.personio\.(?:de|com)\Z", "personio"),
        (r"([a-z0-9-]+)\.(?:[a-z]{2}\.)?teamtailor\.com\Z", "teamtailor"),
        (r"([a-z0-9-]+)\.bamboohr\.com\Z", "bamboohr"),
        (r"([a-z0-9-]+)\.eightfold\.ai\Z", "eightfold"),
        (r"([a-z0-9-]+)\.hrmdirect\.com\Z", "hrmdirect"),
        (r"([a-z0-9-]+)\.icims\.com\Z", "icims"),
        (r"([a-z0-9-]+)\.pinpointhq\.com\Z", "pinpoint"),
        (r"([a-z0-9-]+)\.workable\.com\Z", "workable"),
    )
)
_WORKDAY_HOST: Final = re.compile(r"([a-z0-9_-]+)\.(wd\d{1,4})\.myworkdayjobs(?:-impl)?\.com\Z")
_WORKDAY_SITE_HOST: Final = re.compile(r"(wd\d{1,4})\.myworkdaysite\.com\Z")
_ORACLE_HOST: Final = re.compile(r"([a-z0-9-]+)\.fa(?:\.[a-z0-9-]+){0,2}\.oraclecloud\.com\Z")
_LOCALE: Final = re.compile(r"[a-z]{2}(?:-[A-Za-z]{2})?\Z")


def _path_token(host: str, parts: list[str], query: str) -> tuple[str, str | None] | None:
    """Providers whose hosts are shared by all customers: (provider, token)."""
    if re.fullmatch(r"(?:boards|job-boards|boards-api|api)(?:\.eu)?\.greenhouse\.io", host):
        return "greenhouse", _query(query, "for", "board_token") or _after(parts, "boards") or _first(parts)
    if host in {"jobs.lever.co", "jobs.eu.lever.co", "api.lever.co", "api.eu.lever.co"}:
        return "lever", _after(parts, "postings") or _first(parts)
    if host in {"jobs.ashbyhq.com", "api.ashbyhq.com"}:
        return "ashby", _after(parts, "job-board") or _first(parts)
    if host == "apply.workable.com" or (host == "www.workable.com" and "accounts" in parts):
        return "workable", _after(parts, "accounts") or _first(parts)
    if host in {"careers.smartrecruiters.com", "jobs.smartrecruiters.com", "api.smartrecruiters.com"}:
        return "smartrecruiters", _after(parts, "companies") or _first(parts)
    if host in {"jobs.jobvite.com", "careers.jobvite.com"}:
        return "jobvite", _after(parts, "careers") or _first(parts)
    if host in {"ats.rippling.com", "api.rippling.com"}:
        return "rippling", _after(parts, "board") or _first([part for part in parts if not _LOCALE.match(part)])
    if host == "recruiting.paylocity.com":
        return "paylocity", next((part for part in parts if re.fullmatch(r"[0-9a-fA-F-]{36}", part)), None)
    if host in {"www.governmentjobs.com", "governmentjobs.com", "www.schooljobs.com", "schooljobs.com"}:
        return "neogov", _after(parts, "careers") or _query(query, "agency")
    return None


def _workday(host: str, parts: list[str]) -> Address | None:
    parts = [part for part in parts if not _LOCALE.match(part)]
    found = _WORKDAY_HOST.match(host)
    if found:
        site = (
            parts[3]
            if parts[:2] == ["wday", "cxs"] and len(parts) > 3
            else next((p for p in parts if p not in {"wday", "job"}), "")
        )
        return Address("workday", found.group(1), site, host) if TOKEN.match(site) else None
    if _WORKDAY_SITE_HOST.match(host) and len(parts) >= 3 and parts[0] == "recruiting" and TOKEN.match(parts[2]):
        return Address("workday", parts[1], parts[2], host)
    return None


def _oracle(host: str, parts: list[str], url: str) -> Address | None:
    found = _ORACLE_HOST.match(host)
    if found is None or not {"CandidateExperience", "hcmRestApi"} & set(parts):
        return None
    number = re.search(r"siteNumber=([\w-]{1,40})", url)
    return Address("oracle_orc", found.group(1), number.group(1) if number else _after(parts, "sites") or "CX_1", host)


def board_address(url: str, *, extra_hosts: Mapping[str, str] | None = None) -> Address | None:
    """Reads the board that an address belongs to.

    Args:
        url: Absolute address of a board, of a job on it, of its feed or of its embedding script.
        extra_hosts: Further hosts, each with the provider that it stands for; the token is its first path segment.

    Returns:
        The board's address, or None when the host is no provider's or names no customer.
    """
    try:
        parts = urlsplit(url[:2_048])
        host = (parts.hostname or "").lower().rstrip(".")
    except ValueError:
        return None
    path = [part for part in parts.path.split("/") if part]
    if extra_hosts and host in extra_hosts:
        token = _clean(_query(parts.query, "for") or _after(path, "boards", "postings", "job-board") or _first(path))
        return Address(extra_hosts[host], token) if token else None
    shared = _path_token(host, path, parts.query)
    if shared is not None:
        token = _clean(shared[1])
        return Address(shared[0], token, host=host) if token else None
    special = _workday(host, path) or _oracle(host, path, url)
    if special is not None:
        return special
    for pattern, provider in _SUBDOMAIN_HOSTS:
        found = pattern.match(host)
        if found and _clean(found.group(1)):
            return Address(provider, found.group(1), _query(parts.query, "domain") or "", host)
    return None
