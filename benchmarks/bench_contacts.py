# ruff: noqa: E501 - table lines are kept whole
"""Contacts: quality on a corpus of our own against plain tools, and milliseconds a page.

What it measures: precision, recall and F1 per kind on `benchmarks/contacts/corpus.py`, next to the usual baseline (a pattern for
addresses, libphonenumber's matcher for phones) and to peers (`contacts_peers.py`: extruct, Crawlee); the reliability of our
confidences; the cost of a large page by signal, and the phone pre-filter against the whole matcher, in the same run.

What it does not show: real sites. The pages are templates; a score here is a floor that must not sink, not a claim about the web.
`python benchmarks/bench_contacts.py [--peers PYTHON] [--svg FILE] [--readme FILE]`, about 30 s on two cores. `make bench-contacts`
makes the peers' environment, renews the picture and the README's figures. `--peers`, or INROAD_BENCH_PEERS, names an interpreter:

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install 'crawlee[parsel]' extruct
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberMatcher, format_number, is_valid_number, parse

from benchmarks.contacts.corpus import LANGUAGES, LabelledPage, make_corpus, make_harder
from inroad.contacts import Contact, extract_contacts
from inroad.contacts.page_reading import parse_document
from inroad.contacts.phones import PhoneReader, find_phones, text_windows

KINDS = ("emails", "phones", "streets", "people", "socials")
_KIND_OF = {"email": "emails", "phone": "phones", "address": "streets", "person": "people", "social": "socials"}
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,200}\.[A-Za-z]{2,10}")
_COUNTRY = {language.code: language.country for language in LANGUAGES}
LARGE_PAGE_BYTES = 155_000


def ours(page: LabelledPage) -> dict[str, set[str]]:
    """What we find, in the labels' terms."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for contact in extract_contacts(page.html, url=page.url):
        if contact.kind in _KIND_OF:
            found[_KIND_OF[contact.kind]].add(in_label_terms(contact))
    return found


def in_label_terms(contact: Contact) -> str:
    """A contact as the corpus labels it: streets alone, names with their titles."""
    if contact.kind == "address":
        parts = contact.details.get("parts", {})
        return str(parts.get("street") or parts.get("box") or contact.value)
    return (contact.name or contact.value) if contact.kind == "person" else contact.value


def baseline(page: LabelledPage) -> dict[str, set[str]]:
    """A pattern and libphonenumber's matcher, told the page's true country, over the visible text and the links."""
    text = parse_document(page.html, url=page.url).text
    links = " ".join(re.findall(r"(?:mailto|tel):([^'\"?]{3,80})", page.html))
    numbers = PhoneNumberMatcher(f"{text} {links}", _COUNTRY[page.language])
    return {
        "emails": {address.lower() for address in _PLAIN_ADDRESS.findall(f"{text} {links}")},
        "phones": {format_number(match.number, PhoneNumberFormat.E164) for match in numbers},
    }


def read_by_peers(python: str, pages: list[LabelledPage]) -> dict[str, dict[str, dict[str, set[str]]]]:
    """What each peer found: peer to URL to kind to values. Raw numbers are read in the page's true country, as for the baseline."""
    lines = "".join(json.dumps({"url": page.url, "html": page.html}) + "\n" for page in pages)
    command = [python, str(Path(__file__).with_name("contacts_peers.py"))]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    country = {page.url: _COUNTRY[page.language] for page in pages}
    found: dict[str, dict[str, dict[str, set[str]]]] = {}
    for line in done.stdout.splitlines():
        told = json.loads(line)
        kinds = {kind: set(values) for kind, values in told["found"].items()}
        if "phones" in kinds:
            kinds["phones"] = {number for raw in kinds["phones"] if (number := _as_e164(raw, country[told["url"]]))}
        found.setdefault(told["peer"], {})[told["url"]] = kinds
    return found


def _as_e164(raw: str, country: str) -> str | None:
    try:
        number = parse(raw, country)
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164) if is_valid_number(number) else None


