# ruff: noqa: E501 - pages are kept as they would be written
"""Careers pages and job pages without structured data, in six languages: read by their headings and links alone."""

from __future__ import annotations

import pytest

from inroad.postings import extract_postings, find_posting_links, structure_posting
from inroad.postings.sections import heading_kind

PAGES = {
    "en": (
        "https://boats.example/jobs/welder.html",
        "Marine Welder",
        "Boats & Sons",
        """<H1>Marine Welder</H1><P>Location: Dingle, Co. Kerry<BR>Full time, permanent<P>We repair hulls on the slip and in the shed.
        <H3>The work</H3><UL><LI>MIG and TIG welding of hulls and deck gear<LI>Cutting out wasted plate</UL>
        <H3>You will need</H3><UL><LI>A coded welding certificate<LI>Three years in a boatyard</UL>
        <P>Apply to Nora at yard [at] boats [dot] example""",
    ),
    "de": (
        "https://werft.example/karriere/schweisser",
        "Schweißer (m/w/d)",
        "Werft Harms",
        """<h1>Schweißer (m/w/d)</h1><p>Standort: Husum</p><p>Wir bauen Kutter seit drei Generationen und suchen Verstärkung.</p>
        <h2>Deine Aufgaben</h2><ul><li>MAG-Schweißen von Rümpfen</li><li>Richten von Blechen</li></ul>
        <h2>Das bringst du mit</h2><ul><li>Gültige Schweißerprüfung</li><li>Drei Jahre Erfahrung im Stahlbau</li></ul>
        <p>Bewerbung an <a href="mailto:jobs@werft.example">Jobs</a></p>""",
    ),
    "fr": (
        "https://chantier.example/recrutement/soudeur",
        "Soudeur naval (H/F)",
        "Chantier Kermor",
        """<h1>Soudeur naval (H/F)</h1><p>Lieu : Concarneau</p><p>Notre chantier répare des chalutiers depuis quarante ans.</p>
        <h2>Vos missions</h2><ul><li>Soudage MIG et TIG des coques</li><li>Découpe des tôles</li></ul>
        <h2>Votre profil</h2><ul><li>Certificat de soudeur en cours de validité</li><li>Trois ans d'expérience</li></ul>
        <p>Pour postuler, envoyez votre CV à <a href="mailto:rh@chantier.example">rh@chantier.example</a></p>""",
    ),
    "es": (
        "https://astillero.example/empleo/soldador",
        "Soldador naval",
        "Astillero Miño",
        """<h1>Soldador naval</h1><p>Ubicación: Vigo</p><p>Reparamos pesqueros en la ría desde hace treinta años con nuestro equipo.</p>
        <h2>Tus funciones</h2><ul><li>Soldadura MIG y TIG de cascos</li><li>Corte de chapa</li></ul>
        <h2>Requisitos</h2><ul><li>Homologación de soldador en vigor</li><li>Tres años de experiencia</li></ul>
        <p>Envía tu currículum a <a href="mailto:rrhh@astillero.example">rrhh@astillero.example</a></p>""",
    ),
    "it": (
        "https://cantiere.example/lavora-con-noi/saldatore",
        "Saldatore navale",
        "Cantiere Brandi",
        """<h1>Saldatore navale</h1><p>Sede: Viareggio</p><p>Ripariamo barche da lavoro nel nostro cantiere da tre generazioni.</p>
        <h2>Di cosa ti occuperai</h2><ul><li>Saldatura MIG e TIG degli scafi</li><li>Taglio delle lamiere</li></ul>
        <h2>Requisiti</h2><ul><li>Patentino di saldatore valido</li><li>Almeno 3 anni di esperienza nella carpenteria</li></ul>
        <p>Per candidarsi: <a href="mailto:lavoro@cantiere.example">lavoro@cantiere.example</a></p>""",
    ),
    "nl": (
        "https://werf.example/vacatures/lasser",
        "Lasser scheepsbouw",
        "Werf De Boer",
        """<h1>Lasser scheepsbouw</h1><p>Standplaats: Harlingen</p><p>Wij bouwen en repareren viskotters op onze eigen werf aan het wad.</p>
        <h2>Wat ga je doen?</h2><ul><li>MIG- en TIG-lassen van rompen</li><li>Snijden van plaatwerk</li></ul>
        <h2>Wat vragen wij?</h2><ul><li>Een geldig lasdiploma</li><li>Minimaal 3 jaar ervaring</li></ul>
        <p>Solliciteren? Mail naar <a href="mailto:werk@werf.example">werk@werf.example</a></p>""",
    ),
}
PLACES = {"en": "Dingle, Co. Kerry", "de": "Husum", "fr": "Concarneau", "es": "Vigo", "it": "Viareggio", "nl": "Harlingen"}


