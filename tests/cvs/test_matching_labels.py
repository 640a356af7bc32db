"""The matcher against labels of our own: agreement is pinned, and the gate itself is tested."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.matching.agreement import Agreement, LabelledSet, cohens_kappa, measure, read_labels, spearman

SHARE, KAPPA, OPPOSITE, RANK = 0.95, 0.91, 0.005, 0.80


@pytest.fixture(scope="module")
def labelled() -> LabelledSet:
    return read_labels()


@pytest.fixture(scope="module")
def found(labelled: LabelledSet) -> Agreement:
    return measure(labelled)


def passes(agreement: Agreement) -> bool:
    good = agreement.share >= SHARE and agreement.kappa >= KAPPA and agreement.rank >= RANK
    return good and agreement.opposite <= OPPOSITE and agreement.best_first == 1


def test_the_gate_sees_every_language_every_answer_and_every_fit(labelled: LabelledSet) -> None:
    """A gate over an empty list is green for ever."""
    assert len(labelled.pairs) >= 60
    assert sum(len(pair.answers) for pair in labelled.pairs) >= 350
    assert {pair.posting[:2] for pair in labelled.pairs} == {"en", "de", "fr", "es"}
    assert {answer for pair in labelled.pairs for answer in pair.answers} == {"covered", "weak", "missing"}
    assert {pair.fit for pair in labelled.pairs} == {0, 1, 2, 3}
    assert {pair.person for pair in labelled.pairs} == labelled.profiles.keys()
    assert {pair.posting for pair in labelled.pairs} == labelled.postings.keys()


def test_the_matcher_agrees_with_the_labels(found: Agreement) -> None:
    """What it calls covered is what a person would sign, and the best person comes first."""
    assert passes(found), "\n".join(str(miss) for miss in found.misses)


def test_the_gate_falls_when_the_answers_get_worse(labelled: LabelledSet) -> None:
    """The gate itself is tested: other labels on one pair in eight must fail it."""
    turned = {"covered": "missing", "missing": "weak", "weak": "covered"}
    pairs = [
        replace(pair, answers=tuple(turned[answer] for answer in pair.answers)) if number % 8 == 0 else pair
        for number, pair in enumerate(labelled.pairs)
    ]
    assert not passes(measure(replace(labelled, pairs=tuple(pairs))))


def test_the_gate_falls_when_the_order_of_people_is_lost(labelled: LabelledSet) -> None:
    """Right answers in the wrong order send the wrong application first."""
    pairs = tuple(replace(pair, fit=3 - pair.fit) for pair in labelled.pairs)
    assert not passes(measure(replace(labelled, pairs=pairs)))


def test_a_set_that_no_longer_fits_the_reading_is_refused(labelled: LabelledSet) -> None:
    """A posting that is taken apart otherwise would be compared line against wrong line."""
    broken = replace(labelled.pairs[0], answers=labelled.pairs[0].answers[:-1])
    with pytest.raises(ValueError, match="labelled"):
        measure(replace(labelled, pairs=(broken,)))


def test_the_measures_are_the_known_ones() -> None:
    """Figures from the definitions by hand."""
    assert cohens_kappa([("a", "a"), ("b", "b"), ("a", "b"), ("b", "a")]) == pytest.approx(0)
    assert cohens_kappa([("a", "a"), ("b", "b")]) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [10, 20, 30, 40]) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 2, 2, 3], [1, 2, 2, 3]) == pytest.approx(1)
