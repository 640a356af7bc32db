"""Small proxies for the tests: HTTP (forwarding and CONNECT) and SOCKS5, with or without a password."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

USER, PASSWORD = b"ada", b"s3cret"


@dataclass
class ProxyServer:
    """One proxy on loopback that sends everything to one port.

    Attributes:
        target_port: Where every request ends up.
        needs_password: Refuses who does not know it.
        garbage: Answered to every connection, if anything.
        asked: Host and port of each request that was let through.
    """

    target_port: int
    needs_password: bool = False
    garbage: bytes = b""
    port: int = 0
    asked: list[str] = field(default_factory=list)

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if self.garbage:
            writer.write(self.garbage)
            return
        expected = b"basic " + base64.b64encode(USER + b":" + PASSWORD)
        if self.needs_password and expected.lower() not in head.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        method, target, _ = head.split(b" ", 2)
        self.asked.append(target.decode())
        upstream = await asyncio.open_connection("127.0.0.1", self.target_port)
        if method == b"CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            upstream[1].write(head)
        await _pump(reader, writer, *upstream)

    async def socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.garbage:
            writer.write(self.garbage)
            return
        methods = await reader.readexactly((await reader.readexactly(2))[1])
        wanted = 2 if self.needs_password else 0
        if wanted not in methods:
            writer.write(b"\x05\xff")
            return
        writer.write(bytes([5, wanted]))
        if self.needs_password:
            name = await reader.readexactly((await reader.readexactly(2))[1])
            password = await reader.readexactly((await reader.readexactly(1))[0])
            is_right = (name, password) == (USER, PASSWORD)
            writer.write(bytes([1, 0 if is_right else 1]))
            if not is_right:
                return
        kind = (await reader.readexactly(4))[3]
        host = await reader.readexactly((await reader.readexactly(1))[0]) if kind == 3 else await reader.readexactly(4)
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append(f"{host.decode('latin-1')}:{port}")
        upstream = await asyncio.open_connection("127.0.0.1", self.target_port)
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        await _pump(reader, writer, *upstream)


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, up_reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter
) -> None:
    async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await source.read(65_536):
                sink.write(piece)
                await sink.drain()
            sink.close()

    await asyncio.gather(copy(reader, up_writer), copy(up_reader, writer))


@asynccontextmanager
async def running(server: ProxyServer, kind: str) -> AsyncIterator[str]:
    """Serves, and gives the URL without a password."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await (server.http if kind == "http" else server.socks)(reader, writer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    yield f"{kind}://127.0.0.1:{server.port}"
    listening.close()
