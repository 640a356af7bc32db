"""Open jobs: read from pages and boards, taken apart, keyed. Bytes in, values out; no network and no database."""

from inroad.postings.annotations import annotate, annotate_quote, apply_annotations, reanchor
from inroad.postings.boards import (
    MAX_PAGES,
    PROVIDERS,
    Board,
    BoardRequest,
    detail_request,
    find_boards,
    first_request,
    is_cut_off,
    next_request,
    parse_board,
    rows_in,
    stated_total,
)
from inroad.postings.careers import find_posting_links
from inroad.postings.extraction import POSTING_EXTRACTOR_VERSION, extract_postings
from inroad.postings.keys import title_key
from inroad.postings.model import (
    Annotation,
    PainPoint,
    Posting,
    PostingLink,
    Requirement,
    Salary,
    SectionCoverage,
    Span,
    Structured,
)
from inroad.postings.reading import read_posting
from inroad.postings.skills import SkillMention, find_skills, normalise_skill, related_skills
from inroad.postings.staleness import stale_reason
from inroad.postings.structuring import STRUCTURER_VERSION, structure_posting

__all__ = [
    "MAX_PAGES",
    "POSTING_EXTRACTOR_VERSION",
    "PROVIDERS",
    "STRUCTURER_VERSION",
    "Annotation",
    "Board",
    "BoardRequest",
    "PainPoint",
    "Posting",
    "PostingLink",
    "Requirement",
    "Salary",
    "SectionCoverage",
    "SkillMention",
    "Span",
    "Structured",
    "annotate",
    "annotate_quote",
    "apply_annotations",
    "detail_request",
    "extract_postings",
    "find_boards",
    "find_posting_links",
    "find_skills",
    "first_request",
    "is_cut_off",
    "next_request",
    "normalise_skill",
    "parse_board",
    "read_posting",
    "reanchor",
    "related_skills",
    "rows_in",
    "stale_reason",
    "stated_total",
    "structure_posting",
    "title_key",
]
