"""Careers pages: the jobs that a page lists, as links still to be read.

A list is not a posting; what a posting's own page says is read in `inroad.postings.extraction`.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urldefrag, urlsplit

from selectolax.lexbor import LexborNode

from inroad.postings.documents import absolute_url, host_of, parse_html
from inroad.postings.model import PostingLink
from inroad.postings.occupations import names_an_occupation
from inroad.postings.plaintext import one_line

MAX_LINKS: Final = 1_000
MAX_ANCHORS: Final = 5_000

_JOB_WORD: Final = (
    r"jobs?|careers?|positions?|vacanc(?:y|ies)|openings?|job-?openings?|opportunit(?:y|ies)|roles?"
    r"|stellen(?:angebote?|anzeigen?)?|karriere|stelle"
    r"|offres?(?:-d?-?emplois?)?|emplois?|recrutement|carrieres?|empleos?|ofertas?(?:-de-empleo|-de-trabajo)?"
    r"|vacantes?|trabajos?|postings?"
    r"|requisitions?|job-offers?|join-us|o|j|p|job_listing|jobopening|job-listings?|bolsa-de-trabajo|trabaja-con-nosotros"
    r"|lavora-con-noi|posizioni(?:-aperte)?|offerte(?:-di-lavoro)?|lavoro|carriere"
    r"|vacatures?|werken-bij(?:-[a-z0-9]{1,30})?|offene-stellen|jobangebote|nous-rejoindre|rejoignez-nous|recruitment"
    r"|work-with-us"
)
_JOB_PATH: Final = re.compile(rf"/(?:{_JOB_WORD})/(?:[^/?#]{{1,60}}/){{0,3}}[^/?#]{{2,200}}/?\Z", re.IGNORECASE)
_JOB_QUERY: Final = re.compile(
    r"(?:\A|&)(?:gh_jid|job_?id|jobid|req(?:_?id)?|vacancy(?:_?id)?|jid|position_?id|posting_?id|lever-id|ashby_jid)=\w",
    re.IGNORECASE,
)
_JOB_WORD_IN_SLUG: Final = re.compile(
    r"(?:^|[-_/])(?:engineer|developer|manager|analyst|designer|nurse|assistant|consultant|specialist|technician"
    r"|accountant|director|intern"
    r"|architect|administrator|coordinator|representative|sales|lead|officer|entwickler(?:in)?|ingenieur(?:in)?"
    r"|mitarbeiter(?:in)?|berater(?:in)?"
    r"|sachbearbeiter(?:in)?|techniker(?:in)?|pflegefachkraft|fachkraft|praktikum|ausbildung|leiter(?:in)?|m-w-d|w-m-d"
    r"|mwd|ingenieur(?:e)?|chef"
    r"|responsable|technicien(?:ne)?|ingeniero|tecnico|operator|driver|mechanic|electrician|teacher|supervisor"
    r"|scientist|buyer|planner|clerk|coach|writer"
    r"|editor|recruiter|physician|therapist|master|strategist|marketer|attorney|carpenter|welder|plumber)"
    r"(?:[-_./]|$)",
    re.IGNORECASE,
)  # fmt: skip
_NOT_A_JOB_PATH: Final = re.compile(
    r"/(?:search|login|signin|sign-in|register|alerts?|saved|faq|benefits|culture|teams?|locations?|departments?"
    r"|category|categories|tag|page|blog"
    r"|news|about|privacy|terms|apply|application|students?|life|values|diversity|events?|author|feed|share"
    r"|talent-?(?:community|network)|intro"
    r"|introduceyourself|connect|profile|account|how-we-hire|our-process|initiativbewerbung)/?\Z",
    re.IGNORECASE,
)
_NOT_A_TITLE: Final = re.compile(
    r"\A(?:(?:view|see|show|browse|search|find|explore|load|all|more)\b.{0,40}"
    r"|(?:apply|learn|read)(?: now| here| more| online)?|details?|jobs?|careers?|open (?:positions|roles|jobs)"
    r"|current (?:openings|vacancies)|vacancies|job (?:openings|search|alerts?)"
    r"|home|back.{0,20}|next|previous|share.{0,20}|(?:jetzt )?bewerben|mehr(?: erfahren| lesen)?|zur stelle(?:nanzeige)?"
    r"|alle .{0,40}|stellenangebote|karriere|weiter(?:lesen)?|details ansehen|postuler|voir.{0,40}"
    r"|en savoir plus|lire la suite|scopri.{0,40}|leggi.{0,20}|candidati(?: ora)?|tutte .{0,40}|lees meer|bekijk.{0,40}"
    r"|solliciteer(?: nu| direct)?"
    r"|toutes .{0,40}|offres d'emploi|carrières?|ver .{0,40}|leer más|más información|solicitar|sign (?:in|up)|log ?in"
    r"|register|linkedin"
    r"|facebook|twitter|x|instagram|pdf|download.{0,20}|email|e-mail|print|save(?: job)?|join us|contact.{0,20}"
    r"|our (?:team|culture|values|benefits|story)|benefits|culture|life at .{0,40}|why .{0,40}|\W*|[\d\W]+)\Z",
    re.IGNORECASE,
)
_BOARD_JOB_HOSTS: Final = re.compile(
    r"(?:\A|\.)(?:greenhouse\.io|lever\.co|ashbyhq\.com|workable\.com|recruitee\.com|personio\.(?:de|com)"
    r"|smartrecruiters\.com|teamtailor\.com"
    r"|bamboohr\.com|myworkdayjobs\.com|eightfold\.ai|hrmdirect\.com|icims\.com|jobvite\.com|oraclecloud\.com"
    r"|pinpointhq\.com|rippling\.com"
    r"|paylocity\.com|governmentjobs\.com|breezy\.hr|join\.com|softgarden\.io|applytojob\.com)\Z"
)


def is_job_url(url: str) -> bool:
    """Tells whether an address looks like one job's own page, from its path and query alone."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = parts.path[:600]
    if _JOB_QUERY.search(parts.query[:600]):
        return True
    if _NOT_A_JOB_PATH.search(path):
        return False
    if _BOARD_JOB_HOSTS.search((parts.hostname or "").lower()):
        return path.strip("/").count("/") >= 1
    found = _JOB_PATH.search(path)
    if found is None:
        return False
    last = path.rstrip("/").rsplit("/", 1)[-1]
    return bool(
        re.search(r"\d{3,}", last)
        or last.count("-") >= 1
        or _JOB_WORD_IN_SLUG.search(last)
        or names_an_occupation(re.sub(r"[-_./]+", " ", last))
        or last.endswith((".html", ".htm", ".php"))
    )


