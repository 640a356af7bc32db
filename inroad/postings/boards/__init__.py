"""Job boards (applicant tracking systems): one module a provider, one table of them, one reader for what none foresees."""

from inroad.postings.boards.registry import PROVIDERS, parse_board

__all__ = ["PROVIDERS", "parse_board"]
