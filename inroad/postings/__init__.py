"""Open jobs: read from pages and boards, taken apart, keyed. Bytes in, values out; no network and no database."""

from inroad.postings.boards import parse_board
from inroad.postings.extraction import POSTING_EXTRACTOR_VERSION, extract_postings
from inroad.postings.model import Posting, PostingLink, Requirement, Salary, Span, Structured
from inroad.postings.skills import SkillMention, find_skills, normalise_skill, related_skills

__all__ = [
    "POSTING_EXTRACTOR_VERSION",
    "Posting",
    "PostingLink",
    "Requirement",
    "Salary",
    "SkillMention",
    "Span",
    "Structured",
    "extract_postings",
    "find_skills",
    "normalise_skill",
    "parse_board",
    "related_skills",
]
