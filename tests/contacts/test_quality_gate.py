"""The score on our own corpus may not sink."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.bench_contacts import BEGIN, END, ours, picture, reliability, renew, score
from benchmarks.contacts.corpus import LANGUAGES, LabelledPage, make_corpus, make_harder

PINNED_F1 = {"emails": 0.99, "phones": 0.99, "streets": 0.98, "people": 0.96, "socials": 0.99}


@pytest.fixture(scope="module")
def pages() -> list[LabelledPage]:
    """Every third page of the corpus: each language and each kind of page."""
    return list(make_corpus())[::3]


def test_the_gate_sees_every_language_and_every_kind(pages: list[LabelledPage]) -> None:
    """A gate over an empty list is green for ever."""
    assert {page.language for page in pages} == {language.code for language in LANGUAGES}
    assert all(any(getattr(page, kind) for page in pages) for kind in PINNED_F1)


def test_the_score_holds(pages: list[LabelledPage]) -> None:
    """A change that reads one site better and ten worse is caught here."""
    measured = score(pages, ours)
    assert {kind: f1 for kind, (_, _, f1) in measured.items() if f1 < PINNED_F1[kind]} == {}


def test_the_gate_falls_when_reading_gets_worse(pages: list[LabelledPage]) -> None:
    """The gate itself is tested: one contact in ten lost or invented must fail it."""

    def forgetful(page: LabelledPage) -> dict[str, set[str]]:
        return {
            kind: set(sorted(values)[1:]) if page.url.endswith("3.example/") else values for kind, values in ours(page).items()
        }

    def inventive(page: LabelledPage) -> dict[str, set[str]]:
        return {
            kind: values | {f"invented-{n}" for n in range(page.url.endswith("3.example/"))}
            for kind, values in ours(page).items()
        }

    for reader in (forgetful, inventive):
        measured = score(pages, reader)
        assert any(f1 < PINNED_F1[kind] for kind, (_, _, f1) in measured.items())


def test_of_those_believed_at_nine_tenths_nine_in_ten_are_right() -> None:
    """A belief that means nothing cannot choose whom to write to; measured on the half that the beliefs were not chosen on."""
    held_out = list(make_harder(make_corpus()))[1::2]
    bins = {name: (size, share) for name, size, share in reliability(held_out)}
    size, share = bins["0.9-1.0"]
    assert size >= 500
    assert share >= 0.9
    assert sum(size for size, _ in bins.values()) > size  # doubtful ones are there, and not believed as much


def test_lower_beliefs_are_about_as_often_right_as_they_say() -> None:
    """A doubtful contact is worth keeping only where its belief is one: half of those at 0.5 are right, not none."""
    held_out = list(make_harder(make_corpus()))[1::2]
    bins = {name: (size, share) for name, size, share in reliability(held_out)}
    for name, (size, share) in bins.items():
        low = float(name[:3])
        assert size >= 50, name
        assert low - 0.1 <= share <= low + 0.2, name
    assert set(bins) == {"0.5-0.6", "0.6-0.7", "0.7-0.8", "0.8-0.9", "0.9-1.0"}


def test_the_figures_of_the_readme_are_written_between_their_marks(tmp_path: Path) -> None:
    """`make bench-contacts` renews them in place; what stands around them is a person's."""
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    renew(readme, ["| new |"])
    renew(readme, ["| newer |"])
    assert readme.read_text(encoding="utf-8") == f"before\n{BEGIN}\n| newer |\n{END}\nafter\n"


def test_the_picture_has_a_bar_for_each_reader_and_kind() -> None:
    """A reader beyond the colours would have no bar."""
    figures = dict.fromkeys(PINNED_F1, (1.0, 1.0, 1.0))
    drawn = picture(dict.fromkeys(("inroad", "pattern + phonenumbers", "extruct", "Crawlee"), figures))
    assert drawn.count("<rect") == 1 + 4 * len(PINNED_F1) + 4