def document(language: str) -> tuple[str, str, str, str]:
    url, title, company, body = PAGES[language]
    html = f"<html><head><title>{title} - {company}</title></head><body><nav><a href='/'>Home</a></nav>{body}</body></html>"
    return url, title, company, html


@pytest.mark.parametrize("language", PAGES)
def test_a_plain_job_page_is_read_by_its_headings(language: str) -> None:
    """Small companies write no structured data; their jobs would be lost."""
    url, title, company, html = document(language)
    (posting,) = extract_postings(html, url=url)
    assert (posting.title, posting.company, posting.location) == (title, company, PLACES[language])
    assert posting.language == language


@pytest.mark.parametrize("language", PAGES)
def test_its_duties_and_requirements_are_told_apart(language: str) -> None:
    """A duty that counts as a requirement is held against the person."""
    url, _, _, html = document(language)
    (posting,) = extract_postings(html, url=url)
    structured = structure_posting(posting)
    assert (len(structured.sections["responsibilities"]), len(structured.sections["must"])) == (2, 2)
    assert [requirement.years for requirement in structured.requirements] == [None, 3.0]


@pytest.mark.parametrize("language", PAGES)
def test_the_list_that_links_a_plain_job_page_is_found(language: str) -> None:
    """Without the link the page is never fetched."""
    url, title, _, _ = document(language)
    listed = f"<html><body><h1>Jobs</h1><ul><li><a href='{url}'>{title}</a></li><li><a href='/contact'>Contact</a></li></ul></body></html>"
    (link,) = find_posting_links(listed, url=url.rsplit("/", 1)[0] + "/")
    assert (link.url, link.title) == (url, title)


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Welding services</h1><h2>The work</h2><ul><li>Hulls</li><li>Deck gear</li></ul><p>Call us for a quote, any day of the week.</p>",
        "<h1>Work here</h1><p>We are looking for one more pair of hands.</p><ul><li><a href='/jobs/welder.html'>Marine Welder</a></li></ul>",
        "<title>Jobly</title><p>Filters</p><p>Experience</p><h3>Job description</h3><p>We look for somebody to join.</p><a href='/x'>Apply now</a>",
        "<h1>Requirements for visitors</h1><h2>Requirements</h2><ul><li>Boots</li></ul><p>Apply to the office for a badge@boats.example</p>",
    ],
    ids=["a service", "a list", "a portal", "rules for visitors"],
)
def test_a_page_that_is_no_job_gives_none(body: str) -> None:
    """A CV for a welding service would be an embarrassment."""
    filler = "<p>Our yard lies on the western shore and has been there for a hundred and twenty years, in all weathers.</p>" * 3
    assert extract_postings(f"<html><body>{body}{filler}</body></html>", url="https://boats.example/welding.html") == []


@pytest.mark.parametrize(
    ("kind", "headings"),
    [
        (
            "must",
            "What you will need|You'll need:|Who you are|Pre-requisites|Chi cerchiamo|Competenze richieste|Functie-eisen|Jouw profiel",
        ),
        ("responsibilities", "What you will do|The work|Mansioni|Responsabilità|Jouw taken|Werkzaamheden|Functieomschrijving"),
        ("benefits", "What you'll get|Cosa offriamo|Wij bieden|Arbeidsvoorwaarden"),
        ("nice", "Nice to have|Requisiti preferenziali|Pluspunten"),
        ("about", "About us|Chi siamo|Over ons"),
        ("other", "How to apply|Come candidarsi|Solliciteren"),
    ],
)
def test_headings_name_their_section(kind: str, headings: str) -> None:
    """ "You will need" is not "you will"."""
    assert [heading for heading in headings.split("|") if heading_kind(heading, marked=True) != kind] == []
