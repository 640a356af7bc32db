"""The labelled pages: twenty-four invented jobs (`contents.yaml`), each set in several of the shapes in which job pages come.

Shapes imitate what is common on the web: JSON-LD whole and broken, microdata, RDFa, pages of hosted boards, headings with
labelled
facts, definition lists, bold paragraphs, tables. Nothing here reads a page; the score is in `score`.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Content = Mapping[str, Any]
TUNED_JOBS = 16  # the first ones of the file; those after them were written later and are what the score is reported on
_TYPES = {"full-time": "FULL_TIME", "part-time": "PART_TIME"}


@dataclass(frozen=True, slots=True)
class Page:
    """One labelled page.

    Attributes:
        name: "LANGUAGE-NUMBER-SHAPE".
        url: Its address.
        body: The markup.
        content: What it says, and how that is to be read.
        shown: Fields that this shape shows ("pay", "posted", ...); others must be read as nothing.
        is_tuned: Whether the readers were tuned on its job; the score is reported on the others.
    """

    name: str
    url: str
    body: str
    content: Content
    shown: frozenset[str]
    is_tuned: bool


_ALL = frozenset({"place", "pay", "work", "kind", "posted", "until", "company"})


@cache
def contents() -> tuple[Content, ...]:
    """The jobs, as `contents.yaml` has them."""
    return tuple(yaml.safe_load((Path(__file__).parent / "contents.yaml").read_text(encoding="utf-8")))


def pages() -> Iterator[Page]:
    """Yield every job in every shape."""
    for index, content in enumerate(contents()):
        for number, (name, (shape, shown)) in enumerate(_SHAPES.items()):
            job = 1000 + index * 20 + number
            address = f"https://careers.{_slug(content['company'])}.example/jobs/{job}-{_slug(content['title'])}"
            yield Page(f"{content['lang']}-{index}-{name}", address, shape(content), content, shown, index < TUNED_JOBS)


def _slug(text: str) -> str:
    return "-".join("".join(char if char.isascii() and char.isalnum() else " " for char in text.lower()).split())


def _items(content: Content, name: str) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(item)}</li>" for item in content[name][1]) + "</ul>"


def _sections(content: Content, heading: str = "h3") -> str:
    parts = ("duties", "must", "nice", "offer")
    return "".join(f"<{heading}>{html.escape(content[part][0])}</{heading}>{_items(content, part)}" for part in parts)


def _page(content: Content, head: str, body: str) -> str:
    title = html.escape(f"{content['title']} | {content['company']}")
    return (
        f'<!doctype html><html lang="{content["lang"]}"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f'<nav><a href="/">Home</a><a href="/jobs">Jobs</a></nav><main>{body}</main>'
        f"<footer>© 2026 {html.escape(content['company'])}</footer></body></html>"
    )


def _job_posting(content: Content) -> dict[str, Any]:
    low, high, currency, period = content["pay"][1]
    bounds = {"minValue": low, "maxValue": high} if high else {"minValue": low}
    value = {"@type": "QuantitativeValue", **bounds} | ({"unitText": period.upper()} if period else {})
    item = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": content["title"],
        "description": f"<p>{html.escape(content['company'])}</p>{_sections(content)}",
        "datePosted": content["posted"][1],
        "validThrough": f"{content['until'][1]}T23:59:00+01:00",
        "employmentType": _TYPES[content["kind"][1]],
        "hiringOrganization": {"@type": "Organization", "name": content["company"]},
        "jobLocation": {
            "@type": "Place",
            "address": {"@type": "PostalAddress", "addressLocality": content["city"], "addressCountry": content["country"]},
        },
        "baseSalary": {"@type": "MonetaryAmount", "currency": currency, "value": value},
    }
    return item | ({"jobLocationType": "TELECOMMUTE"} if content["work"][1] == "remote" else {})


def _graph(content: Content) -> str:
    """JSON-LD in a graph beside other items, the description escaped once more."""
    item = _job_posting(content)
    item["description"] = html.escape(item["description"])
    graph = {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": content["company"]}, item]}
    block = f'<script type="application/ld+json">{json.dumps(graph, ensure_ascii=False)}</script>'
    return _page(content, block, f"<h1>{html.escape(content['title'])}</h1>{_sections(content)}")


def _broken(content: Content) -> str:
    """JSON-LD as a hand or a template breaks it: a comment, CDATA, trailing commas, raw line breaks in strings."""
    text = json.dumps(_job_posting(content), ensure_ascii=False, indent=1)
    text = text.replace("</p>", "</p>\n").replace("</ul>", "\n</ul>\t").replace("\n}", ",\n}", 1)
    text = text.replace('"datePosted"', '// when it was published\n"datePosted"', 1)
    block = f'<script type="application/ld+json">\n//<![CDATA[\n{text}\n//]]>\n</script>'
    return _page(content, block, f"<h1>{html.escape(content['title'])}</h1>")


def _array(content: Content) -> str:
    """JSON-LD as an array, types and places as lists, pay as numbers in text."""
    item = _job_posting(content)
    item["@type"] = ["JobPosting"]
    item["jobLocation"] = [item["jobLocation"]]
    item["employmentType"] = [item["employmentType"]]
    value = item["baseSalary"]["value"]
    item["baseSalary"]["value"] = {name: str(part) for name, part in value.items()}
    block = json.dumps([{"@context": "https://schema.org", "@type": "BreadcrumbList"}, item])
    return _page(content, "", f'<script type="application/ld+json">{block}</script><div>{_sections(content)}</div>')


def _microdata(content: Content) -> str:
    """Microdata, the facts in the text itself."""
    escaped = {name: html.escape(str(content[name])) for name in ("title", "company", "city")}
    low, high, currency, period = content["pay"][1]
    bound = f'<meta itemprop="maxValue" content="{high}">' if high else ""
    unit = f'<meta itemprop="unitText" content="{period.upper()}">' if period else ""
    remote = '<meta itemprop="jobLocationType" content="TELECOMMUTE">' if content["work"][1] == "remote" else ""
    body = f"""<div itemscope itemtype="http://schema.org/JobPosting"><h1 itemprop="title">{escaped["title"]}</h1>{remote}
    <span itemprop="hiringOrganization" itemscope itemtype="http://schema.org/Organization"><b
    itemprop="name">{escaped["company"]}</b></span>
    <span itemprop="jobLocation" itemscope itemtype="http://schema.org/Place"><span itemprop="address" itemscope
      itemtype="http://schema.org/PostalAddress"><span itemprop="addressLocality">{escaped["city"]}</span>,
      <span itemprop="addressCountry">{content["country"]}</span></span></span>
    <time itemprop="datePosted" datetime="{content["posted"][1]}">{content["posted"][0]}</time>
    <time itemprop="validThrough" datetime="{content["until"][1]}">{content["until"][0]}</time>
    <span itemprop="employmentType">{html.escape(content["kind"][0])}</span>
    <span itemprop="baseSalary" itemscope itemtype="http://schema.org/MonetaryAmount"><meta itemprop="currency"
    content="{currency}">
      <span itemprop="value" itemscope itemtype="http://schema.org/QuantitativeValue"><meta itemprop="minValue" content="{low}">
      {bound}{unit}</span></span>
    <div itemprop="description">{_sections(content)}</div></div>"""
    return _page(content, "", body)


def _rdfa(content: Content) -> str:
    """RDFa Lite."""
    body = f"""<div vocab="http://schema.org/" typeof="JobPosting"><h1 property="title">{html.escape(content["title"])}</h1>
    <span property="hiringOrganization" typeof="Organization"><span
    property="name">{html.escape(content["company"])}</span></span>
    <span property="jobLocation" typeof="Place"><span property="address" typeof="PostalAddress">
    <span property="addressLocality">{html.escape(content["city"])}</span></span></span>
    <meta property="datePosted" content="{content["posted"][1]}"><meta property="validThrough" content="{content["until"][1]}">
    <span property="employmentType">{html.escape(content["kind"][0])}</span>
    <p>{html.escape(content["labels"]["work"])}: {html.escape(content["work"][0])}</p>
    <span property="baseSalary">{html.escape(content["pay"][0])}</span>
    <div property="description">{_sections(content)}</div></div>"""
    return _page(content, "", body)


_FACTS = ("place", "kind", "work", "pay", "posted", "until")


def _facts(content: Content) -> Iterator[tuple[str, str]]:
    for name in _FACTS:
        value = content["city"] if name == "place" else content[name][0]
        yield html.escape(content["labels"][name]), html.escape(value)


def _headings(content: Content) -> str:
    """Plain page: headings, facts as labelled lines."""
    facts = "".join(f"<p><strong>{label}:</strong> {value}</p>" for label, value in _facts(content))
    end = f'<p><a class="button" href="/apply">{html.escape(content["apply"])}</a></p>'
    return _page(content, "", f"<h1>{html.escape(content['title'])}</h1>{facts}{_sections(content, 'h2')}{end}")


def _definitions(content: Content) -> str:
    """Plain page: facts in a definition list, sections under bold paragraphs."""
    facts = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in _facts(content))
    parts = "".join(
        f"<p><b>{html.escape(content[part][0])}:</b></p>{_items(content, part)}" for part in ("duties", "must", "nice", "offer")
    )
    end = f'<form action="/apply"><button>{html.escape(content["apply"])}</button></form>'
    return _page(content, "", f"<article><h1>{html.escape(content['title'])}</h1><dl>{facts}</dl>{parts}{end}</article>")


def _table(content: Content) -> str:
    """Plain page of an old content system: a table of facts, sections as text with bullets and line breaks."""
    facts = "".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in _facts(content))
    parts = "".join(
        f"<div><strong>{html.escape(content[part][0])}</strong><br>"
        + "".join(f"• {html.escape(item)}<br>" for item in content[part][1])
        + "</div>"
        for part in ("duties", "must", "nice", "offer")
    )
    mail = f'<p>{html.escape(content["apply"])}: <a href="mailto:jobs@firm.example">jobs@firm.example</a></p>'
    return _page(content, "", f"<h1>{html.escape(content['title'])}</h1><table>{facts}</table>{parts}{mail}")


def _hosted_head(content: Content) -> str:
    """A hosted board's page, Greenhouse and Lever being like it: title, place and types in classes, the text in sections."""
    name, city = html.escape(content["company"]), html.escape(content["city"])
    head = f'<meta property="og:title" content="{html.escape(content["title"])}"><meta property="og:site_name" content="{name}">'
    facts = "".join(
        f'<div class="posting-category">{html.escape(value)}</div>' for value in (content["kind"][0], content["work"][0])
    )
    body = f"""<div class="posting-headline"><h2>{html.escape(content["title"])}</h2><div class="posting-categories">
    <div class="location">{city}</div>{facts}</div></div>
    <div class="section">{_sections(content, "h3")}</div><p>{html.escape(content["labels"]["pay"])}:
    {html.escape(content["pay"][0])}</p>
    <a class="postings-btn" href="/apply">{html.escape(content["apply"])}</a>"""
    return _page(content, head, body)


