"""A guard in front of the HTML parser: nothing is nested deeper, and no tag is wider, than people write.

What lives here: the estimate of a page's nesting and of a tag's attributes, and the removal of what is beyond the limits. What
does not: parsing.

Why: a conforming HTML parser looks through its stack of open elements at every block, and reopens every unclosed formatting
element in every new paragraph. 200,000 unclosed `<div>` (1 MB) took lexbor 82 s, and unclosed `<b id=...>` followed by
paragraphs fills the memory. Both are bounded when the nesting is. 100,000 attributes in one tag took 16 s, each being compared
with all before it.
"""

from __future__ import annotations

import re
from typing import Final

MAX_OPEN_ELEMENTS: Final = 1_000
MAX_OPEN_FORMATTING: Final = 60
MAX_ATTRIBUTES: Final = 1_000
_MAX_REOPENED: Final = 100_000  # elements that unclosed formatting may add to a page, all its tags taken together
_LONG_TAG: Final = 10_000
_HARMLESS_TAGS: Final = 1_500  # so few tags cannot take long: 0.01 s and 560,000 nodes at worst

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_WHOLE_TAG = re.compile(r"""<[a-zA-Z][^>"'=]*+(?:(?:=\s*+(?:"[^"]*+"|'[^']*+'|)|["'])[^>"'=]*+)*+""")
_ATTRIBUTE = re.compile(r"""[^\s/"'=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"']*+))?""")
_FORMATTING: Final = frozenset("a b big code em font i nobr s small strike strong tt u".split())  # noqa: SIM905
# Closed by the parser itself when the next one opens, or never opened at all: they do not add up.
_SELF_LIMITING: Final = frozenset(
    """area base br col embed hr img input link meta param source track wbr p li td th tr tbody thead tfoot dd dt option optgroup
    html head body colgroup rp rt caption""".split()  # noqa: SIM905
)


def limit_nesting(html: str) -> tuple[str, int]:
    """Drop the start tags that would nest too deep; their text stays.

    Args:
        html: The page.

    Returns:
        The same string for every page that people write, otherwise one without the tags beyond the limits; and the length of its
        longest tag.
    """
    # Measured tag by tag: a quoted ">" ends no tag, so that the distances between them say nothing.
    longest = max(map(len, _WHOLE_TAG.findall(html)), default=0)
    if longest > _LONG_TAG:
        html = _WHOLE_TAG.sub(_limit_attributes, html)
    tags = html.count("<")
    if tags > _HARMLESS_TAGS:
        tags -= html.count("</")
    if tags <= _HARMLESS_TAGS:
        return html, longest
    cuts = _tags_beyond_limits(html, min(MAX_OPEN_FORMATTING, 3 + _MAX_REOPENED // tags))
    if not cuts:
        return html, longest
    pieces, last = [], 0
    for start in cuts:
        pieces.append(html[last:start])
        last = start + 1  # without its "<" the tag is text, which costs nothing
    pieces.append(html[last:])
    return "".join(pieces), longest


def _limit_attributes(match: re.Match[str]) -> str:
    tag = match.group(0)
    if len(tag) <= _LONG_TAG:
        return tag
    for count, attribute in enumerate(_ATTRIBUTE.finditer(tag)):
        if count > MAX_ATTRIBUTES:
            return tag[: attribute.start()]
    return tag


def _tags_beyond_limits(html: str, max_open_formatting: int) -> list[int]:
    open_of: dict[str, int] = {}
    depth = formatting = 0
    cuts = []
    for match in _TAG.finditer(html):
        name = match.group(2).lower()
        if name in _SELF_LIMITING:
            continue
        is_formatting = name in _FORMATTING
        if match.group(1):
            if open_of.get(name, 0):
                open_of[name] -= 1
                depth -= 1
                formatting -= is_formatting
        elif depth >= MAX_OPEN_ELEMENTS or (is_formatting and formatting >= max_open_formatting):
            cuts.append(match.start())
        else:
            open_of[name] = open_of.get(name, 0) + 1
            depth += 1
            formatting += is_formatting
    return cuts
