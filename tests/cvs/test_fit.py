"""The best contact for a posting: who is not to be written to, and who comes first."""

from __future__ import annotations

from dataclasses import replace

from inroad.contacts.model import Contact
from inroad.cvs import best_contact
from tests.cvs.people import POSTING


def contact(value, *, kind="email", name=None, role=None, confidence=0.9):
    return Contact(kind, value, value, "https://x.example/", "p", "text", "1", value, confidence, name, role)


RECRUITER = contact("jana.weiss@x.example", name="Jana Weiss", role="Talent Acquisition Partner")
JOBS = contact("jobs@x.example")
HEAD = contact("omar@x.example", name="Omar Haddad", role="Head of Platform Engineering")
CEO = contact("boss@x.example", name="Eva Boss", role="CEO")
INFO = contact("info@x.example")


def test_nobody_is_better_than_the_wrong_one():
    """A letter to the privacy officer is worse than none."""
    assert best_contact([], POSTING) is None
    unwanted = [
        contact("no-reply@x.example"),
        contact("privacy@x.example"),
        contact("press@x.example"),
        contact("+49301234", kind="phone"),
    ]
    assert best_contact([*unwanted, contact("jobs@x.example", confidence=0.1)], POSTING) is None


def test_recruiters_come_before_heads_before_general_addresses():
    """The order is what a careful person would do by hand."""
    everyone = [INFO, CEO, HEAD, JOBS, RECRUITER]
    order = []
    while everyone:
        best, reason = best_contact(everyone, POSTING)
        assert reason
        order.append(best)
        everyone.remove(best)
    assert order == [RECRUITER, JOBS, HEAD, CEO, INFO] or order == [JOBS, RECRUITER, HEAD, CEO, INFO]


def test_whom_the_posting_names_comes_first():
    """The posting says whom to ask."""
    named = replace(POSTING, description=POSTING.description + "\nQuestions? Ask Omar Haddad.")
    best, reason = best_contact([JOBS, RECRUITER, HEAD], named)
    assert best is HEAD
    assert "names" in reason


def test_the_answer_does_not_depend_on_the_order():
    """Contacts come from pages in any order."""
    everyone = [INFO, CEO, HEAD]
    assert best_contact(everyone, POSTING) == best_contact(everyone[::-1], POSTING)