def _card_title(anchor: LexborNode, crowded: set[int]) -> str | None:
    """The title of a link: its heading, its own text, its title or label, else the heading of the card around it."""
    heading = anchor.css_first("h1,h2,h3,h4,h5,h6,[class*=title],[class*=Title]")
    candidates = [heading.text(separator=" ") if heading else None, anchor.text(separator=" ")]
    candidates += [anchor.attributes.get("title"), anchor.attributes.get("aria-label")]
    for candidate in candidates:
        title = one_line(candidate, limit=200)
        if title and is_job_title(title):
            return title
    return _heading_nearby(anchor, crowded)


def _heading_nearby(anchor: LexborNode, crowded: set[int]) -> str | None:
    """The heading of the card around a link. `crowded` remembers elements with many links, so that each is counted once."""
    parent = anchor.parent
    for _ in range(3):
        if parent is None or parent.mem_id in crowded or parent.tag in {"body", "main", "ul", "ol", "table", "tbody"}:
            return None
        if len(parent.css("a[href]")) > 3:
            crowded.add(parent.mem_id)
            return None
        heading = parent.css_first("h2,h3,h4,h5,h6,[class*=title],strong")
        title = one_line(heading.text(separator=" "), limit=200) if heading else None
        if title and is_job_title(title):
            return title
        parent = parent.parent
    return None


def _title_in(address: str) -> str | None:
    """A title from the address itself, for links that only say "Learn more": "/careers/qa-engineer"."""
    last = unquote(urlsplit(address).path.rstrip("/").rsplit("/", 1)[-1])
    words = re.sub(r"\.\w{2,4}\Z|[\d_-]+", " ", last).split()
    if not words or not _JOB_WORD_IN_SLUG.search(last):
        return None
    return one_line(" ".join(words).capitalize(), limit=200)


def is_job_title(text: str) -> bool:
    """Tells whether a link's text can be a job's title: three to 150 characters, not a button's or menu's words."""
    bare = text.strip(" \t>»›→+-–…·|<«‹←")
    return 3 <= len(bare) <= 150 and not _NOT_A_TITLE.match(bare) and any(char.isalpha() for char in bare)


def _is_page_furniture(anchor: LexborNode) -> bool:
    node = anchor.parent
    for _ in range(12):
        if node is None:
            return False
        if node.tag in {"nav", "footer"} or (node.attributes.get("role") or "") == "navigation":
            return True
        node = node.parent
    return False


def find_posting_links(html: bytes | str, *, url: str) -> list[PostingLink]:
    """Finds the jobs that a careers page lists.

    Args:
        html: The page's body.
        url: The page's address.

    Returns:
        Links to single jobs with their titles, in order, each address once, at most `MAX_LINKS`; menus and footers are not read.
    """
    found: dict[str, PostingLink] = {}
    crowded: set[int] = set()
    here = urldefrag(url)[0].rstrip("/")
    for anchor in parse_html(html).css("a[href]")[:MAX_ANCHORS]:
        target = absolute_url(anchor.attributes.get("href"), url)
        if target is None or not is_job_url(target):
            continue
        address = urldefrag(target)[0]
        if address.rstrip("/") == here or address in found or _is_foreign(address, url) or _is_page_furniture(anchor):
            continue
        title = _card_title(anchor, crowded) or _title_in(address)
        if title:
            found[address] = PostingLink(address, title)
        if len(found) == MAX_LINKS:
            break
    return list(found.values())


def _is_foreign(address: str, page: str) -> bool:
    """A job on another site that is no board's: a job portal's advertisement, a partner's, a social network's."""
    ours, theirs = host_of(page), host_of(address)
    site = ".".join(ours.removeprefix("www.").split(".")[-2:])
    return not (theirs in {ours, site} or theirs.endswith("." + site) or _BOARD_JOB_HOSTS.search(theirs))
