"""robots.txt: which pages a crawler may read, how slowly, and where the sitemaps are.

What lives here: parsing and answering. What does not: fetching the file, what its absence means, and waiting (the fetcher).

Reading follows RFC 9309 in the dialect of Google's parser (https://github.com/google/robotstxt): frequent typing errors are
understood, groups of one agent are merged, the longest matching rule wins and `Allow` wins a tie. `Crawl-delay`, which
neither knows, is read per group. Where RFC 9309 and Google disagree on percent-encoding, the stricter answer is given
(docs/decisions/0001-robots-parser.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

MAX_ROBOTS_BYTES: Final = 512_000
"""Bytes read of a robots.txt: RFC 9309 section 2.5 asks for at least 500 KiB."""
MAX_CRAWL_DELAY_S: Final = 86_400.0
"""A longer delay means "come back tomorrow" at most."""

_MAX_LINE_BYTES: Final = 2_083 * 8 - 1  # Google's: eight times the longest URL that browsers take, less its terminator
_MAX_SITEMAPS: Final = 10_000

_Directive = Literal["user-agent", "allow", "disallow", "sitemap", "crawl-delay"]
# Prefixes, as Google reads them, with the typing errors it forgives.
_DIRECTIVES: Final[tuple[tuple[bytes, _Directive], ...]] = (
    (b"user-agent", "user-agent"),
    (b"useragent", "user-agent"),
    (b"user agent", "user-agent"),
    (b"allow", "allow"),
    (b"disallow", "disallow"),
    (b"dissallow", "disallow"),
    (b"dissalow", "disallow"),
    (b"disalow", "disallow"),
    (b"diasllow", "disallow"),
    (b"disallaw", "disallow"),
    (b"sitemap", "sitemap"),
    (b"site-map", "sitemap"),
    (b"crawl-delay", "crawl-delay"),
    (b"crawldelay", "crawl-delay"),
    (b"crawl delay", "crawl-delay"),
)
_LINE_END = re.compile(rb"\r\n|\n|\r")
_ESCAPABLE = re.compile(rb"%[0-9a-fA-F]{2}|[\x80-\xff]")
_TRIPLET = re.compile(r"%[0-9A-Fa-f]{2}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_TOKEN = re.compile(r"[A-Za-z_\-]+")
_WORD = re.compile(r"[\w\-]+")
_VERSION = re.compile(r"[/ ][0-9]")
_STARS = re.compile(r"\*+")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_GENERIC_WORDS: Final = frozenset({"mozilla", "compatible", "like", "gecko"})
_EVERYBODY: Final = "*"


class _Pattern(NamedTuple):
    """A path pattern: literal pieces with `*` between them, `anchored` when it ends in `$`."""

    pieces: tuple[str, ...]
    anchored: bool

    def matches(self, path: str) -> bool:
        """Whether the pattern matches from the start of the path; each piece is sought once, so the time is linear."""
        first = self.pieces[0]
        if not path.startswith(first):
            return False
        if len(self.pieces) == 1:
            return not self.anchored or len(path) == len(first)
        position = len(first)
        for piece in self.pieces[1:-1]:
            found = path.find(piece, position)
            if found < 0:
                return False
            position = found + len(piece)
        last = self.pieces[-1]
        if self.anchored:
            return path.endswith(last) and len(path) - len(last) >= position
        return path.find(last, position) >= 0


class _Rule(NamedTuple):
    """One Allow or Disallow; `weight` is the length of the pattern as written, in escaped bytes."""

    weight: int
    is_allow: bool
    pattern: _Pattern
    normal_pattern: _Pattern


@dataclass(slots=True)
class _Block:
    """What stands below one list of User-agent lines, shared by its agents: copies for 16,000 agents would be a bomb."""

    rules: list[_Rule] = field(default_factory=list)
    delay_s: float | None = None
    is_delayed: bool = False


@dataclass(slots=True)
class _Group:
    """Everything one agent was told, over all its blocks in the file."""

    rule_blocks: list[_Block] = field(default_factory=list)
    delay_blocks: list[_Block] = field(default_factory=list)
    _sorted: list[_Rule] | None = None

    def crawl_delay_s(self) -> float | None:
        """The last delay that the agent was given."""
        return next((block.delay_s for block in reversed(self.delay_blocks) if block.is_delayed), None)

    def rules(self) -> list[_Rule]:
        """Longest first, Allow before Disallow: then the first rule that matches decides."""
        if self._sorted is None:
            rules = [rule for block in self.rule_blocks for rule in block.rules]
            self._sorted = sorted(rules, key=lambda rule: (-rule.weight, not rule.is_allow))
        return self._sorted

    def allows(self, path: str) -> bool:
        """The verdict for an exact path; Disallow is also tried on the normal form of RFC 9309 section 2.2.2."""
        normal = _normal_path(path)
        for rule in self.rules():
            if rule.weight == 0:
                break  # an empty rule says nothing
            if rule.pattern.matches(path):
                return rule.is_allow
            if not rule.is_allow and rule.normal_pattern.matches(normal):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Robots:
    """A parsed robots.txt.

    Attributes:
        sitemaps: The values of its Sitemap lines as written (they may be relative), all of them, in order.
    """

    sitemaps: tuple[str, ...]
    _groups: dict[str, _Group]

    @classmethod
    def parse(cls, body: bytes | str) -> Robots:
        """Reads a file; nothing in it can fail, and what is not understood says nothing.

        Args:
            body: The file. At most `MAX_ROBOTS_BYTES` are read.
        """
        raw = body.encode("utf-8", "replace") if isinstance(body, str) else body
        return _parse(raw[:MAX_ROBOTS_BYTES])

    def allows(self, url_or_path: str, agent: str) -> bool:
        """Whether an agent may fetch a URL.

        Args:
            url_or_path: Canonical URL, or its path with query; the fragment is ignored.
            agent: Product token ("Inroad"), or a whole User-Agent header, of which the first named word counts.
        """
        group = self._group_of(agent)
        return group is None or group.allows(_path_of(url_or_path))

    def crawl_delay(self, agent: str) -> float | None:
        """Seconds between two requests that the agent's group asks for; None when it does not say, or says nonsense."""
        group = self._group_of(agent)
        return group.crawl_delay_s() if group else None

    def _group_of(self, agent: str) -> _Group | None:
        exact = self._groups.get(agent.lower()) if agent else None
        if exact is not None:
            return exact
        if _VERSION.search(agent):  # a whole User-Agent header names products with versions
            for word in _WORD.findall(agent[:512]):
                if word.lower() not in _GENERIC_WORDS and word.lower() in self._groups:
                    return self._groups[word.lower()]
        return self._groups.get(_EVERYBODY)