def score(
    pages: Iterable[LabelledPage], reader: Callable[[LabelledPage], dict[str, set[str]]]
) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F1 per kind that the reader reads at all."""
    counts: dict[str, list[int]] = {}
    for page in pages:
        for kind, found in reader(page).items():
            wanted = getattr(page, kind)
            tally = counts.setdefault(kind, [0, 0, 0])
            tally[0] += len(found & wanted)
            tally[1] += len(found - wanted)
            tally[2] += len(wanted - found)
    return {kind: _figures(*tally) for kind, tally in counts.items()}


def _figures(hits: int, false: int, missed: int) -> tuple[float, float, float]:
    precision = hits / (hits + false) if hits + false else 0.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def reliability(pages: Iterable[LabelledPage]) -> list[tuple[str, int, float]]:
    """Of the contacts believed so much, how many are right: bin, size, share."""
    bins: dict[float, list[bool]] = {}
    for page in pages:
        for contact in extract_contacts(page.html, url=page.url):
            if contact.kind in _KIND_OF:
                right = in_label_terms(contact) in getattr(page, _KIND_OF[contact.kind])
                bins.setdefault(min(int(contact.confidence * 10) / 10, 0.9), []).append(right)
    return [(f"{low:.1f}-{low + 0.1:.1f}", len(hits), sum(hits) / len(hits)) for low, hits in sorted(bins.items())]


def prefilter_recall(pages: Iterable[LabelledPage]) -> float:
    """Of the numbers that libphonenumber's matcher finds in whole texts, the share that it also finds in our windows."""
    found = kept = 0
    for page in pages:
        text, country = parse_document(page.html, url=page.url).text, _COUNTRY[page.language]
        whole = {match.raw_string for match in PhoneNumberMatcher(text, country)}
        pieces = {m.raw_string for start, end in text_windows(text) for m in PhoneNumberMatcher(text[start:end], country)}
        found, kept = found + len(whole), kept + len(whole & pieces)
    return kept / found


def milliseconds(call: Callable[[], object], *, repeats: int = 7) -> float:
    """Median processor time of several runs after a warm one: what else the machine does counts little."""
    call()
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        taken.append((time.process_time() - start) * 1_000)
    return statistics.median(taken)


def large_page(page: LabelledPage) -> str:
    """A page grown to 155 kB the way sites do it: style sheets, scripts, menus and some text."""
    style = "<style>" + "".join(f".c{i}{{margin:{i}px;padding:0 {i}px;color:#abc}}" for i in range(900)) + "</style>"
    script = "<script>" + "".join(f"var a{i}=function(b){{return b+{i}}};" for i in range(900)) + "</script>"
    menu = "".join(
        f"<li class='item c{i}'><a class='link' href='/page/{i}' data-id='{i}'><span>Product {i}</span></a></li>"
        for i in range(420)
    )
    text = "<p>Wool is spun, dyed and woven in our own mill, and every roll is checked by hand before it leaves.</p>" * 90
    html = page.html.replace("<nav>", f"{style}{script}<ul>{menu}</ul>{text}<nav>", 1)
    return html + "<!--" + "x" * max(0, LARGE_PAGE_BYTES - len(html)) + "-->"


COLOURS = ("#1f6f8b", "#c9a227", "#9a9a9a", "#b5651d")


def picture(results: dict[str, dict[str, tuple[float, float, float]]]) -> str:
    """The F1 scores as an SVG: a group of bars a kind, a bar a reader."""
    bars, width, height = [], 36, 220
    group = width * len(results) + 28
    for at, kind in enumerate(KINDS):
        left = 50 + at * group
        for number, result in enumerate(results.values()):
            f1 = result[kind][2] if kind in result else 0.0
            tall, x = f1 * height, left + number * width
            label = f"{f1:.2f}" if kind in result else "-"
            bars.append(f'<rect x="{x}" y="{260 - tall:.1f}" width="{width - 4}" height="{tall:.1f}" fill="{COLOURS[number]}"/>')
            bars.append(f'<text x="{x + width / 2 - 2}" y="{254 - tall:.1f}" text-anchor="middle">{label}</text>')
        bars.append(f'<text x="{left + (group - 28) / 2}" y="280" text-anchor="middle">{kind}</text>')
    for number, name in enumerate(results):
        bars.append(f'<rect x="{50 + number * 210}" y="298" width="12" height="12" fill="{COLOURS[number]}"/>')
        bars.append(f'<text x="{68 + number * 210}" y="308">{name}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {60 + group * len(KINDS)} 322" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(bars)}</svg>\n'
    )


BEGIN, END = "<!-- figures: written by make bench-contacts -->", "<!-- end of figures -->"


def table_of_scores(results: dict[str, dict[str, tuple[float, float, float]]]) -> list[str]:
    """Precision / recall / F1 as rows of a Markdown table; a dash where a reader does not read a kind."""
    rows = ["| precision / recall / F1 | " + " | ".join(results) + " |", "| --- |" + " --- |" * len(results)]
    for kind in KINDS:
        cells = (" / ".join(f"{value:.3f}" for value in result[kind]) if kind in result else "-" for result in results.values())
        rows.append(f"| {kind} | " + " | ".join(cells) + " |")
    return rows


def table_of_beliefs(halves: dict[str, list[tuple[str, int, float]]]) -> list[str]:
    """The bins of both halves beside each other, with their sizes."""
    rows = [
        "| belief | " + " | ".join(f"{half}: contacts | right" for half in halves) + " |",
        "| --- |" + " --- |" * 2 * len(halves),
    ]
    bins = {half: {name: (size, share) for name, size, share in found} for half, found in halves.items()}
    for name in sorted(set().union(*bins.values())):
        cells = (f"{found[name][0]} | {found[name][1]:.3f}" if name in found else "0 | -" for found in bins.values())
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return rows


