"""The labelled set for matching, read, and how far the matcher agrees with it.

What it measures: per requirement, the share of equal answers (covered, weak, missing) and Cohen's kappa; per pair, Spearman's
rank correlation of score and labelled fit; per posting, whether the best labelled person scores highest. What it does not show:
real people and real postings. `README.md` beside it says how the labels were made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from inroad.cvs import Match, Profile, match_posting
from inroad.postings import Posting

FOLDER = Path(__file__).parent
ANSWERS = {"c": "covered", "w": "weak", "m": "missing"}


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """One person before one posting.

    Attributes:
        posting: The posting's name in the set.
        person: The person's name in the set.
        answers: "covered", "weak" or "missing" for each requirement, in order.
        fit: 0 (no candidate) to 3 (would be invited).
    """

    posting: str
    person: str
    answers: tuple[str, ...]
    fit: int


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """All of it, parsed.

    Attributes:
        profiles: By name.
        postings: By name.
        pairs: With their labels.
    """

    profiles: dict[str, Profile]
    postings: dict[str, Posting]
    pairs: tuple[LabelledPair, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the matcher agrees with the labels.

    Attributes:
        answers: Requirements that were compared.
        share: Equal answers, 0 to 1.
        kappa: Cohen's kappa: agreement beyond chance, 1 for perfect.
        opposite: Share of answers that are covered where the label says missing, or the other way round.
        rank: Spearman's correlation of score and fit over all pairs.
        best_first: Share of postings whose best labelled person scores highest.
        misses: Posting, person, requirement, label, answer and reason of each difference.
    """

    answers: int
    share: float
    kappa: float
    opposite: float
    rank: float
    best_first: float
    misses: tuple[tuple[str, str, str, str, str, str], ...]


def read_labels(folder: Path = FOLDER) -> LabelledSet:
    """Reads the set."""
    people = yaml.safe_load((folder / "profiles.yaml").read_text(encoding="utf-8"))
    jobs = yaml.safe_load((folder / "postings.yaml").read_text(encoding="utf-8"))
    profiles = {name: Profile.from_resume(resume) for name, resume in people.items()}
    postings = {
        name: Posting(f"set:{name}", job["title"], f"https://jobs.example/{name}", job["description"])
        for name, job in jobs.items()
    }
    rows = (line.split("\t") for line in (folder / "labels.tsv").read_text(encoding="utf-8").splitlines()[1:])
    pairs = [
        LabelledPair(posting, person, tuple(ANSWERS[letter] for letter in letters.split()), int(fit))
        for posting, person, letters, fit in rows
    ]
    return LabelledSet(profiles, postings, tuple(pairs))


def measure(labelled: LabelledSet) -> Agreement:
    """Matches every pair and compares.

    Raises:
        ValueError: The matcher sees another number of requirements than the labels have.
    """
    matches = {pair: match_posting(labelled.profiles[pair.person], labelled.postings[pair.posting]) for pair in labelled.pairs}
    given: list[tuple[str, str]] = []
    misses = []
    for pair, match in matches.items():
        if len(match.requirements) != len(pair.answers):
            raise ValueError(f"{pair.posting}: {len(match.requirements)} requirements read, {len(pair.answers)} labelled")
        for wanted, answer in zip(pair.answers, match.requirements, strict=True):
            given.append((wanted, answer.coverage))
            if wanted != answer.coverage:
                misses.append((pair.posting, pair.person, answer.text, wanted, answer.coverage, answer.reason))
    scores = [match.score for match in matches.values()]
    return Agreement(
        answers=len(given),
        share=sum(one == other for one, other in given) / len(given),
        kappa=cohens_kappa(given),
        opposite=sum({one, other} == {"covered", "missing"} for one, other in given) / len(given),
        rank=spearman(scores, [float(pair.fit) for pair in matches]),
        best_first=_best_first(matches),
        misses=tuple(misses),
    )


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Agreement of two raters beyond chance (Cohen 1960)."""
    count = len(pairs)
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    seen = sum(one == other for one, other in pairs) / count
    chance = sum(ones[name] * others[name] for name in ones) / count**2
    return (seen - chance) / (1 - chance) if chance < 1 else 1.0


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Rank correlation, ties sharing their mean rank."""
    first, second = _ranks(one), _ranks(other)
    mean = (len(one) + 1) / 2
    covariance = sum((a - mean) * (b - mean) for a, b in zip(first, second, strict=True))
    spread = (sum((a - mean) ** 2 for a in first) * sum((b - mean) ** 2 for b in second)) ** 0.5
    return covariance / spread if spread else 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    places = defaultdict(list)
    for place, value in enumerate(sorted(values), start=1):
        places[value].append(place)
    return [sum(places[value]) / len(places[value]) for value in values]


def _best_first(matches: dict[LabelledPair, Match]) -> float:
    by_posting: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for pair, match in matches.items():
        by_posting[pair.posting].append((match.score, pair.fit))
    return sum(max(rows)[1] == max(fit for _, fit in rows) for rows in by_posting.values()) / len(by_posting)


def main() -> None:
    """Prints the agreement and every difference."""
    labelled = read_labels()
    found = measure(labelled)
    print(f"{len(labelled.pairs)} pairs, {found.answers} answers: {found.share:.3f} equal, kappa {found.kappa:.3f}")
    print(f"opposite {found.opposite:.3f}, rank correlation {found.rank:.3f}, best person first {found.best_first:.3f}")
    for posting, person, text, wanted, answer, reason in found.misses:
        print(f"  {posting} {person}: {text!r} labelled {wanted}, answered {answer} ({reason})")


if __name__ == "__main__":
    main()
