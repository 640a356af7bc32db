"""The tables, as typed models: every row of Inroad with its states and constraints.

What does not belong here: queries, and the models themselves, which are in the module of their subject.
"""

from inroad.store.models.applications import Annotation, Board, CvRow, Fact, MatchRow, PostingRow, ProfileRow
from inroad.store.models.base import (
    CURATION_STATES,
    NOW,
    PAGE_TYPES,
    PROCESSING_STATES,
    STRATEGIES,
    Base,
    Curated,
    Dated,
    Identified,
    Processed,
)
from inroad.store.models.contacts import Company, ContactRow, ContactSource
from inroad.store.models.documents import CvVersion, OutreachRow, ProfileDraft
from inroad.store.models.ledger import Breaker, Budget, BudgetReservation, BudgetSpending, LlmAnswer, LlmCall, RateLimit
from inroad.store.models.operations import (
    Alert,
    AuditEntry,
    Event,
    Host,
    MailDomain,
    Pause,
    Progress,
    Proxy,
    SiteSession,
    Suppression,
    Undo,
    Visit,
)
from inroad.store.models.sites import (
    EXTRACTION_KINDS,
    Domain,
    Extraction,
    Page,
    PageContent,
    PageSitemap,
    PageUrl,
    SitemapChild,
    SitemapFile,
)

PIPELINE_TABLES = (
    "domains", "sitemap_files", "sitemap_children", "pages", "page_sitemaps", "page_contents", "extractions",
    "contacts", "contact_sources", "companies", "boards", "postings", "matches", "cvs", "cv_versions", "outreach",
)  # fmt: skip

__all__ = [
    "CURATION_STATES",
    "EXTRACTION_KINDS",
    "NOW",
    "PAGE_TYPES",
    "PIPELINE_TABLES",
    "PROCESSING_STATES",
    "STRATEGIES",
    "Alert",
    "Annotation",
    "AuditEntry",
    "Base",
    "Board",
    "Breaker",
    "Budget",
    "BudgetReservation",
    "BudgetSpending",
    "Company",
    "ContactRow",
    "ContactSource",
    "Curated",
    "CvRow",
    "CvVersion",
    "Dated",
    "Domain",
    "Event",
    "Extraction",
    "Fact",
    "Host",
    "Identified",
    "LlmAnswer",
    "LlmCall",
    "MailDomain",
    "MatchRow",
    "OutreachRow",
    "Page",
    "PageContent",
    "PageSitemap",
    "PageUrl",
    "Pause",
    "PostingRow",
    "Processed",
    "ProfileDraft",
    "ProfileRow",
    "Progress",
    "Proxy",
    "RateLimit",
    "SiteSession",
    "SitemapChild",
    "SitemapFile",
    "Suppression",
    "Undo",
    "Visit",
]
