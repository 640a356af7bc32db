"""`inroad extract` and `inroad sitemap`: the readers alone, on one document; no database."""

from __future__ import annotations

import sys
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from inroad.cli.context import use_settings
from inroad.cli.intake import BadInput
from inroad.cli.printing import Json, one_of, plain, print_json, say, say_columns

KINDS = ("contacts", "postings")


def extract(
    what: Annotated[str, typer.Argument(help="contacts or postings.")],
    file: Annotated[Path, typer.Argument(help="A saved page; - reads standard input.")],
    url: Annotated[str, typer.Option("--url", help="The page's address: links are resolved against it.")],
    as_json: Json = False,
) -> None:
    """Reads contacts or postings from one saved page; needs no database."""
    from inroad.crawl.urls import canonical_url

    one_of(what, KINDS, "kind that can be extracted")
    settings = use_settings()
    body = _read(file, settings.body_bytes)
    found = _contacts(body, canonical_url(url)) if what == "contacts" else _postings(body, canonical_url(url))
    if as_json:
        print_json(found)
        return
    say(f"{len(found)} {what}.")
    if what == "contacts":
        say_columns(
            [
                [item["kind"], item["value"], f"{item['confidence']:.2f}", item["method"], item["name"] or "", item["role"] or ""]
                for item in found
            ]
        )
    else:
        say_columns([[item["title"], item["location"] or "", item["source"], item["url"]] for item in found])


def _contacts(body: bytes, url: str) -> list[dict[str, Any]]:
    from inroad.contacts import extract_contacts

    return [{**asdict(contact), "details": dict(contact.details)} for contact in extract_contacts(body, url=url)]


def _postings(body: bytes, url: str) -> list[dict[str, Any]]:
    from inroad.postings import extract_postings

    return [{**asdict(posting), "details": dict(posting.details)} for posting in extract_postings(body, url=url)]


def _read(file: Path, limit: int) -> bytes:
    """At most `limit` bytes of a file.

    Raises:
        BadInput: It cannot be read, or is larger.
    """
    try:
        if str(file) == "-":
            body = sys.stdin.buffer.read(limit + 1)
        else:
            with file.open("rb") as source:
                body = source.read(limit + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.", mend="Give the path of a file.") from error
    if len(body) > limit:
        raise BadInput(f"{file} is larger than {limit:,} bytes.", mend="Raise INROAD_BODY_BYTES if that is meant.")
    return body


def sitemap(
    source: Annotated[str, typer.Argument(help="A file, - for standard input, or a URL.")],
    url: Annotated[
        str | None, typer.Option("--url", help="Where the file came from: relative addresses are resolved against it.")
    ] = None,
    resolve: Annotated[list[str] | None, typer.Option("--resolve", help="HOST:PORT:ADDRESS:PORT; host * means all.")] = None,
    as_json: Json = False,
) -> None:
    """Lists what a sitemap holds, from a file or a URL."""
    from inroad.crawl.sitemaps import SitemapError, SitemapLimits, iter_sitemap

    settings = use_settings(resolve=tuple(resolve) if resolve else None)
    body, origin = _open_sitemap(settings, source, url)
    count, limits = 0, SitemapLimits(max_bytes=settings.sitemap_bytes)
    with body:
        try:
            for entry in iter_sitemap(body, url=origin, limits=limits):
                count += 1
                if as_json:
                    print_json({**entry._asdict(), "alternates": [item._asdict() for item in entry.alternates]})
                else:
                    print("\t".join(map(plain, (entry.kind, entry.url, entry.lastmod or ""))).rstrip())
        except SitemapError as error:
            sys.stdout.flush()
            raise BadInput(
                f"{source}: {error.message}" + (f" {count} entries before that are whole." if count else "")
            ) from error
    if not as_json:
        print(f"{count} entries.", file=sys.stderr)


def _open_sitemap(settings: Any, source: str, url: str | None) -> tuple[BinaryIO, str]:
    """The document, and the address that relative ones in it are resolved against.

    Raises:
        InroadError: It cannot be fetched or read.
    """
    if source.lower().startswith(("http://", "https://")):
        from inroad.crawl.fetch import fetch_sync

        response = fetch_sync(settings, source, purpose="sitemap")
        return BytesIO(response.body), url or response.url
    if source == "-":
        return sys.stdin.buffer, url or "https://sitemap.invalid/"
    try:
        return Path(source).open("rb"), url or "https://sitemap.invalid/"
    except OSError as error:
        raise BadInput(
            f"{source} cannot be read: {error.strerror}.", mend="Give a file, or a URL that begins with http."
        ) from error
