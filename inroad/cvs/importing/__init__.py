"""Profiles from files that are no JSON Resume: RenderCV's YAML, and drafts from PDF and DOCX that a person confirms.

What belongs here: bytes and mappings in, JSON Resume out, with what was not understood. What does not: the schema
(`inroad.cvs.schema`) and storing (`inroad.store.profiles`).
"""

from inroad.cvs.importing.draft import Draft, read_draft
from inroad.cvs.importing.rendercv import from_rendercv, is_rendercv, to_rendercv
from inroad.cvs.importing.texts import UnreadableDocument, read_lines

__all__ = ["Draft", "UnreadableDocument", "from_rendercv", "is_rendercv", "read_draft", "read_lines", "to_rendercv"]
