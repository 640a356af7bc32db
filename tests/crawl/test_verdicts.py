"""Verdicts: error pages are never content, and no page with something to read is ever condemned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.verdicts import judge_page

URL = "https://acme.example/kontakt"
PARAGRAPH = "<p>" + "Acme builds pumps for water works in eleven countries and repairs those of others. " * 4 + "</p>"
CONTACT = (
    "<title>Kontakt | Acme</title><h1>Kontakt</h1><p>Acme GmbH, Hauptstr. 1, 12345 Stadt</p><p>info@acme.example</p>"
    '<form><input type="email"><textarea></textarea><div class="g-recaptcha"></div>I\'m not a robot</form>'
)


def reason(html: str, status: int = 200, headers: dict[str, str] | None = None, url: str = URL) -> str | None:
    verdict = judge_page(status, headers or {}, html, url=url)
    return verdict.reason if verdict else None


@pytest.mark.parametrize(
    "html",
    [
        CONTACT,
        "<title>Acme</title><h1>Acme</h1>" + PARAGRAPH * 3,
        "<title>How to design a 404 page</title><h1>404 error pages that help</h1>" + PARAGRAPH * 4,
        "<title>Page not found: a history</title><h1>Page not found</h1>" + PARAGRAPH * 4,
        "<title>Peugeot 404 Coupé</title><h1>Peugeot 404 Coupé</h1><p>1968, blue.</p>",
        "<title>Security Check GmbH</title><p>Kontakt: info@check.example</p>",
        "<title>Access control</title><p>We sell access control. Access denied? Call us.</p>",
        '<title>Kontakt</title><p>Acme, Hauptstr. 1</p><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>',
        '<title>Kontakt</title><script>window._pxAppId="x"</script><p>' + "Acme GmbH, Hauptstr. 1, 12345 Stadt. " * 8 + "</p>",
        '<title>Kontakt</title><p>Acme, Hauptstr. 1</p><form action="/login"><input type=password></form>' + PARAGRAPH * 5,
        '<div id="root"><h1>Acme</h1>'
        + PARAGRAPH
        + '</div><script src="/a.js"></script><noscript>Please enable JavaScript</noscript>',
        '<div id="app">Acme GmbH, Hauptstr. 1</div>',
        "<p>Call 0301234567</p>",
        "",
    ],
)
def test_pages_with_something_to_read_are_taken_as_they_are(html: str) -> None:
    """Otherwise contacts are lost to a false alarm."""
    assert reason(html) is None


@pytest.mark.parametrize(
    ("status", "headers", "html", "expected"),
    [
        (403, {"CF-Mitigated": "challenge"}, "<title>Just a moment...</title>", "blocked-cloudflare"),
        (503, {}, "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", "blocked-cloudflare"),
        (200, {"server": "cloudflare"}, "<title>Just a moment...</title><p>Checking your browser</p>", "blocked-cloudflare"),
        (403, {}, '<p>Please enable JS</p><script src="https://ct.captcha-delivery.com/c.js"></script>', "blocked-datadome"),
        (403, {}, '<title>Access to this page has been denied</title><div id="px-captcha"></div>', "blocked-perimeterx"),
        (403, {}, "<h1>Access Denied</h1>Reference #18.2d351ab8.1557333295.a4e16ab", "blocked-akamai"),
        (200, {}, '<iframe src="/_Incapsula_Resource?SWUDNSAI=31"></iframe>', "blocked-imperva"),
        (202, {}, "<script>window.gokuProps = {}</script><div id=challenge-container></div>", "blocked-aws-waf"),
        (200, {}, '<p>Are you a robot?</p><div class="h-captcha"></div>', "blocked-captcha"),
        (403, {}, "<h1>Zugriff verweigert</h1>", "blocked-denied"),
        (429, {"Server": "AkamaiGHost"}, "<p>Your request has been blocked</p>", "blocked-akamai"),
    ],
)
def test_block_pages_are_named_by_their_product(status: int, headers: dict[str, str], html: str, expected: str) -> None:
    """Otherwise a challenge is stored as the company's contact page, and nobody slows down."""
    assert reason(html, status, headers) == expected


