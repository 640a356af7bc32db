"""CVs: the person's profile as facts, its match with a posting, the CV written for it, the fact gate and the files.

What belongs here: everything from a JSON Resume to a checked file, as plain functions of values. What does not: the database
(`inroad.store`), the model client (`inroad.llm`) and reading postings (`inroad.postings`).
"""

from inroad.cvs.checking import check_cv
from inroad.cvs.composing import compose_cv
from inroad.cvs.fit import best_contact
from inroad.cvs.matching import MATCHER_VERSION, match_posting
from inroad.cvs.model import Cv, CvBlocked, Fact, Finding, Match, RequirementMatch, ScorePart
from inroad.cvs.profile import Profile
from inroad.cvs.rendering import FORMATS, render_cv
from inroad.cvs.writing import Writer, WritingRequest

__all__ = [
    "FORMATS",
    "MATCHER_VERSION",
    "Cv",
    "CvBlocked",
    "Fact",
    "Finding",
    "Match",
    "Profile",
    "RequirementMatch",
    "ScorePart",
    "Writer",
    "WritingRequest",
    "best_contact",
    "check_cv",
    "compose_cv",
    "match_posting",
    "render_cv",
]
