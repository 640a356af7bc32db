"""Inroad's core: plain typed Python, callable from a test, a notebook or a shell.

What belongs here: reading sites, extracting contacts and postings, writing CVs, the guard around every outside call, the
store. What does not: Dagster. Only `inroad.cli` may import it, and only where it launches something.
"""

__version__ = "0.1.0"
