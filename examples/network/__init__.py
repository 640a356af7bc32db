"""The example network: small sites of invented companies under `.example`, served on loopback by one program.

What lives here: the sites' content (`sites/`), the program that answers for all of them by host name, its certificates, and
the misbehaviour that some of them show on purpose. What does not: anything that reads or judges the sites.
"""

from examples.network.server import ExampleNetwork

__all__ = ["ExampleNetwork"]
