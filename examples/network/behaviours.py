"""How sites misbehave: too many requests, passing failures, loops, bombs, bodies without end, pages that only say "not found".

Each behaviour answers an exchange and returns True, or returns False to let the page that lies there be served. Nothing here
takes much memory or processor time on the server's side: bombs are packed once, streams sleep between their chunks.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qs, urlsplit

from examples.network.exchange import Exchange

HTML = "text/html; charset=utf-8"
MIB = 1024 * 1024
# 64 MiB a member: one alone passes the 50 MiB that the sitemap protocol allows, 32 make 2 GiB out of 2 MB on the wire.
BOMB_MEMBER_BYTES = 64 * MIB
BOMB_MEMBERS = 32
BOMB_BYTES = BOMB_MEMBER_BYTES * BOMB_MEMBERS
ENDLESS_CHUNK = b"<p>Lot 4471: mixed pallet, sold as seen, no returns.</p>\n" * 1150
ENDLESS_PAUSE_S = 0.004
SLOW_PAUSE_S = 0.5
SLOW_TEXT = (
    b"We ",
    b"have ",
    b"sold ",
    b"what ",
    b"others ",
    b"left ",
    b"over ",
    b"since ",
    b"1987, ",
    b"slowly ",
    b"and ",
    b"fairly.",
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One way in which a site departs from answering what lies there.

    Attributes:
        kind: A key of `BEHAVIOURS`.
        path: Path it applies to, as a shell pattern.
        times: For passing trouble: how many requests see it before it is over.
        status: HTTP status, where the kind leaves it open.
        location: Where a redirect leads.
        retry_after_s: Seconds in the Retry-After header; 0 sends none.
    """

    kind: str
    path: str
    times: int = 0
    status: int = 0
    location: str = ""
    retry_after_s: int = 0

    def __post_init__(self) -> None:
        if self.kind not in BEHAVIOURS:
            raise ValueError(f"no behaviour is called {self.kind!r}")


async def limit_rate(exchange: Exchange, behaviour: Behaviour) -> bool:
    """429 with Retry-After to the first requests."""
    return await _refuse(exchange, behaviour, 429, "Too many requests. Please slow down.")


async def fail_at_first(exchange: Exchange, behaviour: Behaviour) -> bool:
    """500 to the first requests: a fault that passes by itself and says nothing about the pace."""
    return await _refuse(exchange, behaviour, 500, "The application server is restarting.")


async def _refuse(exchange: Exchange, behaviour: Behaviour, status: int, text: str) -> bool:
    if exchange.visit > behaviour.times:
        return False
    wait = {"retry-after": str(behaviour.retry_after_s)} if behaviour.retry_after_s else {}
    await exchange.respond(status, {"content-type": "text/plain; charset=utf-8", **wait}, f"{text}\n".encode())
    return True


async def redirect(exchange: Exchange, behaviour: Behaviour) -> bool:
    """A redirect to a fixed place, which may be this very address."""
    await exchange.respond(behaviour.status or 302, {"location": behaviour.location, "content-type": HTML})
    return True


async def redirect_onward(exchange: Exchange, behaviour: Behaviour) -> bool:
    """A redirect to the next of addresses that never repeat and never end."""
    query = parse_qs(urlsplit(exchange.request.path).query)
    hop = query.get("hop", ["0"])[0]
    following = int(hop) + 1 if hop.isascii() and hop.isdigit() and len(hop) < 9 else 1
    await exchange.respond(302, {"location": f"{behaviour.path}?hop={following}", "content-type": HTML})
    return True


async def refuse_access(exchange: Exchange, behaviour: Behaviour) -> bool:
    """403, as a firewall in front of a site answers."""
    del behaviour
    body = b"<!DOCTYPE html><title>Access denied</title><h1>Access denied</h1><p>Your request has been blocked.</p>\n"
    await exchange.respond(403, {"content-type": HTML}, body)
    return True


async def soft_404(exchange: Exchange, behaviour: Behaviour) -> bool:
    """200 with a page that says that there is no page."""
    del behaviour
    body = (
        b"<!DOCTYPE html>\n<html lang=en><head><title>404 - Page not found | Vexel Surplus</title></head>"
        b"<body><h1>Page not found</h1><p>Sorry, the page you are looking for does not exist or has been moved.</p>"
        b'<p><a href="/">Back to the home page</a></p></body></html>\n'
    )
    await exchange.respond(200, {"content-type": HTML}, body)
    return True


async def never_end(exchange: Exchange, behaviour: Behaviour) -> bool:
    """A page that goes on for as long as somebody reads it."""
    del behaviour

    async def chunks() -> AsyncIterator[bytes]:
        yield b"<!DOCTYPE html><html lang=en><head><title>Contact the warehouse</title></head><body><h1>Warehouse</h1>\n"
        while True:
            yield ENDLESS_CHUNK
            await asyncio.sleep(ENDLESS_PAUSE_S)

    await exchange.stream(200, {"content-type": HTML}, chunks())
    return True


async def trickle(exchange: Exchange, behaviour: Behaviour) -> bool:
    """A page that comes word by word, each half second: slow as a whole, while no single read is."""
    del behaviour

    async def chunks() -> AsyncIterator[bytes]:
        yield b"<!DOCTYPE html><html lang=en><head><title>Our history</title></head><body><p>"
        for word in SLOW_TEXT:
            await asyncio.sleep(SLOW_PAUSE_S)
            yield word

    await exchange.stream(200, {"content-type": HTML}, chunks())
    return True


async def gzip_bomb(exchange: Exchange, behaviour: Behaviour) -> bool:
    """A sitemap of 2 MB that unpacks to 2 GiB."""
    del behaviour
    first, padding = await asyncio.to_thread(_bomb_members)
    body = first + padding * (BOMB_MEMBERS - 1)
    await exchange.respond(200, {"content-type": "application/gzip"}, body)
    return True


@cache
def _bomb_members() -> tuple[bytes, bytes]:
    """A gzip member that opens a sitemap, and one of blank lines alone; each `BOMB_MEMBER_BYTES` when unpacked."""
    opening = b'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return _gzip_member(opening), _gzip_member(b"")


def _gzip_member(opening: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(opening.ljust(MIB, b"\n"))]
    parts += [packer.compress(b"\n" * MIB) for _ in range(BOMB_MEMBER_BYTES // MIB - 1)]
    return b"".join([*parts, packer.flush()])


async def entity_bomb(exchange: Exchange, behaviour: Behaviour) -> bool:
    """A sitemap whose entities expand to gigabytes ("billion laughs", CVE-2003-1564)."""
    del behaviour
    entities = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">\n' for level in range(1, 10))
    body = (
        f'<?xml version="1.0"?>\n<!DOCTYPE urlset [\n<!ENTITY e0 "surplus">\n{entities}]>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<url><loc>https://vexel-surplus.example/lots/&e9;</loc></url></urlset>\n"
    )
    await exchange.respond(200, {"content-type": "application/xml"}, body.encode())
    return True


BEHAVIOURS: dict[str, Callable[[Exchange, Behaviour], Awaitable[bool]]] = {
    "rate-limit": limit_rate,
    "fail-at-first": fail_at_first,
    "redirect": redirect,
    "redirect-onward": redirect_onward,
    "refuse-access": refuse_access,
    "soft-404": soft_404,
    "never-end": never_end,
    "trickle": trickle,
    "gzip-bomb": gzip_bomb,
    "entity-bomb": entity_bomb,
}
