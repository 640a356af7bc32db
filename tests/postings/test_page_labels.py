"""Reading job pages against labels of our own: the score is pinned, and the gate itself is tested."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from benchmarks.postings.pages import contents, pages
from benchmarks.postings.score import FIELDS, measure
from inroad.postings import extract_postings
from inroad.postings.conditions import employment_type, remote_regions, workplace
from inroad.postings.dates import days_ago, iso_date
from inroad.postings.pay import find_salary
from inroad.postings.requirements import years_asked

FLOOR = 0.995


@pytest.fixture(scope="module")
def found() -> tuple[Counter[str], Counter[str], list[str]]:
    return measure(everything=True)


def test_the_gate_sees_eight_languages_and_ten_shapes() -> None:
    """A gate over an empty list is green for ever."""
    names = [page.name.split("-", 2) for page in pages()]
    assert len(names) >= 240
    assert {name[0] for name in names} == {"en", "de", "fr", "es", "it", "nl", "pt", "pl"}
    assert len({name[2] for name in names}) >= 10
    assert len({content["title"] for content in contents()}) == len(contents())


def test_the_readers_keep_their_score(found: tuple[Counter[str], Counter[str], list[str]]) -> None:
    """A better pattern for one site must not cost another."""
    right, asked, misses = found
    assert set(asked) == set(FIELDS)
    assert right.total() / asked.total() >= FLOOR, misses[:20]


@pytest.mark.parametrize("word", ["until", "title", "pay", "years"])
def test_the_gate_falls_when_an_answer_is_wrong(word: str, found: tuple[Counter[str], Counter[str], list[str]]) -> None:
    """A score that cannot sink guards nothing: one field read wrong on a tenth of the pages must show."""
    right, asked, _ = found
    worse = Counter(right) - Counter({word: asked[word] // 10})
    assert worse.total() / asked.total() < FLOOR


PAY = [
    ("€55.000 – 65.000 brutto/Jahr", (55_000, 65_000, "EUR", "year")),
    ("45 à 55 k€", (45_000, 55_000, "EUR", None)),
    ("£40,000 pa", (40_000, 40_000, "GBP", "year")),
    ("CHF 110'000", (110_000, 110_000, "CHF", None)),
    ("ab 3.200 € brutto monatlich", (3_200, None, "EUR", "month")),
    ("18,50 €/Std.", (18.5, 18.5, "EUR", "hour")),
    ("Salário: R$ 4.500,00 a R$ 6.000,00 por mês", (4_500, 6_000, "BRL", "month")),
    ("od 8 000 zł brutto miesięcznie", (8_000, None, "PLN", "month")),
    ("Jahresgehalt bis 80.000 EUR", (None, 80_000, "EUR", "year")),
    ("CAD $78,000–$92,000", (78_000, 92_000, "CAD", None)),
    ("Entre 30.000 y 36.000 euros brutos al año", (30_000, 36_000, "EUR", "year")),
    ("RAL 28.000-34.000 €", (28_000, 34_000, "EUR", "year")),
    ("€ 2.900 - € 3.800 bruto per maand", (2_900, 3_800, "EUR", "month")),
]


@pytest.mark.parametrize(("line", "pay"), PAY)
def test_pay_is_read_as_each_country_writes_it(line: str, pay: tuple[object, ...]) -> None:
    """Pay that is read wrong sends people to jobs that they cannot live on."""
    salary = find_salary(f"Salary\n{line}")
    assert salary is not None
    assert (salary.minimum, salary.maximum, salary.currency, salary.period) == pay


@pytest.mark.parametrize(
    "line",
    [
        "Wir haben 2019 einen Umsatz von 45.000.000 € gemacht",
        "You will manage a budget of $250,000 per year",
        "401k and $5,000 signing bonus",
        "Wir zahlen 15 € Essenszuschuss pro Tag",
        "£2,000 annual training allowance",
        "Salary: Competitive",
    ],
)
def test_other_money_is_no_pay(line: str) -> None:
    """A bonus or a budget read as pay is a false promise."""
    assert find_salary(line) is None


def test_crowns_are_told_by_the_language_alone() -> None:
    """Sweden, Norway and Denmark write "kr": without a language it is not guessed."""
    line = "Lön: 35 000–42 000 kr/mån"
    swedish = find_salary(line, language="sv")
    assert find_salary(line) is None
    assert swedish is not None
    assert (swedish.minimum, swedish.maximum, swedish.currency, swedish.period) == (35_000, 42_000, "SEK", "month")


@pytest.mark.parametrize(
    ("line", "years"),
    [
        ("mind. 5 Jahre Berufserfahrung", 5),
        ("au moins 2 ans d'expérience", 2),
        ("co najmniej 5 lat doświadczenia", 5),
        ("minst 3 års erfarenhet", 3),
        ("od 2 do 4 lat doświadczenia", 2),
        ("mínimo de 2 anos de experiência", 2),
        ("dreijährige Ausbildung zum Koch", None),
        ("vierjähriges Studium", None),
        ("Wir sind seit 20 Jahren am Markt", None),
    ],
)
def test_years_are_those_of_experience(line: str, years: float | None) -> None:
    """An apprenticeship of three years is no experience of three years."""
    assert years_asked(line) == years


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("no remote", "onsite"),
        ("kein Homeoffice", "onsite"),
        ("2 Tage Homeoffice pro Woche", "hybrid"),
        ("3 days in the office", "hybrid"),
        ("Lavoro da remoto", "remote"),
        ("Praca zdalna", "remote"),
        ("Remote (EU only)", "remote"),
        ("remote sensing lab", None),
    ],
)
def test_the_place_of_work_is_read_with_its_days_and_its_no(text: str, place: str | None) -> None:
    """Saying that there is no remote work is not remote work."""
    assert workplace(text) == place


def test_remote_work_keeps_the_regions_it_is_bound_to() -> None:
    """A remote job for the EU only is none for everybody."""
    assert remote_regions("Remote (EU only)") == ["EU"]
    assert remote_regions("Remote - Germany, Austria") == ["Germany", "Austria"]
    assert remote_regions("fully remote within Germany") == ["Germany"]
    assert remote_regions("Remote-first", "hybrid, 2 Tage", "Berlin") == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("40 hours per week", "full-time"),
        ("24 uur per week", "part-time"),
        ("Pensum 60%", "part-time"),
        ("80–100 %", "full-time"),
        ("pół etatu", "part-time"),
        ("tempo determinato", "temporary"),
        ("umowa zlecenie", "contract"),
        ("Tirocinio", "internship"),
        ("OTHER", None),
    ],
)
def test_the_type_of_employment_is_read_from_hours_too(text: str, kind: str | None) -> None:
    """Hours and shares are how half of Europe says part-time."""
    assert employment_type(text) == kind


def test_a_relative_date_is_counted_from_the_day_of_the_reading() -> None:
    """Three days ago, read a week later, would be another day; what names no day gives none."""
    day = date(2026, 11, 22)
    for text in ("Posted 3 days ago", "vor 3 Tagen", "il y a 3 jours", "hace 3 días", "3 giorni fa", "3 dni temu"):
        assert days_ago(text, read_on=day) == "2026-11-19"
    assert days_ago("Posted yesterday", read_on=day) == "2026-11-21"
    assert days_ago("5 hours ago", read_on=day) == "2026-11-22"
    for text in ("30+ days ago", "2 weeks ago", "3 days of leave", "in 3 Tagen", "", None):
        assert days_ago(text, read_on=day) is None


def test_a_page_says_when_it_was_posted_only_to_whom_knows_the_day() -> None:
    """The parser has no clock: the words are kept until somebody says when they were read."""
    body = """<h1>Marine Welder</h1><p>Posted 3 days ago</p><h2>What you will do</h2><ul><li>Weld hulls and decks of fishing
    boats in
    our yard</li></ul><h2>Requirements</h2><ul><li>3 years of experience in welding aluminium and steel</li><li>A driving licence
    and the wish to work outdoors</li></ul><a href="/apply">Apply</a>"""
    (unread,) = extract_postings(body, url="https://yard.example/jobs/marine-welder")
    (dated,) = extract_postings(body, url="https://yard.example/jobs/marine-welder", read_on=date(2026, 11, 22))
    assert (unread.posted_on, unread.details["posted"]) == (None, "3 days ago")
    assert (dated.posted_on, dated.details.get("posted")) == ("2026-11-19", None)


def test_a_slashed_date_is_read_by_the_language_of_its_page() -> None:
    """The second of November is not the eleventh of February."""
    assert iso_date("02/11/2026") == "2026-02-11"
    assert iso_date("02/11/2026", day_first=True) == "2026-11-02"
    assert iso_date("15/07/2026") == iso_date("07/15/2026") == "2026-07-15"
    assert iso_date("01.11.26") == "2026-11-01"
