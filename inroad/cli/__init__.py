"""The `inroad` command. The one place in the core that may import Dagster, and only where it launches something."""

from inroad.cli.app import main

__all__ = ["main"]
