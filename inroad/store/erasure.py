"""Removing a person from everything that is stored, and removing everything.

Erasing takes contacts and their sources away, masks what remains of the person in other texts (same length, so that spans into
a text stay right), and leaves a SHA-256 on the do-not-contact list that keeps the person out. What does not belong here: the
list itself (`suppression`), deciding whether a masked page still gives the person away to a reader (the caller's check), and
changing files (the caller's too: the receipt says which are known).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

from alembic import command
from sqlalchemy import String, and_, case, cast, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from inroad.store.database import Database
from inroad.store.masked_columns import are_owners, holds, mask_tables, rare_words, split_host
from inroad.store.masking import MASK, forms_of, masked, names_of, pattern_of, slugs_of
from inroad.store.migrate import configuration
from inroad.store.models import (
    AuditEntry,
    ContactRow,
    ContactSource,
    CvRow,
    LlmAnswer,
    OutreachRow,
    Page,
    PageContent,
    PageUrl,
    SitemapFile,
    Suppression,
)
from inroad.store.suppression import fingerprint, forget_rules, suppression_rules

_TAG = re.compile(r"<[^<>]{0,2000}>")
# Does the document still give the person away? Arguments: HTML, URL, values.
StillHolds = Callable[[str, str, Collection[str]], bool]


@dataclass(slots=True)
class Receipt:
    """What an erasure did, in counts and hashes: it names nobody, so that it may be kept.

    Attributes:
        hashes: SHA-256 of each value that is kept out from now on.
        contacts: Contacts removed.
        sources: Proofs removed, with their contact or for themselves.
        contents: Stored versions of pages that were masked.
        texts: Other rows that were masked, in any text column of any table.
        answers: Cached model answers removed.
        urls: Pages and sitemaps whose address named the person: masked, and never visited again.
        files: Known files that may hold the person: written by exports, by `--out`, or with a letter to them; for the caller.
        pattern: What to mask in them; None where nothing is to be done. No part of what is printed.
        is_owners: Whether the owner's profile has the same words: the owner's CVs then keep them. No part of what is printed.
        forms: The texts that it masks, for the records of Dagster. No part of what is printed.
        others: Further names and values that stood with the person; they may be erased too.
    """

    hashes: list[str] = field(default_factory=list)
    contacts: int = 0
    sources: int = 0
    contents: int = 0
    texts: int = 0
    answers: int = 0
    urls: int = 0
    others: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    pattern: re.Pattern[str] | None = None
    forms: list[str] = field(default_factory=list)
    is_owners: bool = False


def erase(session: Session, value: str, *, actor: str, still_holds: StillHolds) -> Receipt:
    """Removes a person everywhere, by an address, a number, a profile or a name.

    A contact goes when it is the value, or when the value is the only name that it stands under. A contact that also stands under
    other names (a switchboard) stays without this one.

    Args:
        session: Transaction; all or nothing.
        value: As stored: lower-case address, E.164 number, profile URL, or full name.
        actor: Who asks, for the audit log.
        still_holds: Reads a masked page as the extractor does; a page that still gives the person away keeps only its text.
    """
    receipt = Receipt()
    targets = _targets(session, value)
    values = {value, *(row.value for row in targets)}
    receipt.others = sorted({row.name for row in targets if row.name and row.name.lower() != value.lower()})
    sources = list(session.scalars(select(ContactSource).where(ContactSource.contact_id.in_([row.id for row in targets]))))
    named = list(session.scalars(select(ContactSource).where(func.lower(ContactSource.name) == value.lower())))
    pages = {source.page_id for source in (*sources, *named)}
    addresses = _mask_urls(session, values, receipt)
    forms = forms_of({*values, *addresses}, {source.raw for source in sources})
    forms = receipt.forms = sorted({*forms, *slugs_of(values)}, key=len, reverse=True)
    receipt.pattern = pattern_of(forms)
    receipt.is_owners = are_owners(session, forms)
    receipt.files = _known_files(session, forms)
    _suppress(session, {*values, *addresses, *names_of(values)}, receipt)
    receipt.sources = len(sources)
    receipt.contacts = len(targets)
    _unlink_cvs(session, values)
    session.execute(delete(ContactRow).where(ContactRow.id.in_([row.id for row in targets])))
    receipt.contents = _mask_contents(session, forms, pages, values, still_holds)
    receipt.answers = _drop_answers(session, forms)
    receipt.texts = mask_tables(session, forms)
    details = {"hashes": receipt.hashes, "contents": receipt.contents, "texts": receipt.texts}
    session.execute(
        insert(AuditEntry).values(actor=actor, action="erase", table_name="contacts", row_count=receipt.contacts, details=details)
    )
    return receipt


def _targets(session: Session, value: str) -> list[ContactRow]:
    wanted = value.lower()
    only_name = (
        select(ContactSource.contact_id)
        .where(ContactSource.name.is_not(None))
        .group_by(ContactSource.contact_id)
        .having(func.bool_and(func.lower(ContactSource.name) == wanted))
    )
    personal = ContactRow.kind.in_(("email", "phone", "person", "social"))
    bound = and_(personal, func.lower(ContactRow.name) == wanted, ContactRow.id.in_(only_name))
    found = list(session.scalars(select(ContactRow).where(or_(func.lower(ContactRow.value) == wanted, bound))))
    if (slug := _slug_pattern([value])) is not None:  # jane.doe@..., linkedin.com/in/jane-doe: called after her, bound to nobody
        known = {row.id for row in found}
        unbound = select(ContactRow).where(ContactRow.kind.in_(("email", "social")), ContactRow.name.is_(None))
        found += [row for row in session.scalars(unbound) if row.id not in known and slug.search(unquote(row.value.lower()))]
    return found


def _slug_pattern(values: Collection[str]) -> re.Pattern[str] | None:
    slugs = sorted(slugs_of(values), key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, slugs))})(?![^\W_])", re.IGNORECASE) if slugs else None


def _mask_urls(session: Session, values: Collection[str], receipt: Receipt) -> list[str]:
    """Masks the addresses of pages and sitemaps that name the person, and takes those out for good; returns what they were."""
    hits: list[str] = []
    for model in (Page, SitemapFile):
        for number, url, new in _named_urls(session, model, values):
            hits.append(url)
            _take_out(session, model, number, new)
    receipt.urls = len(hits)
    return hits


def _named_urls(session: Session, model: type[Page | SitemapFile], values: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """Rows whose address names the person behind its host (the company may be called after them): id, address, masked address."""
    pattern = _slug_pattern(values)
    mailboxes = [value for value in values if "@" in value]
    words = {max(re.split(r"[\W_]+", slug), key=len) for slug in slugs_of(values)} | set(mailboxes)
    if not words:
        return
    near = or_(*(model.url.icontains(word, autoescape=True) for word in sorted(words)))
    for number, url in session.execute(select(model.id, model.url).where(near)).all():
        head, path = split_host(url)
        new = pattern.sub(f"erased-{number}", path) if pattern is not None else path
        for mailbox in mailboxes:
            if mailbox in unquote(new).lower():
                new = re.sub(re.escape(mailbox), f"erased-{number}", unquote(new), flags=re.IGNORECASE)
        if new != path:
            yield number, url, head + new


def _take_out(session: Session, model: type[Page | SitemapFile], number: int, new: str) -> None:
    told: dict[str, Any] = {
        "url": new,
        "gone_at": func.now(),
        "curated_by": "erase",
        "curation_reason": "its address named a person",
    }
    if model is Page:
        waiting = case((Page.page_processing_status == "Queued", "Waiting"), else_=Page.page_processing_status)
        told |= {"title": None, "page_curation_status": "Rejected", "page_processing_status": waiting}
        copies: tuple[Any, ...] = (
            update(PageContent).where(PageContent.page_id == number).values(final_url=new),
            update(PageUrl).where(PageUrl.page_id == number).values(url=new),
        )
    else:
        waiting = case((SitemapFile.sitemap_import_status == "Queued", "Waiting"), else_=SitemapFile.sitemap_import_status)
        told |= {"sitemap_curation_status": "Rejected", "sitemap_import_status": waiting}
        copies = ()
    for statement in (update(model).where(model.id == number).values(told), *copies):
        session.execute(statement.execution_options(synchronize_session=False))


def note_output(session: Session, paths: Sequence[str], *, actor: str, action: str) -> None:
    """Records files with personal data that were written outside the database, so that an erasure can reach them.

    Args:
        session: Transaction.
        paths: Absolute paths.
        actor: Who had them written.
        action: "export" or "output".
    """
    told = {"table_name": "contacts", "row_count": len(paths), "details": {"paths": list(paths)}}
    entry = {"actor": actor, "action": action, **told}
    session.execute(insert(AuditEntry).values(entry))


def _known_files(session: Session, forms: Sequence[str]) -> list[str]:
    """Files of exports and output folders, and of letters and CVs written to the person (paths below the files folder)."""
    noted = select(AuditEntry.details).where(AuditEntry.action.in_(("export", "output")))
    paths = {path for details in session.scalars(noted) for path in details.get("paths", ())}
    for model, columns in ((OutreachRow, (OutreachRow.contact, OutreachRow.letter)), (CvRow, (CvRow.contact,))):
        hit = or_(*(holds(column, forms) for column in columns))
        for files, outputs in session.execute(select(model.files, model.outputs).where(hit)):
            paths |= {*files.values(), *(entry["url"].removeprefix("file://") for entry in outputs.values())}
    return sorted(paths)


def forget_again(session: Session, page_id: int, kept: Sequence[Any], held: Sequence[Any]) -> list[Any]:
    """A page that changed names an erased person again: masks what was stored of it, and what its other contacts quote.

    Args:
        session: Transaction.
        page_id: The page.
        kept: The contacts that may be stored, with the attributes of `inroad.contacts.Contact`.
        held: Those that the do-not-contact list holds back, as they were read.

    Returns:
        The contacts to store, their quotations masked. Without an erased person among the held ones they are as they were.
    """
    rules = suppression_rules(session)
    values = {text for one in held for text in (one.value, one.name) if text and rules.is_erased(text)}
    if not values:
        return list(kept)
    forms = forms_of(values, {one.raw for one in held if one.value in values})
    pattern = pattern_of(forms)
    hidden = {one.value for one in held if one.value in values and one.method not in ("text", "mailto", "tel")}
    _mask_contents(session, forms, [page_id], values, lambda html, *_: bool(hidden) and MASK not in html, only=True)
    untitled = update(Page).where(Page.id == page_id, holds(Page.title, forms)).values(title=None)
    session.execute(untitled.execution_options(synchronize_session=False))
    quoted = ("raw", "snippet", "role", "details")
    return [replace(one, **{name: masked(_as_plain(getattr(one, name)), pattern) for name in quoted}) for one in kept]


def _as_plain(value: Any) -> Any:
    return dict(value) if hasattr(value, "items") else value


def _suppress(session: Session, values: Collection[str], receipt: Receipt) -> None:
    receipt.hashes = sorted(set(map(fingerprint, values)))
    rows = [{"kind": "hash", "value": digest, "made_by": "erase", "reason": "erased"} for digest in receipt.hashes]
    session.execute(upsert(Suppression).values(rows).on_conflict_do_nothing())
    forget_rules(session)
    # Rules in plain text would keep what was to be forgotten.
    session.execute(delete(Suppression).where(Suppression.kind == "value", Suppression.value.in_([v.lower() for v in values])))


def _mask_contents(
    session: Session,
    forms: Sequence[str],
    pages: Collection[int],
    values: Collection[str],
    still_holds: StillHolds,
    *,
    only: bool = False,
) -> int:
    """Masks the stored contents of some pages, and of all others that hold a form in text or markup, unless `only` those."""
    pattern = pattern_of(forms)
    where = PageContent.page_id.in_(pages)
    sure = set(session.scalars(select(PageContent.id).where(where if only else or_(where, holds(PageContent.text, forms)))))
    numbers = sorted(sure) if only else session.scalars(select(PageContent.id).order_by(PageContent.id)).all()
    words = {word.lower() for word in rare_words(forms)}
    changed = 0
    for number in numbers:  # one at a time: a big site's contents do not all fit in memory
        packed = session.scalars(select(PageContent.html_zlib).where(PageContent.id == number)).one()
        html = zlib.decompress(packed).decode("utf-8", "replace")
        if number in sure or _may_hold(html, words):
            changed += _mask_content(session, number, html, pattern, values, still_holds)
    return changed


def _may_hold(html: str, words: Collection[str]) -> bool:
    """Whether a document has a word of the person's: pictures' texts and structured data are no part of its readable text."""
    lowered = html.lower()
    if any(word in lowered for word in words):
        return True
    return "&#" in lowered and any(word in unescape(lowered) for word in words)


def _mask_content(
    session: Session, number: int, html: str, pattern: re.Pattern[str], values: Collection[str], still_holds: StillHolds
) -> bool:
    content = session.get_one(PageContent, number)
    readable, new = masked(content.text, pattern), masked(html, pattern)
    if _reads_as(new, pattern) or still_holds(new, content.final_url, values):
        new = f"<!doctype html><pre>{escape(readable)}</pre>"
    is_other = (new, readable) != (html, content.text)
    if is_other:
        content.text, content.html_zlib = readable, zlib.compress(new.encode("utf-8", "replace"), 6)
        content.title = masked(content.title, pattern)
        content.http_facts = masked(content.http_facts, pattern)
    session.flush()
    session.expunge(content)
    return is_other


def _reads_as(html: str, pattern: re.Pattern[str]) -> bool:
    """Whether a reader still sees what was masked: by character references, or with tags between its letters or words."""
    shown = unescape(html)
    return any(pattern.search(_TAG.sub(between, shown)) for between in ("", " "))


def _unlink_cvs(session: Session, values: Collection[str]) -> None:
    lowered = [value.lower() for value in values]
    hit = or_(func.lower(CvRow.contact["value"].astext).in_(lowered), func.lower(CvRow.contact["name"].astext).in_(lowered))
    session.execute(update(CvRow).where(hit).values(contact=None).execution_options(synchronize_session=False))
    written_to = or_(
        func.lower(OutreachRow.contact["value"].astext).in_(lowered), func.lower(OutreachRow.contact["name"].astext).in_(lowered)
    )
    session.execute(delete(OutreachRow).where(written_to))  # a letter is to that person: nothing of it is worth keeping


def _drop_answers(session: Session, forms: Sequence[str]) -> int:
    pattern = pattern_of(forms)
    keys = [
        key
        for key, answer in session.execute(
            select(LlmAnswer.key, cast(LlmAnswer.answer, String)).where(holds(LlmAnswer.answer, forms))
        )
        if pattern.search(answer)
    ]
    session.execute(delete(LlmAnswer).where(LlmAnswer.key.in_(keys)))
    return len(keys)


def drop_everything(database: Database) -> None:
    """Drops Inroad's own tables and no others: every migration is taken back."""
    config = configuration()
    with database.engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('inroad migrate'))"))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
