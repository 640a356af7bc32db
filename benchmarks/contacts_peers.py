"""The peers of the contacts' benchmark; runs in an environment of their own, without Inroad.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install 'crawlee[parsel]' extruct

Reads one JSON object a line, a page's `url` and `html`, and prints one a peer and page: `peer`, `url`, and `found`, kind to
values as the peer gives them. A peer that is not installed prints nothing.

extruct reads structured data. Crawlee's Python edition turns a page into text and links and leaves contacts to its user; its
JavaScript edition has patterns for addresses, numbers and eight networks' profiles, whose kind is rebuilt here in our own words.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any

Found = dict[str, set[str]]
_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}@(?:[a-z0-9\-]{1,63}\.){1,8}[a-z]{2,24}", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\+|00)?\(?\d{1,15}\)?(?:[ .\-]?\(?\d{2,15}\)?){0,5}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PROFILE = re.compile(
    r"https?://(?:[a-z]{2,3}\.)?(?:linkedin\.com/(?:in|company)/|instagram\.com/|(?:twitter|x)\.com/|facebook\.com/|youtube\.com/(?:@|c/|channel/|user/)|"
    r"tiktok\.com/@|pinterest\.com/|discord\.gg/)[\w.\-%]{2,60}",
    re.IGNORECASE,
)
_RESERVED = re.compile(r"/(?:sharer|share|intent|login|home|search|plugins|explore|hashtag)\b", re.IGNORECASE)


def with_extruct() -> Callable[[str, str], Found]:
    """Structured data: JSON-LD and microdata."""
    import extruct

    def read(html: str, url: str) -> Found:
        found: Found = {"emails": set(), "streets": set(), "people": set(), "socials": set()}
        keys = {"email": "emails", "streetAddress": "streets", "sameAs": "socials"}
        work: list[Any] = list(extruct.extract(html, base_url=url, syntaxes=["json-ld", "microdata"], uniform=True).values())
        while work:
            value = work.pop()
            if isinstance(value, list):
                work.extend(value)
            elif isinstance(value, dict):
                if value.get("@type") == "Person" and isinstance(value.get("name"), str):
                    found["people"].add(value["name"])
                for key, inner in value.items():
                    texts = inner if isinstance(inner, list) else [inner]
                    if key in keys:
                        found[keys[key]].update(text for text in texts if isinstance(text, str))
                    work.extend(part for part in texts if isinstance(part, dict))
        return found

    return read


def with_crawlee() -> Callable[[str, str], Found]:
    """Crawlee's text and the page's links, searched with patterns."""
    from crawlee.crawlers._parsel._utils import html_to_text
    from parsel import Selector

    def read(html: str, url: str) -> Found:
        page = Selector(text=html, base_url=url)
        text, links = html_to_text(page), page.css("a::attr(href)").getall()
        mails = [link[7:] for link in links if link.lower().startswith("mailto:")]
        numbers = [link.partition(":")[2].strip("/") for link in links if link.lower().startswith(("tel:", "callto:"))]
        numbers += [
            m.group() for m in _NUMBER.finditer(text) if sum(map(str.isdigit, m.group())) >= 7 and not _DATE.fullmatch(m.group())
        ]
        return {
            "emails": {found.lower() for source in (text, *mails) for found in _ADDRESS.findall(source)},
            "phones": set(numbers),
            "socials": {m.group() for link in (html,) for m in _PROFILE.finditer(link) if not _RESERVED.search(m.group())},
        }

    return read


PEERS = {"extruct": with_extruct, "Crawlee": with_crawlee}


def main() -> None:
    """Read pages from standard input, print what each peer finds."""
    pages = [json.loads(line) for line in sys.stdin]
    for name, make in PEERS.items():
        try:
            read = make()
        except ImportError:
            continue
        for page in pages:
            found = {kind: sorted(values) for kind, values in read(page["html"], page["url"]).items()}
            print(json.dumps({"peer": name, "url": page["url"], "found": found}))


if __name__ == "__main__":
    main()
