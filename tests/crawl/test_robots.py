"""robots.txt: what is forbidden stays forbidden, whatever the file looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.robots import MAX_CRAWL_DELAY_S, MAX_ROBOTS_BYTES, Robots

SITE = "https://acme.example"


def _allows(robots: str, path: str, agent: str = "Inroad") -> bool:
    return Robots.parse(robots).allows(SITE + path, agent)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("Disallow: /", "/"),
        ("Disallow: /", ""),
        ("Disallow: /private", "/private/x"),
        ("Disallow: /*.pdf$", "/a/b.pdf"),
        ("Disallow: /*/admin", "/de/admin/x"),
        ("Disallow: /a*b*c$", "/aXbYbc"),
        ("Disallow: /?q=", "/?q=1"),
        ("Disallow: /ü", "/%C3%BC"),
        ("Disallow: /%7ejoe", "/~joe"),
        ("Disallow: /a%2fb", "/a%2Fb"),
        ("disalow /typo", "/typo"),
        ("DISALLOW : /upper", "/upper"),
        ("Disallow: /x # why", "/x"),
    ],
)
def test_a_disallow_is_obeyed(rule: str, path: str) -> None:
    """Otherwise the crawler reads what its owner closed."""
    assert not _allows(f"User-agent: *\n{rule}\n", path)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("Disallow:", "/x"),
        ("Disallow: /private", "/Private"),
        ("Disallow: /*.pdf$", "/a.pdf?x=1"),
        ("Disallow: /a$", "/ab"),
        ("Disallow: /a*b*c$", "/abcX"),
        ("Disallow: one two", "/"),
        ("Disallow: x", "/x"),
        ("# Disallow: /", "/"),
    ],
)
def test_what_no_rule_names_is_open(rule: str, path: str) -> None:
    """Otherwise contacts are lost to rules that nobody wrote."""
    assert _allows(f"User-agent: *\n{rule}\n", path)


def test_the_longest_rule_wins_and_allow_wins_a_tie() -> None:
    """Otherwise the order of lines decides, which RFC 9309 section 2.2.2 forbids."""
    robots = "User-agent: *\nDisallow: /jobs\nAllow: /jobs/open\nDisallow: /x\nAllow: /x\n"
    assert not _allows(robots, "/jobs/closed")
    assert _allows(robots, "/jobs/open/1")
    assert _allows(robots, "/x")


def test_allowing_the_index_page_allows_its_directory() -> None:
    """Otherwise the home page of a site that allows only /index.html is refused."""
    robots = "User-agent: *\nDisallow: /\nAllow: /de/index.html\n"
    assert _allows(robots, "/de/")
    assert not _allows(robots, "/de/x")


def test_groups_of_one_agent_are_merged_and_replace_the_group_for_all() -> None:
    """Otherwise a second group for us is overlooked, or rules for everybody else bind us."""
    robots = "User-agent: inroad\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n\nUser-agent: INROAD/2\nDisallow: /c\n"
    assert not _allows(robots, "/a")
    assert _allows(robots, "/b")
    assert not _allows(robots, "/c")
    assert not _allows(robots, "/b", "Other")


def test_blank_lines_and_sitemaps_do_not_end_a_group() -> None:
    """Otherwise the rules below a Sitemap line bind nobody."""
    robots = "User-agent: a\n\nSitemap: /s.xml\nUser-agent: inroad\n\nDisallow: /x\n"
    assert not _allows(robots, "/x")
    assert not _allows(robots, "/x", "a")


def test_a_whole_user_agent_header_finds_its_group() -> None:
    """Otherwise passing the header instead of the token silently falls back to the group for all."""
    robots = "User-agent: inroad\nDisallow: /x\n\nUser-agent: mozilla\nDisallow: /y\n"
    assert not _allows(robots, "/x", "Mozilla/5.0 (compatible; Inroad/1.0; +https://acme.example/bot)")
    assert _allows(robots, "/y", "Mozilla/5.0 (compatible; Inroad/1.0)")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xef\xbb"])
def test_any_line_end_and_byte_order_mark_is_read(end: str, mark: bytes) -> None:
    """Otherwise the first line, mostly the User-agent, is lost and everything is open."""
    body = mark + end.join(["User-agent: *", "Disallow: /x", ""]).encode()
    assert not Robots.parse(body).allows("/x", "Inroad")


def test_crawl_delay_is_the_groups_own() -> None:
    """Otherwise we hurry where we were asked not to."""
    robots = Robots.parse(
        "User-agent: a\nCrawl-delay: 2.5\n\nUser-agent: inroad\nCrawl-delay: 7\nDisallow: /x\n\nUser-agent: *\nDisallow: /\n"
    )
    assert robots.crawl_delay("a") == 2.5
    assert robots.crawl_delay("Inroad") == 7.0
    assert robots.crawl_delay("b") is None


@pytest.mark.parametrize(
    ("value", "delay_s"),
    [("-1", None), ("nan", None), ("inf", None), ("ten", None), ("1,5", 1.5), ("1e9", MAX_CRAWL_DELAY_S), ("0", 0.0)],
)
def test_nonsense_delays_are_ignored_and_huge_ones_bounded(value: str, delay_s: float | None) -> None:
    """Otherwise one line stops a worker for ever or makes the arithmetic of waiting fail."""
    assert Robots.parse(f"User-agent: *\nCrawl-delay: {value}\n").crawl_delay("Inroad") == delay_s


def test_sitemap_lines_are_kept_as_written_wherever_they_stand() -> None:
    """Otherwise sitemaps that only robots.txt names are never found."""
    robots = "Sitemap: https://acme.example/A.xml\nUser-agent: *\nSITE-MAP: /b.xml\nDisallow: /\nsitemap:c.xml\nhttps://acme.example/sitemap_d.xml\n"
    assert list(Robots.parse(robots).sitemaps) == [
        "https://acme.example/A.xml",
        "/b.xml",
        "c.xml",
        "https://acme.example/sitemap_d.xml",
    ]


def test_only_the_first_half_megabyte_is_read() -> None:
    """Otherwise an endless file is parsed endlessly."""
    head = b"User-agent: *\nDisallow: /seen\n"
    body = head + b"#" * MAX_ROBOTS_BYTES + b"\nDisallow: /unseen\n"
    robots = Robots.parse(body)
    assert not robots.allows("/seen", "Inroad")
    assert robots.allows("/unseen", "Inroad")


def test_a_pattern_of_many_stars_is_answered() -> None:
    """Otherwise one pattern holds a worker: backtracking over thousands of stars never ends."""
    pattern = "/" + "a*" * 8000 + "b"
    assert _allows(f"User-agent: *\nDisallow: {pattern}\n", "/" + "a" * 2000)


def test_many_agents_with_many_rules_share_them() -> None:
    """Otherwise half a megabyte of agents and rules becomes 400 million rules in memory."""
    agents = "".join(f"User-agent: {chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676 % 26)}\n" for n in range(15_000))
    robots = Robots.parse(agents + "Crawl-delay: 3\n" * 1000 + "Disallow:/a\n" * 15_000)
    assert not robots.allows("/a", "abc")
    assert robots.allows("/b", "abc")
    assert robots.crawl_delay("abc") == 3.0


@given(st.binary(max_size=400), st.text(max_size=40), st.text(max_size=20))
def test_no_file_and_no_question_is_an_error(body: bytes, url: str, agent: str) -> None:
    """Otherwise a broken file ends the visit of its domain."""
    robots = Robots.parse(b"User-agent: *\n" + body)
    assert robots.allows(url, agent) in (True, False)
    delay_s = robots.crawl_delay(agent)
    assert delay_s is None or 0 <= delay_s <= MAX_CRAWL_DELAY_S


@given(
    st.lists(st.tuples(st.booleans(), st.text(alphabet="/ab*$", min_size=1, max_size=8)), max_size=6),
    st.text(alphabet="/ab", max_size=10),
)
def test_verdicts_agree_with_a_naive_reading(rules: list[tuple[bool, str]], tail: str) -> None:
    """Otherwise the fast matcher and the specification drift apart."""
    import re

    robots = "User-agent: *\n" + "".join(f"{'Allow' if allow else 'Disallow'}: {pattern}\n" for allow, pattern in rules)
    path = f"/{tail}"

    def weight(pattern: str) -> int:
        anchored = pattern.endswith("$")
        expression = re.escape(pattern.removesuffix("$")).replace(r"\*", ".*") + ("$" if anchored else "")
        return len(pattern) if re.match(expression, path) else -1

    allow = max((weight(p) for is_allow, p in rules if is_allow), default=-1)
    disallow = max((weight(p) for is_allow, p in rules if not is_allow), default=-1)
    assert _allows(robots, path) == (disallow <= max(allow, 0))
