"""Pages as documents: decoding, visible text, title, language, base and refresh.

What lives here: what any reader of a page needs first. What does not: links (`links`), what kind of answer a page is
(`verdicts`), contacts and postings (their own rooms). The parser is lexbor, which builds trees as browsers do.
"""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from inroad.crawl.charset import decode_html
from inroad.crawl.urls import InvalidUrl, canonical_url

__all__ = ["Page", "base_url", "decode_html", "meta_refresh", "page_language", "page_title", "parse_html", "readable_text"]

MAX_HTML_CHARS: Final = 8_388_608
"""Characters of a page that are parsed."""
_MAX_TITLE_CHARS: Final = 300
_SAFE_TAGS: Final = 10_000  # with fewer tags no nesting is deep enough to cost anything
_MAX_DEPTH: Final = 4_096

Page = str | LexborHTMLParser
"""A decoded page, parsed or not: pass the tree where several functions read one page."""

_SPACES = re.compile(r"[ \t\n\r\f\v\u00a0\u200b]+")
# The same where it changes anything: most spaces stand alone and stay.
_GAPS = re.compile(r"[ \t\n\r\f\v\u00a0\u200b]{2,}|[\t\n\r\f\v\u00a0\u200b]")
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})(?:[-_].*)?\s*", re.DOTALL)
# "5; url=x" and its spellings: https://html.spec.whatwg.org/multipage/semantics.html#attr-meta-http-equiv-refresh
_REFRESH = re.compile(r"\s*([0-9]*(?:\.[0-9.]*)?)\s*(?:[;,\s]\s*(?:url\s*=\s*)?(.*))?", re.IGNORECASE | re.DOTALL)

_UNSEEN: Final = frozenset(
    {"script", "style", "template", "noscript", "head", "svg", "math", "iframe", "object", "canvas", "audio", "video"}
)
_BLOCKS: Final = frozenset(
    """
    address article aside blockquote body br center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search section summary table tbody tfoot
    thead tr ul caption
    """.split()  # noqa: SIM905 - a word list reads better as words
)
_TAG_START = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})")
# Elements without content, and those that the next of their kind closes.
_SELF_CLOSING: Final = frozenset(
    "area base br col embed hr img input link meta source track wbr p li td th tr dd dt option".split()  # noqa: SIM905
)
_MARKS: Final = dict.fromkeys(_BLOCKS, "\n") | dict.fromkeys(("td", "th"), "\t")
_RAW: Final = frozenset({"pre", "textarea"})


def parse_html(html: Page) -> LexborHTMLParser:
    """The tree of a page; a tree is returned as it is.

    Args:
        html: Decoded page; at most `MAX_HTML_CHARS` are read.
    """
    if isinstance(html, LexborHTMLParser):
        return html
    return LexborHTMLParser(_within_depth(html[:MAX_HTML_CHARS]).encode("utf-8", "replace"))


def _within_depth(html: str) -> str:
    """Cuts a page off where it nests deeper than any page does: lexbor takes 0.45 s for 20,000 nested `div`, 45 s for 200,000."""
    if html.count("<") <= _SAFE_TAGS:
        return html
    open_tags: dict[str, int] = {}
    depth = 0
    for match in _TAG_START.finditer(html):
        name = match[2].lower()
        if name in _SELF_CLOSING:
            continue
        if not match[1]:
            open_tags[name] = open_tags.get(name, 0) + 1
            depth += 1
            if depth > _MAX_DEPTH:
                return html[: match.start()]
        elif open_tags.get(name, 0) > 0:
            open_tags[name] -= 1
            depth -= 1
    return html


def readable_text(html: Page) -> str:
    """The visible text of a page: one line per block, cells of a table row separated by tabs, runs of spaces as one.

    Scripts, styles, templates, `noscript`, embedded media and elements hidden by attribute or inline style are left out.
    """
    tree = parse_html(html)
    root = tree.body or tree.root
    if root is None:
        return ""
    text = "".join(_pieces(root))
    if "\t" in text:
        text = _tidy_cells(text)
    lines = (line.lstrip().rstrip(" \t") for line in text.split("\n"))
    return "\n".join(line for line in lines if line).strip()


def _tidy_cells(text: str) -> str:
    r"""A text with one tab between cells and no spaces around it.

    Split and joined, as the pattern ` *\t[ \t]*` looks from each of many spaces again for the tab behind them.
    """
    first, *middle, last = text.split("\t")
    cells = (cell.strip(" ") for cell in middle)
    return "\t".join((first.rstrip(" "), *filter(None, cells), last.lstrip(" ")))


