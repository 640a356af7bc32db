"""XML and RSS answers, read without entities, external documents or recursion.

Shared by the providers that publish XML (Personio, NEOGOV, Teamtailor, Jobvite). An element becomes a record of its
children's texts, by local name.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from inroad.postings.boards.reading import MAX_JOBS, Record

MAX_XML_CHARS: Final = 20_000_000

_DOCTYPE: Final = re.compile(r"<!DOCTYPE[^>\[]{0,500}(?:\[[^\]]{0,20000}\])?[^>]{0,500}>", re.IGNORECASE)
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")


def is_xml(text: str) -> bool:
    """Tells whether an answer is XML (or RSS), and not HTML."""
    start = text.lstrip("\ufeff \t\r\n")[:200].lower()
    return start.startswith(("<?xml", "<rss", "<feed", "<workzag", "<source", "<jobs", "<result", "<job>", "<positions"))


# Roots of feeds that list jobs; one of them without an entry is an empty board.
_LIST_ROOTS: Final = frozenset({"workzag-jobs", "rss", "feed", "source", "jobs", "result", "positions"})


def _root_of(text: str) -> etree._Element | None:
    """The root of a document that is whole and well-formed; None for any other."""
    body = _DOCTYPE.sub("", _DECLARATION.sub("", text[:MAX_XML_CHARS].lstrip("\ufeff \t\r\n")), count=1)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(body.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def is_whole(text: str) -> bool:
    """Tells whether an XML answer arrived whole: one that was cut off says nothing about the jobs that are not in it."""
    return _root_of(text) is not None


def is_list(text: str) -> bool:
    """Tells whether an XML answer is a whole feed of jobs, with entries or without."""
    root = _root_of(text)
    return root is not None and _local(root.tag) in _LIST_ROOTS


def _local(tag: object) -> str:
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def elements(text: str, *names: str) -> list[etree._Element]:
    """Every element with one of the local names, in document order, at most `MAX_JOBS`.

    A document type, with the entities that it may declare, is removed before parsing: no entity is ever expanded.
    """
    body = _DOCTYPE.sub("", _DECLARATION.sub("", text[:MAX_XML_CHARS].lstrip("\ufeff")), count=1)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None:
        return []
    found: list[etree._Element] = []
    for element in root.iter():
        if _local(element.tag) in names:
            found.append(element)
            if len(found) == MAX_JOBS:
                break
    return found


def text_of(element: etree._Element) -> str:
    """All text inside an element, CDATA included."""
    return "".join(str(part) for part in element.itertext()).strip()


def record_of(element: etree._Element) -> Record:
    """An element's children by local name: a text each, a list where a name repeats; attributes likewise."""
    record: Record = {str(name): str(value) for name, value in element.attrib.items()}
    for child in element:
        name = _local(child.tag)
        if not name:
            continue
        value = text_of(child)
        known = record.get(name)
        if known is None:
            record[name] = value
        else:
            record[name] = [*known, value] if isinstance(known, list) else [known, value]
    return record
