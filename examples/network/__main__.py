"""`python -m examples.network`: serve the example network until Ctrl-C, and say how to reach it."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from examples.network.server import ExampleNetwork
from inroad.guard.errors import UserError


def main() -> int:
    """Serve until interrupted or terminated; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m examples.network", description="Serve the example network on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port for plain HTTP (default: any free one)")
    parser.add_argument("--tls-port", type=int, default=0, help="port for HTTPS (default: any free one)")
    arguments = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with ExampleNetwork(port=arguments.port, tls_port=arguments.tls_port) as network:
            _announce(network)
            stopped.wait()
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _announce(network: ExampleNetwork) -> None:
    print(f"INROAD_CA_FILE={network.ca_file}")
    print(" ".join(f"--resolve '{value}'" for value in network.resolve))
    print(" ".join(network.domains), flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
