"""The small readers: text from markup, dates, pay, employment and place of work, keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.postings.conditions import employment_type, workplace
from inroad.postings.dates import iso_date
from inroad.postings.keys import board_key, written_key
from inroad.postings.pay import find_salary, parse_salary
from inroad.postings.plaintext import description_text, one_line


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (None, ""),
        ("", ""),
        ("a < b and c > d", "a < b and c > d"),
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<ul><li><p>a</p></li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n- c"),
        ("&lt;p&gt;R&amp;amp;D &amp;nbsp;team&lt;/p&gt;", "R&D team"),
        ("&amp;lt;ul&amp;gt;&amp;lt;li&amp;gt;x&amp;lt;/li&amp;gt;&amp;lt;/ul&amp;gt;", "- x"),
        ("• one\n· two\n* three\n– four", "- one\n- two\n- three\n- four"),
        ("<script>alert(1)</script><style>p{}</style><p>ok</p>", "ok"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a\r\nb\x00\x07c\u200b", "a\nbc"),
    ],
)
def test_markup_becomes_text_with_lines_and_items(markup: object, text: str) -> None:
    """Markup in a description would be printed in a person's application."""
    assert description_text(markup) == text


@given(st.text(alphabet="<>/ulipbr&;amtg \n•-xé\x00", max_size=200))
def test_text_of_any_markup_holds_no_control_characters_and_is_stable(markup: str) -> None:
    """What was read once must read the same again, or every visit looks like a change."""
    text = description_text(markup)
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    assert "\n\n\n" not in text
    assert description_text(markup) == text


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2026-08-05T09:41:37Z", "2026-08-05"),
        ("2026-08-05 09:41:37 UTC", "2026-08-05"),
        (1785801600, "2026-08-04"),
        (1764205361939, "2025-11-27"),
        ("1764205361939", "2025-11-27"),
        ("07/15/2026", "2026-07-15"),
        ("31/12/2026", "2026-12-31"),
        ("5. August 2026", "2026-08-05"),
        ("August 5th, 2026", "2026-08-05"),
        ("5 de agosto de 2026", "2026-08-05"),
        ("1er août 2026", "2026-08-01"),
        ("05.08.2026", "2026-08-05"),
        ("Wed, 05 Aug 2026 10:00:00 GMT", "2026-08-05"),
        ("2026-02-30", None),
        ("Posted 3 days ago", None),
        ("", None),
        (None, None),
        (True, None),
        (10**30, None),
        (float("nan"), None),
        ("9999999999999", None),
        ({"a": 1}, None),
    ],
)
def test_dates_become_iso_or_nothing(written: object, date: str | None) -> None:
    """A guessed date makes a stale posting fresh."""
    assert iso_date(written) == date


@pytest.mark.parametrize(
    ("line", "pay"),
    [
        ("$135,000 - $198,000 / year", (135000, 198000, "USD", "year")),
        ("45.000 bis 55.000 € brutto im Jahr", (45000, 55000, "EUR", "year")),
        ("60-75k EUR", (60000, 75000, "EUR", None)),
        ("£40k per annum", (40000, 40000, "GBP", "year")),
        ("35 000 € à 42 000 € brut annuel", (35000, 42000, "EUR", "year")),
        ("CHF 95'000 – 110'000", (95000, 110000, "CHF", None)),
        ("up to $25.50/hr", (None, 25.5, "USD", "hour")),
        ("EUR 3.200 monatlich", (3200, 3200, "EUR", "month")),
        ("ab 42.000 €", (42000, None, "EUR", None)),
        ("Salary: 1.234,50 € im Monat", (1234.5, 1234.5, "EUR", "month")),
        ("competitive", None),
        ("401k match", None),
        ("since 2019", None),
        ("", None),
        (None, None),
    ],
)
def test_a_line_of_pay_is_read_with_its_bounds(line: object, pay: tuple[object, ...] | None) -> None:
    """A thousand taken for one, or a month for a year, is worse than no figure."""
    salary = parse_salary(line)
    assert (salary and (salary.minimum, salary.maximum, salary.currency, salary.period)) == pay


def test_a_companys_money_is_not_pay() -> None:
    """Funding read as salary promises millions."""
    assert find_salary("We raised $20,000,000 in funding per year.\nOur budget is €500,000 a year.") is None
    found = find_salary("We raised $20 million.\nSalary range\n$70,000 - $80,000\nA lunch for $5 per day.")
    assert found is not None
    assert (found.minimum, found.maximum) == (70000, 80000)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("FULL_TIME", "full-time"),
        (["FULL_TIME", "PART_TIME"], "full-time"),
        ("Teilzeit", "part-time"),
        ("CDI", "full-time"),
        ("Praktikum, Vollzeit", "internship"),
        ("1099 Contract", "contract"),
        ("Befristet", "temporary"),
        ("International", None),
        (None, None),
        ("Ausbildung", "apprenticeship"),
        (7, None),
    ],
)
def test_employment_is_one_of_few_words(written: object, kind: str | None) -> None:
    """A filter by type needs one vocabulary."""
    assert employment_type(written) == kind


def test_the_place_of_work_is_said_by_the_strongest_source() -> None:
    """False in a feed means "not filled in", not "on site"."""
    assert workplace(True) == "remote"
    assert workplace(False, None, "Hybrid - Berlin") == "hybrid"
    assert workplace("On-site", "Remote") == "onsite"
    assert workplace("100% Home Office") == "remote"
    assert workplace(False, "Berlin") is None
    assert workplace("Remote Sensing Scientist", "Distributed Systems Engineer") is None


def test_a_key_survives_gender_marks_case_and_accents() -> None:
    """The same job under another spelling would be applied for twice."""
    assert board_key("lever", " 0a ") == "lever:0a"
    assert (
        written_key("Bäcker (m/w/d)", "Graz", "Acme GmbH")
        == written_key("BÄCKER", "graz", "ACME GmbH")
        == "backer--graz--acme-gmbh"
    )
    assert written_key("Cook", None, None) != written_key("Baker", None, None)
    assert written_key("???", None, None)


@given(st.text(max_size=120) | st.integers() | st.floats() | st.none() | st.lists(st.text(max_size=5), max_size=3))
def test_any_value_is_read_or_left(value: object) -> None:
    """Fields of strangers hold anything."""
    iso_date(value)
    parse_salary(value)
    employment_type(value)
    workplace(value)
    line = one_line(value)
    assert line is None or (line and "\n" not in line and len(line) <= 300)
