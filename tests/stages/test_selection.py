"""The rule that selects pages when no person does: a pure function of the rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.classify import classify_page
from inroad.stages.selection import choose
from inroad.store.models import Page

SITE = "https://kestrel.example"
PATHS = (
    "/",
    "/contact",
    "/imprint",
    "/team",
    "/about",
    "/careers",
    "/careers/meteorologist",
    "/products",
    "/blog/2026/10/fog",
    "/terms",
)


def pages(*paths: str, selected: tuple[str, ...] = (), rejected: tuple[str, ...] = ()) -> list[Page]:
    """Rows as the sitemaps make them; their number is their id."""
    out = []
    for number, path in enumerate(paths):
        kind = classify_page(SITE + path)
        out.append(
            Page(
                id=number,
                url=SITE + path,
                page_type=str(kind.page_type),
                priority_level=kind.priority_level,
                page_curation_status="Selected" if path in selected else "Rejected" if path in rejected else "New",
                page_processing_status="Complete" if path in selected else "Waiting",
            )
        )
    return out


def chosen(rows: list[Page], limit: int = 12, *, fill: bool = True) -> list[str]:
    """Paths in the order of choice."""
    by_id = {row.id: row.url.removeprefix(SITE) for row in rows}
    return [by_id[number] for number in choose(rows, limit, fill=fill)]


def test_what_a_person_has_rejected_is_never_chosen() -> None:
    """A person's decision stands above the rule."""
    assert "/team" not in chosen(pages(*PATHS, rejected=("/team",)))


def test_pages_behind_a_login_and_baskets_do_not_fill_the_room() -> None:
    """They take a slot and end as errors that nobody can mend."""
    private = ("/login", "/sign-in", "/account/", "/cart", "/wp-login.php", "/register?from=home", "/LOGIN")
    assert chosen(pages("/", *private)) == ["/"]


def test_the_home_page_contact_imprint_team_about_and_careers_come_first() -> None:
    """With little room the pages that hold contacts and jobs must be among the chosen."""
    assert chosen(pages(*PATHS), 6) == ["/", "/contact", "/imprint", "/team", "/about", "/careers"]


def test_without_filling_only_the_wanted_pages_are_chosen() -> None:
    """The rest of the room waits for postings that the careers page makes known."""
    assert chosen(pages(*PATHS), fill=False) == [
        "/",
        "/contact",
        "/imprint",
        "/team",
        "/about",
        "/careers",
        "/careers/meteorologist",
    ]


def test_blog_posts_never_fill_the_room() -> None:
    """They are the many, and hold no contacts."""
    assert "/blog/2026/10/fog" not in chosen(pages(*PATHS))


def test_what_is_selected_already_counts_against_the_limit() -> None:
    """Otherwise every run would add another dozen."""
    assert chosen(pages(*PATHS, selected=("/", "/contact")), 3) == ["/imprint"]
    assert chosen(pages(*PATHS, selected=("/", "/contact")), 2) == []


def test_a_page_that_failed_for_good_gives_its_place_to_another() -> None:
    """Many sitemaps list what is gone; a dozen dead pages would leave a company unread."""
    rows = pages(*PATHS, selected=("/", "/contact", "/imprint"))
    rows[1].page_processing_status = rows[2].page_processing_status = "Error"
    assert chosen(rows, 3) == ["/team", "/about"]


def test_dead_pages_are_not_tried_without_end() -> None:
    """A site whose every page fails must be left in peace."""
    rows = pages(*PATHS, selected=PATHS[:4])
    for row in rows[:4]:
        row.page_processing_status = "Error"
    assert chosen(rows, 2) == []
    assert len(chosen(rows, 3)) == 2


@given(st.permutations(pages(*PATHS)), st.integers(0, 12), st.booleans())
def test_the_choice_does_not_depend_on_the_order_of_the_rows(rows: list[Page], limit: int, fill: bool) -> None:
    """After a kill the rows come in another order, and the same pages must be fetched."""
    expected = choose(pages(*PATHS), limit, fill=fill)
    assert choose(rows, limit, fill=fill) == expected
    assert len(expected) == len(set(expected)) <= limit