def _parse(raw: bytes) -> Robots:
    groups: dict[str, _Group] = {}
    sitemaps: list[str] = []
    ruled, delayed = _Block(), _Block()  # what the next rule and the next Crawl-delay belong to
    unaddressed = delayed
    for directive, value in _directives(raw):
        if directive == "user-agent":
            # To Google, Crawl-delay does not end a list of agents: the rules below are for all of them, a delay is not.
            delayed = _Block() if ruled.rules or delayed.is_delayed or not groups else delayed
            ruled = _Block() if ruled.rules or not groups else ruled
            _join(groups.setdefault(_agent_of(value), _Group()), ruled, delayed)
        elif directive == "sitemap":
            if len(sitemaps) < _MAX_SITEMAPS:
                sitemaps.append(value.decode("utf-8", "replace"))
        elif directive == "crawl-delay":
            delayed.is_delayed, delayed.delay_s = True, _seconds(value)
        else:
            ruled.rules.extend(_rules(value, is_allow=directive == "allow"))
    if not groups:  # a delay in a file that names no agent at all is meant for everybody
        groups[_EVERYBODY] = _Group(delay_blocks=[unaddressed])
    return Robots(sitemaps=tuple(sitemaps), _groups=groups)


def _join(group: _Group, ruled: _Block, delayed: _Block) -> None:
    """Gives an agent its share in the blocks below its line, once."""
    if not group.rule_blocks or group.rule_blocks[-1] is not ruled:
        group.rule_blocks.append(ruled)
    if not group.delay_blocks or group.delay_blocks[-1] is not delayed:
        group.delay_blocks.append(delayed)


