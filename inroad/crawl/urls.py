"""URLs: one canonical form per page, hosts, and registrable domains.

What lives here: reading a URL as browsers read it, its canonical form, the host in it, the registrable domain of a host and
what a person types as a company's domain. What does not: fetching, robots, and what a URL means (`classify`).

Reading follows the WHATWG URL standard for `http` and `https` (https://url.spec.whatwg.org/), so that a link goes where a
browser would go; the canonical form is RFC 3986 section 6.2 (case, percent-encoding, dot segments, default ports) without
fragment, credentials and tracker parameters. The order of the query is kept: servers may care about it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from inroad.crawl.hosts import InvalidUrl, canonical_host, has_known_suffix, registrable_host

__all__ = [
    "MAX_URL_LENGTH",
    "InvalidUrl",
    "canonical_url",
    "has_known_suffix",
    "host_of",
    "normalise_domain",
    "registrable_domain",
    "same_site",
]

MAX_URL_LENGTH: Final = 2_048
"""Characters of a canonical URL: the limit of sitemaps.org, and below the 2,704 bytes that a PostgreSQL index entry holds."""

_MAX_INPUT_LENGTH: Final = 16_384
_MAX_HOST_INPUT: Final = 1_012  # 253 characters, each percent-encoded or of four bytes; keeps the host caches small
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_PLAIN_AUTHORITY = re.compile(r"https?://([A-Za-z0-9.\-]{1,253})(?:[/?#]|$)")
_DOTTED = re.compile(r"(?:^|/)\.")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNSAFE_IN_PATH = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]")
_UNSAFE_IN_QUERY = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_EDGE = "".join(map(chr, range(0x21)))  # C0 controls and space, which browsers strip from both ends
_INNER = {ord(c): None for c in "\t\n\r"}  # and these anywhere

# Already canonical, nothing to do: most URLs of a sitemap (0.5 us instead of 4.3 us).
_ALREADY_CANONICAL = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9\-]{0,30}[a-z0-9])?\.){1,5}[a-z]{2,24}/[A-Za-z0-9\-_~!$&'()*+,=:@/.]*"
)

_TRACKERS: Final = frozenset(
    """
    gclid gclsrc gbraid wbraid dclid gad gad_source gad_campaignid _ga _gac _gl srsltid fbclid fb_action_ids fb_action_types
    fb_source fb_ref msclkid yclid ymclid _openstat twclid ttclid li_fat_id igshid igsh epik rdt_cid scclid mc_cid mc_eid mkt_tok
    _hsenc _hsmi __hstc __hssc __hsfp hsctatracking hsa_acc hsa_ad hsa_cam hsa_grp hsa_kw hsa_mt hsa_net hsa_src hsa_tgt hsa_ver
    oly_anon_id oly_enc_id vero_id vero_conv wickedid rb_clickid s_kwcid ef_id _kx __s ml_subscriber ml_subscriber_hash irclickid
    irgwc awc cjevent zanpid wt_mc wt_zmc phpsessid jsessionid
    """.split()  # noqa: SIM905 - a word list reads better as words
)
_TRACKER_PREFIXES: Final = ("utm_", "mtm_", "matomo_", "pk_", "piwik_", "aspsessionid")
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)


class _Parts(NamedTuple):
    """A URL taken apart, not yet in canonical form; `query` is None when there is no question mark."""

    scheme: str
    authority: str
    path: str
    query: str | None


def canonical_url(url: str, *, base: str | None = None) -> str:
    """The one form of a page's address that is stored, compared and fetched.

    Args:
        url: Absolute URL, or any reference when `base` is given.
        base: Absolute URL that relative references are resolved against.

    Returns:
        Scheme and host in lower case, IDN as punycode, no default port, dot segments, credentials, fragment, tracker or
        session parameters; percent-encoding in the normal form of RFC 3986. Applying it again changes nothing.

    Raises:
        InvalidUrl: Not http(s), no host, a host or port that cannot exist, or longer than `MAX_URL_LENGTH`.
    """
    if len(url) > _MAX_INPUT_LENGTH:
        raise InvalidUrl(f"The URL that starts with {url[:60]!r} has {len(url)} characters.", reason="url-too-long")
    if len(url) <= MAX_URL_LENGTH and _ALREADY_CANONICAL.fullmatch(url) and "/." not in url:
        return url
    parts = _resolve(url, _split_base(base) if base is not None else None)
    scheme = parts.scheme
    netloc = _canonical_netloc(scheme, parts.authority)
    query = _canonical_query(parts.query)
    canonical = f"{scheme}://{netloc}{_canonical_path(parts.path)}{'?' + query if query else ''}"
    if len(canonical) > MAX_URL_LENGTH:
        raise InvalidUrl(f"The URL {canonical[:60]}... has more than {MAX_URL_LENGTH} characters.", reason="url-too-long")
    return canonical


def host_of(url: str) -> str:
    """The host of an absolute URL, lower case, punycode, without port; IPv6 without brackets.

    Raises:
        InvalidUrl: As `canonical_url`.
    """
    if match := _PLAIN_AUTHORITY.match(url):
        return canonical_host(match[1]).strip("[]")
    parts = _resolve(url[:_MAX_INPUT_LENGTH], None)
    return _host_and_port(parts.authority)[0].strip("[]")


def registrable_domain(url_or_host: str) -> str:
    """The part of a host that its owner registered, by the public suffix list (https://publicsuffix.org/).

    Suffixes that companies hand out (`github.io`, `myshopify.com`) count, so that `acme.github.io` is Acme's and not
    GitHub's. `.example`, `.test` and `.localhost` (RFC 2606) count as suffixes; an unknown one counts by the list's rule `*`.

    Args:
        url_or_host: Absolute http(s) URL, or a host with or without port.

    Raises:
        InvalidUrl: An IP address, a single label, a bare public suffix, or not a host at all.
    """
    return registrable_host(_host_in(url_or_host))


def same_site(a: str, b: str) -> bool:
    """Whether two URLs or hosts lie in one registrable domain; addresses and single labels only equal themselves."""
    try:
        host_a, host_b = _host_in(a), _host_in(b)
        if host_a == host_b:
            return True
        return registrable_host(host_a) == registrable_host(host_b)
    except InvalidUrl:
        return False


def normalise_domain(text: str) -> str:
    """The registrable domain in what a person types as a company's domain.

    Takes a domain, a host, a URL with or without scheme, or an e-mail-like `@acme.example`, in any case.

    Args:
        text: For instance "https://www.Acme.example/about", "acme.example" or "ACME.example.".

    Raises:
        InvalidUrl: With a mend that says what to type instead.
    """
    typed = text.strip().strip("<>\"'").lstrip("@")
    mend = "Type the company's domain, for instance acme.example."
    if not typed or len(typed) > MAX_URL_LENGTH or any(c.isspace() for c in typed):
        raise InvalidUrl(f"{text.strip()[:80]!r} is not a domain.", reason="not-a-domain", mend=mend)
    try:
        domain = registrable_domain(typed)
    except InvalidUrl as error:
        raise InvalidUrl(
            f"{typed[:80]!r} is not a company's domain: {error.message}", reason="not-a-domain", mend=mend
        ) from error
    if not has_known_suffix(domain):
        ending = domain.rpartition(".")[2]
        raise InvalidUrl(f"{typed[:80]!r} ends in .{ending}, which no registry runs.", reason="unknown-suffix", mend=mend)
    return domain


def _host_in(url_or_host: str) -> str:
    """The canonical host of a URL, or of a host with optional port and path."""
    text = url_or_host.strip()[:_MAX_INPUT_LENGTH]
    if "//" not in text.partition("?")[0]:
        text = f"//{text}"
    if text.startswith("//"):
        text = f"http:{text}"
    return host_of(text)


def _clean(url: str) -> str:
    url = url.strip(_EDGE)
    return url.translate(_INNER) if "\n" in url or "\t" in url or "\r" in url else url


@lru_cache(maxsize=256)
def _split_base(base: str) -> _Parts:
    return _resolve(base, None)


def _resolve(url: str, base: _Parts | None) -> _Parts:
    """Takes a reference apart, against a base when it is relative (WHATWG basic URL parser, special schemes)."""
    text = _clean(url).partition("#")[0]
    scheme, rest = base.scheme if base else "", text
    if match := _SCHEME.match(text):
        scheme, rest = match[1].lower(), text[match.end() :]
        if scheme not in _DEFAULT_PORTS:
            raise InvalidUrl(f"{url[:80]!r} is not an http or https URL.", reason="url-scheme")
        if base is None or scheme != base.scheme or rest[:1] in ("/", "\\"):
            slashless = rest.lstrip("/\\")
            if rest[:2].replace("\\", "/") == "//" or base is None or scheme != base.scheme:
                return _split_authority(scheme, slashless)
    if base is None:
        raise InvalidUrl(f"{url[:80]!r} is not an absolute URL.", reason="url-relative")
    if rest[:2].replace("\\", "/") == "//":
        return _split_authority(scheme, rest.lstrip("/\\"))
    return _merge(rest, base)


def _merge(reference: str, base: _Parts) -> _Parts:
    """RFC 3986 section 5.3 for a reference without scheme and authority."""
    path, mark, query = reference.partition("?")
    path = path.replace("\\", "/")
    if not path:
        return base._replace(query=query if mark else base.query)
    if not path.startswith("/"):
        path = f"{base.path.rpartition('/')[0]}/{path}"
    return base._replace(path=path, query=query if mark else None)


def _split_authority(scheme: str, rest: str) -> _Parts:
    hierarchy, mark, query = rest.partition("?")
    authority, slash, path = hierarchy.replace("\\", "/").partition("/")
    return _Parts(scheme, authority, slash + path or "/", query if mark else None)


def _host_and_port(authority: str) -> tuple[str, str]:
    """Canonical host (IPv6 in brackets) and port digits, credentials dropped."""
    host = authority.rpartition("@")[2]
    port = ""
    closing = host.rfind("]")
    colon = host.rfind(":")
    if colon > closing:
        host, port = host[:colon], host[colon + 1 :]
    if len(host) > _MAX_HOST_INPUT:
        raise InvalidUrl(f"The host that starts with {host[:60]!r} has {len(host)} characters.", reason="url-host")
    if port and not (port.isascii() and port.isdigit() and len(port.lstrip("0")) <= 5 and int(port) <= 65_535):
        raise InvalidUrl(f"{authority[:80]!r} has no valid port.", reason="url-port")
    return canonical_host(host), port.lstrip("0") or port[-1:]


def _canonical_netloc(scheme: str, authority: str) -> str:
    host, port = _host_and_port(authority)
    return f"{host}:{port}" if port and port != _DEFAULT_PORTS[scheme] else host


def _canonical_path(path: str) -> str:
    path = _normal_percent(path, _UNSAFE_IN_PATH)
    if ";" in path:
        path = _SESSION_IN_PATH.sub("", path)
    return _without_dot_segments(path) if _DOTTED.search(path) else path or "/"


def _without_dot_segments(path: str) -> str:
    """RFC 3986 section 5.2.4; empty segments are segments, as browsers treat them."""
    segments = path.split("/")[1:]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _canonical_query(query: str | None) -> str:
    if not query:
        return ""
    pairs = [pair for pair in query.split("&") if pair and not _is_tracker(pair)]
    return _normal_percent("&".join(pairs), _UNSAFE_IN_QUERY)


def _is_tracker(pair: str) -> bool:
    name = _normal_percent(pair.partition("=")[0], _UNSAFE_IN_QUERY).lower()
    return name in _TRACKERS or name.startswith(_TRACKER_PREFIXES)


def _normal_percent(text: str, unsafe: re.Pattern[str]) -> str:
    """Unreserved characters bare, everything that is not allowed encoded as UTF-8, hexadecimal digits in upper case."""
    if "%" in text:
        text = _PERCENT.sub(_normal_triplet, text)
    return unsafe.sub(_encode, text) if unsafe.search(text) else text


def _normal_triplet(match: re.Match[str]) -> str:
    digits = match[1]
    if digits is None:
        return "%25"
    char = chr(int(digits, 16))
    return char if char in _UNRESERVED else f"%{digits.upper()}"


def _encode(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))