@pytest.mark.parametrize(
    "said",
    [
        "Page not found",
        "404 Not Found",
        "404 | Acme",
        "Error 404",
        "The page you are looking for does not exist",
        "Seite nicht gefunden",
        "Diese Seite existiert nicht",
        "Fehler 404",
        "Page introuvable",
        "Cette page n’existe pas",
        "Página no encontrada",
        "Pagina non trovata",
        "Pagina niet gevonden",
        "Página não encontrada",
        "Nie znaleziono strony",
        "Strona nie istnieje",
    ],
)
def test_soft_404s_are_recognised_in_eight_languages(said: str) -> None:
    """Otherwise guessed addresses of a site that answers 200 to everything become pages."""
    navigation = "".join(f"<li>Menu item {n}</li>" for n in range(40))
    assert reason(f"<title>{said}</title><ul>{navigation}</ul><p>Sorry.</p>") == "soft-404"
    assert reason(f"<title>Acme</title><ul>{navigation}</ul><h1>{said}</h1>") == "soft-404"
    assert reason(f"<title>{said}</title>", status=404) is None


def test_a_login_form_alone_is_a_wall() -> None:
    """Otherwise "Sign in" is stored as what the company does."""
    form = '<form><input name="user"><input type="password"><button>Sign in</button></form>'
    assert reason(f"<title>Sign in</title>{form}") == "login-required"
    assert reason(f"<title>Acme</title>{form}", url="https://acme.example/login?next=/team") == "login-required"
    assert reason("<p>Authorization required</p>", status=401) == "login-required"


@pytest.mark.parametrize(
    "html",
    [
        '<div id="root"></div><script src="/main.js"></script>',
        '<app-root></app-root><script src="/main.js"></script>',
        '<noscript>You need to enable JavaScript to run this app.</noscript><div id="x"></div><script src="/main.js"></script>',
        '<div id="__next"><div>Loading</div></div><script>1</script>',
    ],
)
def test_shells_of_programs_need_a_browser(html: str) -> None:
    """Otherwise single-page sites look empty and their contacts are never read."""
    verdict = judge_page(200, {}, html, url=URL)
    assert verdict is not None
    assert (verdict.kind, verdict.reason) == ("needs-browser", "needs-browser")


NOSCRIPT = "<noscript>You need to enable JavaScript to run this app.</noscript>"


@pytest.mark.parametrize(
    "said", ["", "Loading, please wait", "<h1>Just JavaScript</h1><p>Please enable JavaScript in your browser</p>"]
)
def test_a_program_that_did_not_start_in_a_browser_is_still_empty(said: str) -> None:
    """Otherwise the sentence of a page that waits for its data is stored as the company's."""
    verdict = judge_page(
        200, {}, f'{NOSCRIPT}<div id="root">{said}</div><script src="/main.js"></script>', url=URL, is_rendered=True
    )
    assert verdict is not None
    assert verdict.kind == "needs-browser"


@pytest.mark.parametrize("before", ["", "<body>"])
def test_a_page_that_scripts_have_filled_with_little_is_content(before: str) -> None:
    """The hint in `noscript` stays when the scripts have run: short contact pages of programs were never read."""
    html = f'{before}{NOSCRIPT}<div id="root"><h1>Contact</h1><p>a@acme.example</p></div><script>1</script>'
    assert judge_page(200, {}, html, url=URL, is_rendered=True) is None
    assert judge_page(200, {}, html, url=URL) is not None


@pytest.mark.parametrize(
    "unit", ["page could not ", "seite nicht ", "página no ", "404 ", "<p>access ", "Reference #", "you are ", "pagina non "]
)
def test_long_repetitions_end_at_once(unit: str) -> None:
    """Otherwise a crafted title holds a worker: no pattern may backtrack without bound."""
    html = f"<title>{unit * 3000}</title><h1>{unit * 3000}</h1>{unit * 100}"
    assert reason(html, 403) in (None, "blocked-denied")


@given(
    st.text(max_size=200),
    st.sampled_from([200, 401, 403, 404, 503]),
    st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=3),
)
def test_nothing_crashes_the_judge(html: str, status: int, headers: dict[str, str]) -> None:
    """Otherwise one odd answer ends a batch."""
    verdict = judge_page(status, headers, html, url=html)
    assert verdict is None or len(verdict.evidence) <= 120