def _crowded(content: Content) -> str:
    """A page with other jobs beside it, a cookie notice and share links."""
    others = "".join(f'<li><a href="/jobs/{number}-x">Other job {number}</a></li>' for number in range(5))
    facts = "".join(f"<li>{label}: {value}</li>" for label, value in _facts(content))
    body = f"""<div class="cookie"><p>Cookies help us. <button>OK</button></p></div><div class="content">
    <h1>{html.escape(content["title"])}</h1><ul class="facts">{facts}</ul>{_sections(content, "h4")}
    <a href="/apply?job=1">{html.escape(content["apply"])}</a></div>
    <aside><h3>Similar jobs</h3><ul>{others}</ul></aside><div class="share"><a href="https://social.example/share">Share</a></div>"""
    return _page(content, "", body)


_SHAPES: Mapping[str, tuple[Callable[[Content], str], frozenset[str]]] = {
    "json-ld-graph": (_graph, _ALL - {"work"}),
    "json-ld-broken": (_broken, _ALL - {"work"}),
    "json-ld-array": (_array, _ALL - {"work"}),
    "microdata": (_microdata, _ALL - {"work"}),
    "rdfa": (_rdfa, _ALL - {"work"}),
    "headings": (_headings, _ALL),
    "definitions": (_definitions, _ALL),
    "table": (_table, _ALL),
    "hosted": (_hosted_head, _ALL - {"posted", "until"}),
    "crowded": (_crowded, _ALL),
}
