"""A job that only the model sees on a page: believed where the page says its title, and no field that it does not say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inroad.llm.job_pages import _Job, believed, page_text

URL = "https://boats.example/jobs/deckhand"
HTML = (
    """<html><body><nav>Home</nav><main><p>Boats</p><p>Deckhand   wanted</p><p>For the season on our cutter out of Dingle. """
    + ("You will splice, paint and row in any weather, and cook on Sundays. " * 4)
    + """</p><p>Full time until October.</p></main><footer>Imprint</footer></body></html>"""
)
TEXT = page_text(HTML)


def test_menus_and_footers_are_no_part_of_the_text() -> None:
    """They would be part of the job's description."""
    assert "Home" not in TEXT
    assert "Imprint" not in TEXT
    assert TEXT.startswith("Boats")


@pytest.mark.parametrize("title", ["", " ", "Captain", "Deck", "Deckhand wanted for the season in Cork", "x" * 300])
def test_a_title_that_the_page_does_not_say_gives_no_job(title: str) -> None:
    """An invented job would get a CV."""
    assert believed(_Job(title=title, location="Dingle"), TEXT, URL) is None


def test_a_job_has_the_pages_own_words_and_only_the_fields_that_it_says() -> None:
    """A place that the model guessed is no place."""
    job = believed(_Job(title="Deckhand wanted", location="Cork", employment="Full time"), TEXT, URL)
    assert job is not None
    assert (job.title, job.location, job.employment_type, job.source, job.url) == (
        "Deckhand wanted",
        None,
        "full-time",
        "llm",
        URL,
    )
    assert job.description.startswith("For the season")
    assert believed(_Job(title="Deckhand wanted", location="Dingle"), TEXT, URL).location == "Dingle"  # type: ignore[union-attr]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40) | st.sampled_from(TEXT.split()), st.text(max_size=40) | st.sampled_from(TEXT.split()))
def test_whatever_the_model_says_title_and_place_stand_on_the_page(title: str, place: str) -> None:
    """The answer of a model is a stranger's text."""
    job = believed(_Job(title=title, location=place), TEXT, URL)
    if job is not None:
        assert " ".join(job.title.split()) in " ".join(TEXT.split())
        assert job.location is None or job.location in " ".join(TEXT.split())
