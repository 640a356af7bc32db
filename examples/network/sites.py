"""The sites: each folder of `sites/` read into the addresses that it answers and the ways in which it misbehaves.

A folder holds `site.toml` (names, URL style, sitemaps, behaviours), `layout.html`, `pages/` (sources, see `content`) and
`static/` (files served as they are). Answering requests is `application`'s work, the misbehaviour itself `behaviours`'.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from examples.network.behaviours import Behaviour
from examples.network.boards import board_resources
from examples.network.content import CONTENT_TYPES, Resource, Source, render
from examples.network.listings import Listing, build_listings

SITES = Path(__file__).parent / "sites"
STATIC_MODIFIED = datetime(2026, 8, 3, 6, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Site:
    """One host's content and manners.

    Attributes:
        domain: Host name without `www.`.
        name: The company.
        host: The host that is answered; the other of `domain` and `www.domain` redirects to it.
        is_company: Whether the domain is one of the network's companies (and not a service that they use).
        https_only: Whether plain HTTP redirects to HTTPS.
        server: The Server header.
        resources: Path (with query where that matters) to resource.
        aliases: Paths that redirect to another path for good, as servers do for a missing or surplus slash.
        sources: Path to page source.
        listings: Sitemaps and feeds.
        behaviours: Departures, first match wins.
    """

    domain: str
    name: str
    host: str
    is_company: bool
    https_only: bool
    server: str
    resources: Mapping[str, Resource]
    aliases: Mapping[str, str]
    sources: Mapping[str, Source]
    listings: tuple[Listing, ...]
    behaviours: tuple[Behaviour, ...] = field(default=())

    @property
    def origin(self) -> str:
        """Scheme and host of the site's own addresses."""
        return f"https://{self.host}"


def load_sites(directory: Path = SITES) -> dict[str, Site]:
    """Every site of the network by each host name that it answers to.

    Raises:
        ValueError: A site's files contradict each other.
    """
    sites: dict[str, Site] = {}
    for folder in sorted(path.parent for path in directory.glob("*/site.toml")):
        site = load_site(folder)
        sites[site.domain] = site
        if site.is_company:
            sites[f"www.{site.domain}"] = site
    return sites


def load_site(folder: Path) -> Site:
    """Read one site's folder."""
    facts = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
    domain = folder.name
    host = f"www.{domain}" if facts.get("www", False) else domain
    origin = f"https://{host}"
    sources = dict(_page_sources(folder / "pages", facts.get("url_style", "slash")))
    pages = {path: render(source, layout=_layout(folder, source), path=path, origin=origin) for path, source in sources.items()}
    listings = tuple(Listing(**listing) for listing in facts.get("listings", []))
    resources = pages | dict(_static_files(folder / "static"))
    resources |= build_listings(listings, sources, origin=origin, site_name=facts["name"], language=facts.get("language", "en"))
    for board in facts.get("boards", []):
        resources |= board_resources(folder.parent / board["folder"], host=domain, company=board["company"])
    return Site(
        domain=domain,
        name=facts["name"],
        host=host,
        is_company=facts.get("company", True),
        https_only=facts.get("https_only", True),
        server=facts.get("server", "nginx"),
        resources=resources,
        aliases=_aliases(pages),
        sources=sources,
        listings=listings,
        behaviours=tuple(Behaviour(**behaviour) for behaviour in facts.get("behaviours", [])),
    )


def _page_sources(folder: Path, url_style: str) -> Iterator[tuple[str, Source]]:
    for file in sorted(folder.rglob("*.html")):
        yield _url_path(file.relative_to(folder), url_style), Source.read(file)


def _url_path(file: Path, url_style: str) -> str:
    """The address of a page source: `/team/`, `/team` or `/team.html`, by the site's style."""
    parent = "/".join(file.parent.parts)
    directory = f"/{parent}/" if parent else "/"
    if file.stem == "index":
        return directory if url_style != "bare" or directory == "/" else directory.rstrip("/")
    suffix = {"slash": "/", "bare": "", "html": ".html"}[url_style]
    return f"{directory}{file.stem}{suffix}"


def _layout(folder: Path, source: Source) -> str:
    name = source.facts.get("layout", "layout.html")
    return "{{main}}" if name == "none" else (folder / name).read_text(encoding="utf-8")


def _static_files(folder: Path) -> Iterator[tuple[str, Resource]]:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        path = "/" + file.relative_to(folder).as_posix()
        yield path, Resource(file.read_bytes(), CONTENT_TYPES[file.suffix], STATIC_MODIFIED)


def _aliases(pages: Mapping[str, Resource]) -> dict[str, str]:
    """The slash that a person leaves out or adds, for every page that is not the home page."""
    aliases = {}
    for path in pages:
        if path != "/" and not path.endswith(".html"):
            aliases[path.rstrip("/") if path.endswith("/") else f"{path}/"] = path
    return aliases
