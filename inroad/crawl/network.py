"""Where a connection may go: resolve rules, refused addresses, name lookup.

What lives here: reading `HOST:PORT:ADDRESS:PORT` rules, the list of addresses that are nobody's public web server, and the
addresses of a host. What does not: connecting to them (`transport`).

An address is checked after the lookup and the connection goes to the very address that was checked, so a name that answers
differently the second time (DNS rebinding) gains nothing. The lists follow the IANA special-purpose registries (RFC 6890).
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from inroad.crawl.failures import WebError, for_lookup, permanent
from inroad.settings import Settings, SettingsError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]

_RULE = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:\s]*):([0-9]{0,5}|\*):(\[[0-9A-Fa-f:.]+\]|[^\[\]:\s]+):([0-9]{0,5})")
_RULE_FORM = "HOST:PORT:ADDRESS:PORT, for instance acme.example:443:127.0.0.1:8443 (host * for all, IPv6 in brackets)"
_MAX_ADDRESSES: Final = 8  # of one name that are tried
_CHECK_TIMEOUT_S: Final = 2.0  # for our own lookup before a proxy is asked: behind some proxies no name server answers
_PASSED_HOSTS: Final = 10_000
_LOOKUPS_AT_ONCE: Final = 32

_REFUSED_V4: Final = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Only 2000::/3 is given out as global unicast; of it, these are special.
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6: Final = tuple(
    ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
)
# Prefixes that carry an IPv4 address: mapped, compatible, translated, NAT64 (RFC 6052), 6to4; with the place of its last bit.
_EMBEDDED_V4: Final = tuple(
    (ipaddress.IPv6Network(prefix), shift)
    for prefix, shift in (
        ("::ffff:0:0/96", 0), ("::/96", 0), ("::ffff:0:0:0/96", 0), ("64:ff9b::/96", 0), ("2002::/16", 80),
    )
)  # fmt: skip


def is_public(address: Address) -> bool:
    """Whether an address can be a public web server: not private, loopback, link-local, multicast, reserved or a disguise.

    IPv6 addresses that carry an IPv4 address are judged by both.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    for network, shift in _EMBEDDED_V4:
        if address in network:
            carried = ipaddress.IPv4Address((int(address) >> shift) & 0xFFFF_FFFF)
            return int(address) > 1 and is_public(carried)
    return address in _GLOBAL_V6 and not any(address in network for network in _REFUSED_V6)