def renew(readme: Path, rows: list[str]) -> None:
    """Puts the figures between the README's two marks."""
    text = readme.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    readme.write_text(f"{head}{BEGIN}\n" + "\n".join(rows) + f"\n{END}{tail}", encoding="utf-8")


def speed(pages: list[LabelledPage]) -> list[str]:
    """Processor milliseconds for a large page, and for its phones beside the whole matcher."""
    large = [(page, large_page(page)) for page in pages[:: len(pages) // 16]]
    whole = [milliseconds(lambda page=page, html=html: extract_contacts(html, url=page.url)) for page, html in large]  # type: ignore[misc]
    documents = [(page, parse_document(html, url=page.url)) for page, html in large]
    quick = [milliseconds(lambda p=p, d=d: find_phones(d, PhoneReader([_COUNTRY[p.language]]))) for p, d in documents]  # type: ignore[misc]
    slow = [
        milliseconds(lambda p=p, d=d: list(PhoneNumberMatcher(d.text, _COUNTRY[p.language])), repeats=3) for p, d in documents
    ]  # type: ignore[misc]
    size = len(large[0][1]) / 1000
    return [
        f"All signals of a {size:.0f} kB page: median {statistics.median(whole):.2f} ms of processor time, worst {max(whole):.2f} ms.",
        f"Phones of that page: median {statistics.median(quick):.2f} ms; the whole matcher {statistics.median(slow):.2f} ms.",
        f"Recall of the phone pre-filter against the whole matcher, over all pages: {prefilter_recall(pages):.4f}.",
    ]


# Pieces that were, or could be, hard for one of the signals when a page repeats them.
ATTACKS = {
    "e-mail": "a.b (at) c dot ",
    "phone": "030-12-",
    "address": "12 Main Street Main ",
    "person": "Anna Müller-Anna ",
    "role": "<td>Anna Aa<td>Director",
    "company number": "HRB 12 VAT DE1 ",
    "profile": "<a href='https://x.com/a'>",
    "map": "<a href='https://maps.google.com/maps?q=1.11,2.22,'>",
    "vCard": "BEGIN:VCARD\nN:a;b\n",
    "JSON-LD": "<script type='application/ld+json'>[{",
    "microdata": "<div itemscope itemprop=x>",
    "hCard": "<div class='vcard fn adr'>",
    "script": "<script>'a'+'@'+",
}


def growth(attack: str, *, size: int = 120_000) -> float:
    """How much longer twice the repetitions take: 2 is linear, 4 quadratic."""
    once, twice = (f"<p>{attack * (length // len(attack))}" for length in (size, 2 * size))
    url = "https://www.brightloom.example/"
    short = milliseconds(lambda: extract_contacts(once, url=url), repeats=3)
    return milliseconds(lambda: extract_contacts(twice, url=url), repeats=3) / short


def main() -> None:
    """Print the tables; with `--svg` also draw the scores, with `--readme` write the figures there."""
    parser = argparse.ArgumentParser(description="Quality and speed of the contacts' extractor, beside its peers.")
    parser.add_argument(
        "--peers", default=os.environ.get("INROAD_BENCH_PEERS"), help="interpreter of an environment with the peers"
    )
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--readme", type=Path)
    chosen = parser.parse_args()
    pages = list(make_corpus())
    results = {"inroad": score(pages, ours), "pattern + phonenumbers": score(pages, baseline)}
    peers = read_by_peers(chosen.peers, pages) if chosen.peers else {}
    for peer, found in peers.items():
        results[peer] = score(pages, lambda page, found=found: found.get(page.url, {}))  # type: ignore[misc]
    harder = list(make_harder(pages))
    halves = {"chosen half": reliability(harder[::2]), "held-out half": reliability(harder[1::2])}
    rows = [
        f"{len(pages)} pages in {len(LANGUAGES)} languages.",
        "",
        *table_of_scores(results),
        "",
        *table_of_beliefs(halves),
        "",
        *(line + "  " for line in speed(pages)),
        "Twice the attack takes so many times as long (2 is linear): "
        + ", ".join(f"{name} {growth(attack):.1f}" for name, attack in ATTACKS.items())
        + ".",
    ]
    print("\n".join(rows))
    if not peers:
        print(
            "peers: not measured (name an interpreter that has them with --peers; see --help); picture and README are left as they are"
        )
        return
    if chosen.svg:
        chosen.svg.write_text(picture(results), encoding="utf-8")
    if chosen.readme:
        renew(chosen.readme, rows)


if __name__ == "__main__":
    main()
