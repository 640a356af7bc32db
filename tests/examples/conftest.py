"""One served example network for all tests of this folder, and clients that reach it as a stranger's machine would."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator

import httpx2
import pytest

from examples.network import ExampleNetwork


class ConnectTo(httpx2.BaseTransport):
    """Sends every host to the network, TLS name and Host unchanged, each request on a connection of its own."""

    def __init__(self, network: ExampleNetwork) -> None:
        self._plain, self._tls = network.ports
        context = ssl.create_default_context(cafile=str(network.ca_file))
        self._transport = httpx2.HTTPTransport(verify=context, limits=httpx2.Limits(max_keepalive_connections=0))

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.extensions["sni_hostname"] = request.url.host
        port = self._tls if request.url.scheme == "https" else self._plain
        request.url = request.url.copy_with(host="127.0.0.1", port=port)
        return self._transport.handle_request(request)

    def close(self) -> None:
        self._transport.close()


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


@pytest.fixture
def client(network: ExampleNetwork, connect: Callable[[ExampleNetwork], httpx2.Client]) -> Iterator[httpx2.Client]:
    with connect(network) as client:
        yield client
