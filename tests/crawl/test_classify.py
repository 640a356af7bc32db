"""Page types from URLs and titles in eight languages: the pages with contacts and jobs come first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.classify import CLASSIFIER_VERSION, PageClass, PageType, classify_page

SITE = "https://www.acme.example"
KINDS = Path(__file__).with_name("page_kinds.txt")


@pytest.mark.parametrize(
    "path",
    [
        "/blog/how-to-contact-your-bank",
        "/2024/05/our-new-team",
        "/files/contact.pdf",
        "/products/team-chair",
        "/news/jobs-report-shows-growth",
        "/magazin/impressum-richtig-schreiben",
        "/?page=2",
        "/practice-area/family-law-attorneys",
        "/tips-advice-how-tos",
        "/politics/story/a-debate-history",
        "/some-long-headline-that-mentions-contact-and-team-and-jobs",
    ],
)
def test_pages_that_only_mention_a_word_come_last(path: str) -> None:
    """Otherwise the twelve pages a domain is given are spent on its blog."""
    found = classify_page(SITE + path)
    assert found.priority_level > 1
    assert found.page_type in (PageType.BLOG, PageType.PRODUCT, PageType.UNKNOWN)


@pytest.mark.parametrize(
    ("page_type", "paths"),
    [
        (
            "CONTACT_ROOT",
            """
            /kontakt /contact /contact-us /de/kontakt /en-us/contact-us/ /Contact.html /kontakt.php
            /pages/contact /nous-contacter /contactez-nous /contacto /contatti /contattaci /fale-conosco
            /neem-contact-op /skontaktuj-sie /get-in-touch /contact_us /kontaktformular
            """,
        ),
        (
            "CONTACT",
            """
            /standorte/berlin/kontakt /presse/kontakt /de/unternehmen/kontakt/ /offices/london/contact-us
            /kontakt-berlin
            """,
        ),
        (
            "ABOUT",
            """
            /about /about-us /ueber-uns /%C3%BCber-uns /uber-uns /de/unternehmen /a-propos /qui-sommes-nous
            /quienes-somos /qui%C3%A9nes-somos /chi-siamo /over-ons /quem-somos /o-nas /company /about/history
            /sobre-n%C3%B3s
            """,
        ),
        (
            "TEAM",
            """
            /team /our-team /unser-team /about/team /team/jane-doe /equipe /nuestro-equipo /il-nostro-team
            /ons-team /nossa-equipe /zesp%C3%B3l /people /leadership /ansprechpartner /mitarbeiter/max
            """,
        ),
        (
            "IMPRINT",
            """
            /impressum /imprint /de/impressum.html /mentions-legales /mentions-l%C3%A9gales /aviso-legal
            /note-legali /colofon /legal-notice /about/impressum
            """,
        ),
        (
            "CAREERS",
            """
            /jobs /careers /karriere /de/karriere/ /stellenangebote /emplois /trabaja-con-nosotros
            /lavora-con-noi /werken-bij /vacatures /trabalhe-conosco /kariera /careers/benefits /jobs/search
            /jobs?page=2 /karriere/ausbildung /carri%C3%A8res /jobs/2
            """,
        ),
        (
            "POSTING",
            """
            /jobs/senior-engineer /careers/senior-data-analyst /karriere/stellenangebote/projektleiter-m-w-d
            /jobs/12345 /jobs/marketing /stellen/koch /vacatures/monteur /oferty-pracy/programista
            /careers?gh_jid=4012345 /karriere/sachbearbeiter-mwd /offres-d-emploi/comptable
            """,
        ),
        (
            "LEGAL",
            """
            /privacy-policy /datenschutz /terms /agb /politique-de-confidentialite /polityka-prywatnosci
            /privacyverklaring /cookies
            """,
        ),
        (
            "PRODUCT",
            """
            /products /products/blue-widget /leistungen /produkte/pumpen /servicios /pricing /shop/item-7
            """,
        ),
        (
            "BLOG",
            """
            /blog /blog/hello-world /news/2024 /aktuelles/sommerfest /2023/11/03/hello /presse/mitteilung-7
            /actualites
            """,
        ),
        (
            "HOME",
            """
            / /de/ /index.html /en/index.php /home
            """,
        ),
        (
            "UNKNOWN",
            """
            /x7/y8/z9 /%FF /asdf
            """,
        ),
    ],
)
def test_each_type_is_told_from_its_paths(page_type: str, paths: str) -> None:
    """Otherwise the page with the address is fetched last or never."""
    assert {path: classify_page(SITE + path).page_type for path in paths.split()} == dict.fromkeys(paths.split(), page_type)


@pytest.mark.parametrize(
    ("url", "page_type"),
    [
        ("https://jobs.acme.example/", "CAREERS"),
        ("https://karriere.acme.example/projektleiter-bau-m-w-d-1234", "POSTING"),
        ("https://boards.greenhouse.io/acme", "CAREERS"),
        ("https://boards.greenhouse.io/acme/jobs/4012345", "POSTING"),
        ("https://jobs.lever.co/acme/3d3b8f6e-1c1e-4c6c-9d1f-000000000000", "POSTING"),
        ("https://jobs.acme.example/impressum", "IMPRINT"),
    ],
)
def test_hosts_made_for_jobs_are_known(url: str, page_type: str) -> None:
    """Otherwise postings on a board of their own look like any page."""
    assert classify_page(url).page_type == page_type


@pytest.mark.parametrize(
    ("path", "title", "page_type"),
    [
        ("/x", "Kontakt | Acme GmbH", "CONTACT_ROOT"),
        ("/a/b", "Acme – Contact us", "CONTACT"),
        ("/x", "Über uns - Acme", "ABOUT"),
        ("/p-17", "Projektleiter Bau (m/w/d)", "POSTING"),
        ("/karriere/bau", "Bauleiter (w/m/d) | Acme", "POSTING"),
        ("/x", "How to contact your bank", "UNKNOWN"),
        ("/kontakt", "Products", "CONTACT_ROOT"),
        ("/", "Kontakt", "HOME"),
        ("/blog/x", "Kontakt", "BLOG"),
    ],
)
def test_titles_speak_only_when_the_url_is_silent(path: str, title: str, page_type: str) -> None:
    """Otherwise numbered URLs hide contact pages, or headlines overrule plain paths."""
    assert classify_page(SITE + path, title=title).page_type == page_type


def test_priority_follows_the_type() -> None:
    """Otherwise the selection rule reads terms of use before the imprint."""
    levels = {
        path: classify_page(SITE + path).priority_level
        for path in ("/kontakt", "/impressum", "/team", "/jobs", "/", "/jobs/senior-engineer", "/agb", "/blog", "/x", "/x/y")
    }
    assert list(levels.values()) == [1, 1, 1, 1, 1, 1, 2, 3, 2, 3]
    assert CLASSIFIER_VERSION


@given(st.text(max_size=80), st.one_of(st.none(), st.text(max_size=80)))
def test_nothing_crashes_the_classifier(text: str, title: str | None) -> None:
    """Otherwise one odd URL among millions ends an import."""
    for url in (text, f"{SITE}/{text}"):
        found = classify_page(url, title=title)
        assert found.priority_level in (1, 2, 3)
        assert found.page_type in PageType


def labelled() -> Iterator[tuple[str, str, str, str | None]]:
    """The labelled set: language, type, URL and title."""
    language = ""
    for line in KINDS.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            language = line[2:]
            continue
        page_type, _, rest = line.partition(" ")
        path, _, title = rest.partition(" | ")
        yield language, page_type, path if "://" in path else SITE + path, title or None


def score(classify: Callable[..., PageClass]) -> dict[str, float]:
    """The share of the labelled pages of each language that a classifier names right."""
    right: dict[str, list[bool]] = {}
    for language, page_type, url, title in labelled():
        right.setdefault(language, []).append(classify(url, title=title).page_type == page_type)
    return {language: sum(hits) / len(hits) for language, hits in right.items()}


def test_the_labelled_set_is_whole() -> None:
    """A gate over an empty file would be green for ever."""
    kinds = list(labelled())
    assert len(kinds) > 600
    assert {page_type for _, page_type, _, _ in kinds} == set(PageType)
    assert len({url + (title or "") for _, _, url, title in kinds}) > 500


def test_the_gate_sees_a_classifier_that_knows_less() -> None:
    """Measuring nothing would pass as well."""
    assert min(score(lambda url, title: classify_page(url)).values()) < 0.99


def test_pages_of_eight_languages_are_named_right() -> None:
    """Each word taken out of a list for one site costs others their contact pages; the score may only rise."""
    found = score(classify_page)
    assert set(found) == {"en", "de", "fr", "es", "it", "nl", "pt", "pl"}
    assert min(found.values()) >= 0.98, found
