"""Open jobs: read from pages and boards, taken apart, keyed. Bytes in, values out; no network and no database."""

from inroad.postings.boards import (
    PROVIDERS,
    Board,
    BoardRequest,
    detail_request,
    find_boards,
    first_request,
    next_request,
    parse_board,
)
from inroad.postings.careers import find_posting_links
from inroad.postings.extraction import POSTING_EXTRACTOR_VERSION, extract_postings
from inroad.postings.model import Posting, PostingLink, Requirement, Salary, Span, Structured
from inroad.postings.reading import read_posting
from inroad.postings.skills import SkillMention, find_skills, normalise_skill, related_skills
from inroad.postings.structuring import STRUCTURER_VERSION, structure_posting

__all__ = [
    "POSTING_EXTRACTOR_VERSION",
    "PROVIDERS",
    "STRUCTURER_VERSION",
    "Board",
    "BoardRequest",
    "Posting",
    "PostingLink",
    "Requirement",
    "Salary",
    "SkillMention",
    "Span",
    "Structured",
    "detail_request",
    "extract_postings",
    "find_boards",
    "find_posting_links",
    "find_skills",
    "first_request",
    "next_request",
    "normalise_skill",
    "parse_board",
    "read_posting",
    "related_skills",
    "structure_posting",
]