@lru_cache(maxsize=4096)
def _as_address(host: str) -> Address | None:
    """The address that a host is written as; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class ResolveRule:
    """Sends connections for one host and port to another address, as curl's `--connect-to` does.

    Args:
        host: Lower-case host, `*.suffix`, or `*` for all.
        port: Port of the URL; None for all.
        address: Where to connect: address without brackets, or a name.
        to_port: Port to connect to; None keeps the URL's.
    """

    host: str
    port: int | None
    address: str
    to_port: int | None

    @classmethod
    def parse(cls, text: str) -> ResolveRule:
        """Reads `HOST:PORT:ADDRESS:PORT`; an empty host or port, or `*`, means all.

        Raises:
            SettingsError: The rule has another form.
        """
        match = _RULE.fullmatch(text.strip())
        ports = [None if digits in ("", "*") else int(digits) for digits in match.group(2, 4)] if match else []
        if match is None or any(port is not None and not 0 < port < 65_536 for port in ports):
            raise SettingsError(f"{text[:120]!r} is not a resolve rule.", mend=f"Write {_RULE_FORM}.")
        host = match[1].strip("[]").lower().removesuffix(".")
        return cls(host or "*", ports[0], match[3].strip("[]").lower(), ports[1])

    @property
    def rank(self) -> int:
        """0 for an exact host, 1 for a suffix, 2 for all: the narrowest rule wins."""
        return 2 if self.host == "*" else 1 if self.host.startswith("*.") else 0

    def matches(self, host: str, port: int) -> bool:
        """Whether the rule is for this host (no brackets, lower case) and port."""
        if self.port is not None and self.port != port:
            return False
        if self.rank == 2:
            # "All hosts" means names: a page that points at 127.0.0.1 or localhost is not what the rule's writer had in mind.
            return _as_address(host) is None and host != "localhost"
        return host.endswith(self.host[1:]) if self.rank == 1 else host == self.host


@dataclass(frozen=True, slots=True)
class NetworkRules:
    """Which hosts go elsewhere, and which may be private.

    Args:
        rules: Resolve rules, narrowest first.
        allow_hosts: Lower-case hosts that may have private addresses.
    """

    rules: tuple[ResolveRule, ...] = ()
    allow_hosts: frozenset[str] = frozenset()

    @classmethod
    def from_settings(cls, settings: Settings) -> NetworkRules:
        """The rules of an installation.

        Raises:
            SettingsError: A resolve rule has another form.
        """
        rules = sorted((ResolveRule.parse(text) for text in settings.resolve), key=lambda rule: rule.rank)
        return cls(tuple(rules), frozenset(host.strip("[]").lower().removesuffix(".") for host in settings.allow_hosts))

    def rule_for(self, host: str, port: int) -> ResolveRule | None:
        """The narrowest rule for a host and port; the first of two alike."""
        return next((rule for rule in self.rules if rule.matches(host, port)), None)

    def admits(self, host: str, address: Address, *, by_rule: bool) -> bool:
        """Whether `host` may be reached at `address`; a rule may point to loopback, and to no other private address."""
        if host in self.allow_hosts or is_public(address):
            return True
        return by_rule and address.is_loopback


class SystemLookup:
    """The system's resolver, in threads of its own.

    The loop's own pool has six threads on two cores; a handful of dead name servers, each silent for 5 to 20 s, would hold them
    all and with them every other lookup.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="inroad-lookup")

    async def __call__(self, host: str, port: int) -> list[str]:
        """Addresses of a host in the system's order of preference.

        Raises:
            socket.gaierror: The name has no address, or no name server answered.
        """
        loop = asyncio.get_running_loop()
        find = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        try:
            found = await loop.run_in_executor(self._threads, find)
        except UnicodeError as error:  # a label over 63 characters: the system's codec refuses before any lookup
            raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def close(self) -> None:
        """Gives the threads up; one that still waits for a name server ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Resolver:
    """From a host and port to the addresses that may be connected to.

    Args:
        rules: Resolve rules and private hosts.
        lookup: Finds a name's addresses.
    """

    def __init__(self, rules: NetworkRules, lookup: Lookup) -> None:
        self.rules = rules
        self._lookup = lookup
        self._passed: set[tuple[str, int]] = set()

    async def targets(self, host: str, port: int) -> list[tuple[str, int]]:
        """Addresses and port to connect to for a URL's host and port, each checked, at most eight.

        Raises:
            FetchFailed: "address-refused" when any address is private and the host is not named; "unknown-host".
            FetchInterrupted: "unknown-host" when no name server answered.
        """
        host = host.strip("[]").lower()
        where = f"{host if ':' not in host else f'[{host}]'}:{port}"
        rule = self.rules.rule_for(host, port)
        name, to_port = (rule.address, rule.to_port or port) if rule else (host, port)
        addresses = await self._addresses(name, to_port, where)
        for address in addresses:
            if not self.rules.admits(host, address, by_rule=rule is not None):
                # One private address among public ones is refused too: the answer is not an honest one.
                raise permanent("address-refused", where, f"is not called: its address {address} is not a public one")
        return [(str(address), to_port) for address in addresses[:_MAX_ADDRESSES]]

    async def check(self, host: str, port: int) -> None:
        """Refuses a host whose address is private as far as we can tell; a name that only the proxy knows passes.

        Raises:
            FetchFailed: "address-refused".
        """
        if (host, port) in self._passed:
            return
        try:
            async with asyncio.timeout(_CHECK_TIMEOUT_S):
                await self.targets(host, port)
        except TimeoutError:
            pass
        except WebError as error:
            if error.reason == "address-refused":
                raise
        if len(self._passed) >= _PASSED_HOSTS:
            self._passed.clear()
        self._passed.add((host, port))

    async def _addresses(self, name: str, port: int, where: str) -> list[Address]:
        literal = _as_address(name)
        if literal is not None:
            return [literal]
        try:
            found = await self._lookup(name, port)
        except socket.gaierror as error:
            raise for_lookup(error, name, where) from error
        addresses = [address for text in found if (address := _as_address(text)) is not None]
        if not addresses:
            raise permanent("unknown-host", where, f"cannot be reached: the host {name} has no address")
        return addresses
