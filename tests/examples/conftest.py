"""One served example network for all tests of this folder, and clients that reach it as a stranger's machine would."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator

import httpx2
import pytest

from examples.network import ExampleNetwork


class ConnectTo(httpx2.BaseTransport):
    """Sends every host to the network, TLS name and Host unchanged; hosts share no connection, as they share no server."""

    def __init__(self, network: ExampleNetwork) -> None:
        self._plain, self._tls = network.ports
        self._context = ssl.create_default_context(cafile=str(network.ca_file))
        self._transports: dict[str, httpx2.HTTPTransport] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        routed = httpx2.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1", port=self._tls if request.url.scheme == "https" else self._plain),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        if host not in self._transports:
            self._transports[host] = httpx2.HTTPTransport(verify=self._context)
        return self._transports[host].handle_request(routed)

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()


@pytest.fixture(scope="session")
def served_network() -> Iterator[ExampleNetwork]:
    with ExampleNetwork() as network:
        yield network


@pytest.fixture
def network(served_network: ExampleNetwork) -> ExampleNetwork:
    served_network.reset()
    return served_network


@pytest.fixture(scope="session")
def connect() -> Callable[[ExampleNetwork], httpx2.Client]:
    """Makes a client for a network; it follows no redirect by itself."""
    return lambda network: httpx2.Client(transport=ConnectTo(network), timeout=20)


@pytest.fixture(scope="session")
def served_client(served_network: ExampleNetwork, connect: Callable[[ExampleNetwork], httpx2.Client]) -> Iterator[httpx2.Client]:
    with connect(served_network) as client:
        yield client


@pytest.fixture
def client(network: ExampleNetwork, served_client: httpx2.Client) -> httpx2.Client:
    """A client of the network, whose log is empty and whose passing trouble is still to come."""
    return served_client
