"""Host names: canonical form, addresses in disguise, public suffixes.

What lives here: the host parser of the WHATWG URL standard (IDN, IPv4 in every notation, IPv6) and the public suffix list.
What does not: whole URLs (`urls`), resolving names, and deciding which addresses may be called (the fetcher's guard).
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

import idna
import tldextract

from inroad.guard.errors import PermanentError

_RFC_2606: Final = ("example", "test", "localhost")
# Offline on purpose: the list bundled with tldextract, no download, no cache directory.
_EXTRACT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, extra_suffixes=_RFC_2606, include_psl_private_domains=True)

_PLAIN_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?")
# WHATWG forbidden domain code points, and hyphens alone cannot make a label.
_FORBIDDEN = re.compile(r"[\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7f]")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_MAX_HOST_LENGTH: Final = 253
_MAX_LABEL_LENGTH: Final = 63


class InvalidUrl(PermanentError, ValueError):
    """Not a URL, host or domain that Inroad can work with."""

    reason = "invalid-url"


@lru_cache(maxsize=65_536)
def canonical_host(host: str) -> str:
    """A host as it is stored and sent: lower case, punycode, addresses in their usual notation, no trailing dot.

    Args:
        host: Host of a URL without port, IPv6 in brackets.

    Returns:
        The name; an IPv4 address in dotted decimal; an IPv6 address compressed and in brackets (RFC 5952).

    Raises:
        InvalidUrl: Empty, too long, or with characters that no host has.
    """
    if host.startswith("["):
        return _ipv6(host)
    name = host if host.isascii() and "%" not in host else _to_ascii(host)
    name = name.lower().removesuffix(".")
    if not name or len(name) > _MAX_HOST_LENGTH or _FORBIDDEN.search(name):
        raise InvalidUrl(f"{host[:80]!r} is not a host.", reason="url-host")
    last_label = name.rpartition(".")[2]
    if _NUMBER.fullmatch(last_label):
        return _ipv4(name)
    if _PLAIN_HOST.fullmatch(name) is None:
        raise InvalidUrl(f"{host[:80]!r} is not a host.", reason="url-host")
    return name


def is_address(host: str) -> bool:
    """Whether a canonical host is an IPv4 or IPv6 address."""
    return host.startswith("[") or ":" in host or host.rpartition(".")[2].isdigit()


@lru_cache(maxsize=65_536)
def registrable_host(host: str) -> str:
    """The registrable domain of a canonical host.

    Raises:
        InvalidUrl: An address, a single label or a bare public suffix.
    """
    if is_address(host):
        raise InvalidUrl(f"{host} is an address, not a domain.", reason="url-address")
    if "." not in host:
        raise InvalidUrl(f"{host} is a single label, not a domain.", reason="url-single-label")
    result = _EXTRACT.extract_str(host)
    if result.is_private and not result.domain:
        result = _EXTRACT.extract_str(host, include_psl_private_domains=False)
    if not result.suffix:  # the list's default rule: an unknown last label is a suffix
        return ".".join(host.split(".")[-2:])
    if not result.domain:
        raise InvalidUrl(f"{host} is a public suffix, nobody's own domain.", reason="url-public-suffix")
    return f"{result.domain}.{result.suffix}"


def has_known_suffix(host: str) -> bool:
    """Whether a host ends in a suffix of the public suffix list (or of RFC 2606)."""
    return bool(_EXTRACT.extract_str(host).suffix)


def _to_ascii(host: str) -> str:
    """UTS 46 non-transitional processing, then punycode; names outside IDNA 2008 (emoji) pass as browsers pass them."""
    name = unquote_to_bytes(host).decode("utf-8", "replace") if "%" in host else host
    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return ".".join(_label_to_ascii(label) for label in mapped.split("."))
    except (idna.IDNAError, UnicodeError, ValueError) as error:
        raise InvalidUrl(f"{host[:80]!r} is not a host.", reason="url-host") from error


def _label_to_ascii(label: str) -> str:
    if label.isascii():
        return label
    encoded = "xn--" + label.encode("punycode").decode("ascii")
    if len(encoded) > _MAX_LABEL_LENGTH:
        raise ValueError("label too long")
    return encoded


def _ipv6(host: str) -> str:
    try:
        return f"[{ipaddress.IPv6Address(host[1:-1] if host.endswith(']') else host).compressed}]"
    except ValueError as error:
        raise InvalidUrl(f"{host[:80]!r} is not an address.", reason="url-host") from error


def _ipv4(name: str) -> str:
    """The WHATWG IPv4 parser: one to four numbers, decimal, octal or hexadecimal, the last one filling what is left.

    `http://0x7f.1/` is 127.0.0.1 to a browser; reading it as a name would walk around the guard against private addresses.
    """
    parts = name.split(".")
    if len(parts) > 4 or any(_NUMBER.fullmatch(part) is None for part in parts):
        raise InvalidUrl(f"{name[:80]!r} is not an address.", reason="url-host")
    try:
        numbers = [_ipv4_number(part) for part in parts]
    except ValueError as error:
        raise InvalidUrl(f"{name[:80]!r} is not an address.", reason="url-host") from error
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        raise InvalidUrl(f"{name[:80]!r} is not an address.", reason="url-host")
    value = numbers[-1] + sum(number << (8 * (3 - place)) for place, number in enumerate(numbers[:-1]))
    return str(ipaddress.IPv4Address(value))


def _ipv4_number(part: str) -> int:
    if part[:2].lower() == "0x":
        return int(part[2:] or "0", 16)
    return int(part, 8 if len(part) > 1 and part.startswith("0") else 10)