def _pieces(root: LexborNode) -> list[str]:
    """The words below a node with the marks of blocks and cells between them, before blank lines are dropped.

    One loop with its state in local variables: a page has a node every thirty characters, and most need nothing else.
    """
    pieces: list[str] = []
    holders: list[tuple[LexborNode, str, bool]] = []
    node: LexborNode | None = root
    is_raw = False
    while node is not None:
        tag = node.tag
        mark = ""
        if tag == "-text":
            if written := node.text_content:
                _write(written, pieces, is_raw=is_raw)
        elif tag not in _UNSEEN:
            mark = _MARKS.get(tag, "") if tag is not None else ""
            attributes = node.attributes
            if not attributes or not _is_hidden(attributes):
                if mark:
                    pieces.append(mark)
                if (child := node.first_child) is not None:
                    holders.append((node, mark, is_raw))
                    node, is_raw = child, tag in _RAW
                    continue
        following = None
        while holders:
            if mark:
                pieces.append(mark)
            if (following := node.next) is not None:
                break
            node, mark, is_raw = holders.pop()
        node = following
    return pieces


def _write(text: str, pieces: list[str], *, is_raw: bool) -> None:
    if not is_raw:
        if "  " in text or not text.isprintable():  # what is printable has no other space than " "
            text = _GAPS.sub(" ", text)
        if text[0] == " " and pieces and pieces[-1][-1] in " \n\t":
            text = text[1:]
    if text:
        pieces.append(text)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style")
    return "hidden" in attributes or (style is not None and _HIDDEN_STYLE.search(style) is not None)


def page_title(html: Page) -> str | None:
    """The page's title, else its `og:title`; one line, at most 300 characters."""
    tree = parse_html(html)
    element = tree.css_first("head > title") or tree.css_first("title")
    title = element.text() if element is not None else ""
    if not title.strip():
        title = _meta(tree, 'meta[property="og:title"]')
    return _SPACES.sub(" ", title).strip()[:_MAX_TITLE_CHARS] or None


def page_language(html: Page) -> str | None:
    """ISO 639-1 code of the page's declared language: `html lang`, `Content-Language`, `og:locale`."""
    tree = parse_html(html)
    root = tree.css_first("html")
    declared = [(root.attributes.get("lang") or root.attributes.get("xml:lang") or "") if root is not None else ""]
    declared.append(_meta(tree, 'meta[http-equiv="content-language" i]'))
    declared.append(_meta(tree, 'meta[property="og:locale"]'))
    return next((match[1].lower() for text in declared if (match := _LANGUAGE.fullmatch(text[:40]))), None)


def _meta(tree: LexborHTMLParser, selector: str) -> str:
    element = tree.css_first(selector)
    return (element.attributes.get("content") or "") if element is not None else ""


def base_url(html: Page, url: str) -> str:
    """What the page's relative links are resolved against: its first `base href`, else its own URL.

    Args:
        html: The page.
        url: Where it was read.
    """
    for element in parse_html(html).css("base[href]"):
        if _is_inside(element, "noscript"):
            continue
        try:
            return canonical_url(element.attributes.get("href") or "", base=url)
        except InvalidUrl:
            return url
    return url


def meta_refresh(html: Page, base: str) -> tuple[float, str] | None:
    """Where a page sends its reader by `meta http-equiv=refresh`.

    Args:
        html: The page.
        base: What a relative target is resolved against.

    Returns:
        Seconds to wait and the canonical target (the page itself when it only reloads); None without a refresh to an http(s) URL.
    """
    for element in parse_html(html).css('meta[http-equiv="refresh" i]'):
        if _is_inside(element, "noscript"):
            continue
        match = _REFRESH.fullmatch((element.attributes.get("content") or "")[:4_096])
        if match is None or not match[1].strip("."):
            continue
        target = (match[2] or "").strip()
        if target[:1] in "\"'" and target:
            target = target[1:].partition(target[0])[0]
        try:
            return float(match[1].partition(".")[0] or 0) + _fraction(match[1]), canonical_url(target, base=base)
        except InvalidUrl:
            continue
    return None


def _fraction(seconds: str) -> float:
    digits = seconds.partition(".")[2].partition(".")[0]
    return float(f"0.{digits}") if digits else 0.0


def _is_inside(node: LexborNode, tag: str) -> bool:
    parent = node.parent
    for _ in range(64):
        if parent is None:
            return False
        if parent.tag == tag:
            return True
        parent = parent.parent
    return False