def _directives(raw: bytes) -> Iterator[tuple[_Directive, bytes]]:
    """The lines that mean something, as (directive, value)."""
    for line in _LINE_END.split(_without_bom(raw)):
        key, value = _key_and_value(line[:_MAX_LINE_BYTES])
        if not key:
            continue
        if key in (b"http", b"https") and b"sitemap" in value:  # somebody forgot to write "Sitemap:"
            yield "sitemap", key + b":" + value
        for prefix, directive in _DIRECTIVES:
            if key.startswith(prefix):
                yield directive, value
                break


def _without_bom(raw: bytes) -> bytes:
    """Without a UTF-8 byte order mark, whole or torn."""
    for mark in (b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"):
        if raw.startswith(mark):
            return raw[len(mark) :]
    return raw


def _key_and_value(line: bytes) -> tuple[bytes, bytes]:
    """Key in lower case and value of a line; two words without a colon count, as Google reads them."""
    line = line.partition(b"#")[0].strip()
    key, colon, value = line.partition(b":")
    if colon:
        return key.strip().lower(), value.strip()
    words = line.split(None, 2)
    return (words[0].lower(), words[1]) if len(words) == 2 else (b"", b"")


def _agent_of(value: bytes) -> str:
    """The product token of a User-agent line; `*` may be followed by words."""
    text = value.decode("latin-1")
    if text.startswith("*") and (len(text) == 1 or text[1] in " \t\v\f"):
        return _EVERYBODY
    token = _TOKEN.match(text)
    return token[0].lower() if token else ""


def _seconds(value: bytes) -> float | None:
    try:
        seconds = float(value.decode("ascii", "replace").replace(",", "."))
    except ValueError:
        return None
    return min(seconds, MAX_CRAWL_DELAY_S) if math.isfinite(seconds) and seconds >= 0 else None


def _rules(value: bytes, *, is_allow: bool) -> list[_Rule]:
    """The rules of a line; an empty one matches nothing and ends a list of agents all the same. `/index.html` also allows "/"."""
    escaped = _ESCAPABLE.sub(_escape, value).decode("ascii")
    rules = [_rule(escaped, is_allow=is_allow)]
    directory, slash, page = escaped.rpartition("/")
    if is_allow and slash and page.startswith("index.htm"):
        rules.append(_rule(f"{directory}/$", is_allow=True))
    return rules


def _rule(pattern: str, *, is_allow: bool) -> _Rule:
    return _Rule(len(pattern), is_allow, _compile(pattern), _compile(_normal_path(pattern)))


def _compile(pattern: str) -> _Pattern:
    anchored = pattern.endswith("$")
    return _Pattern(tuple(_STARS.split(pattern[:-1] if anchored else pattern)), anchored)


def _escape(match: re.Match[bytes]) -> bytes:
    found = match[0]
    return found.upper() if len(found) == 3 else b"%%%02X" % found[0]


def _normal_path(path: str) -> str:
    """RFC 9309 section 2.2.2: unreserved characters bare, others than ASCII encoded, digits in upper case."""
    if "%" in path:
        path = _TRIPLET.sub(_normal_triplet, path)
    if not path.isascii():
        path = _NOT_ASCII.sub(lambda run: "".join(f"%{byte:02X}" for byte in run[0].encode("utf-8", "replace")), path)
    return path


def _normal_triplet(match: re.Match[str]) -> str:
    char = chr(int(match[0][1:], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _path_of(url: str) -> str:
    """Path, parameters and query of a URL or path, "/" when there is none."""
    start = 2 if url.startswith("//") else 0
    mark = url.find("://", start)
    early = _first_of(url, start)
    if mark >= 0 and (early < 0 or mark < early):
        start = mark + 3
    begin = _first_of(url, start)
    fragment = url.find("#", start)
    end = fragment if fragment >= 0 else len(url)
    if begin < 0 or end < begin:
        return "/"
    path = url[begin:end]
    return path if path.startswith("/") else f"/{path}"


def _first_of(text: str, start: int) -> int:
    found = [place for place in (text.find(mark, start) for mark in "/?;") if place >= 0]
    return min(found, default=-1)
