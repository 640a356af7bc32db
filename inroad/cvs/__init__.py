"""CVs: the person's profile as facts, its match with a posting, the CV written for it, the fact gate and the files.

What belongs here: everything from a JSON Resume to a checked file, as plain functions of values. What does not: the database
(`inroad.store`), the model client (`inroad.llm`) and reading postings (`inroad.postings`).
"""

from inroad.cvs.model import Fact, Finding
from inroad.cvs.profile import Profile

__all__ = ["Fact", "Finding", "Profile"]
