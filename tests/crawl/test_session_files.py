"""Files in which people bring a login: every common form, and nothing that is another site's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.crawl.session_files import read_session_file
from inroad.crawl.storage_state import MAX_BYTES, BadState

END = 1_900_000_000
NETSCAPE = f"""# Netscape HTTP Cookie File
# https://curl.se/docs/http-cookies.html

.acme.example\tTRUE\t/\tTRUE\t{END}\tsid\ts3cret
#HttpOnly_www.acme.example\tFALSE\t/account\tFALSE\t0\ttoken\ta=b
shop.acme.example\tFALSE\t/\tFALSE\t{END}\tempty
other.example\tFALSE\t/\tFALSE\t{END}\tsid\tanother
"""
EXTENSION = [
    {"domain": "acme.example", "hostOnly": False, "name": "sid", "value": "s3cret", "path": "/", "secure": True, "httpOnly": True,
     "expirationDate": END + 0.5, "sameSite": "no_restriction", "session": False, "storeId": "0"},
    {"domain": "www.acme.example", "hostOnly": True, "name": "seen", "value": "1", "path": "/", "sameSite": None},
]  # fmt: skip
SELENIUM = [{"domain": ".acme.example", "name": "sid", "value": "s3cret", "expiry": END, "sameSite": "Strict"}]
PLAYWRIGHT = {
    "cookies": [{"name": "sid", "value": "s3cret", "domain": ".acme.example", "path": "/", "expires": END, "sameSite": "None"}],
    "origins": [{"origin": "https://acme.example", "localStorage": [{"name": "user", "value": "7"}]}],
}


def read(document: Any) -> list[dict[str, Any]]:
    """The cookies of a document."""
    body = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    return [dict(cookie) for cookie in read_session_file(body, domain="acme.example").cookies]


@pytest.mark.parametrize(
    ("document", "match"),
    [
        (b"", "no line of cookies.txt"),
        (b"sid=s3cret", "no line of cookies.txt"),
        (b"\xff\xd8\xff\xe0", "not a text file"),
        (b'{"cookies": ', "begins like JSON"),
        (b"[" * 100_000, "begins like JSON"),
        (b'{"log": {"entries": []}}', "without cookies"),
        (b'{"cookies": {"sid": "s3cret"}}', "without cookies"),
        (b'[{"name": "sid", "value": "s3cret", "domain": "other.example"}]', "nothing for acme.example"),
        (b"x" * (MAX_BYTES + 1), "larger than"),
    ],
    ids=["empty", "a header", "an image", "cut off", "deep", "a HAR", "an object", "another site", "large"],
)
def test_what_is_no_login_of_the_site_is_refused_with_the_mend(document: bytes, match: str) -> None:
    """Somebody would believe that the site is read as the person who is logged in."""
    with pytest.raises(BadState, match=match) as caught:
        read_session_file(document, domain="acme.example")
    assert caught.value.mend
    assert "s3cret" not in str(caught.value)


def test_cookies_txt_is_read_with_its_flags() -> None:
    """The commonest export; a cookie for one host only must not be sent to all."""
    sid, token, empty = read(NETSCAPE)
    assert (sid["domain"], sid["secure"], sid["httpOnly"], sid["expires"]) == (".acme.example", True, False, END)
    assert (empty["name"], empty["value"], empty["domain"]) == ("empty", "", "shop.acme.example")
    assert (token["domain"], token["path"], token["httpOnly"], token["expires"]) == ("www.acme.example", "/account", True, -1)


@pytest.mark.parametrize(
    "document", [NETSCAPE, EXTENSION, SELENIUM, PLAYWRIGHT], ids=["txt", "extension", "selenium", "playwright"]
)
def test_every_form_gives_the_same_cookie(document: Any) -> None:
    """Which tool a person has must not matter."""
    sid = next(cookie for cookie in read(document) if cookie["name"] == "sid")
    assert (sid["value"], sid["domain"], sid["path"], int(sid["expires"])) == ("s3cret", ".acme.example", "/", END)


def test_local_storage_comes_with_playwrights_state() -> None:
    """Sites with scripts keep their login there."""
    state = read_session_file(json.dumps(PLAYWRIGHT).encode(), domain="acme.example")
    assert state.origins == {"https://acme.example": (("user", "7"),)}


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_windows_encodings_are_read(codec: str) -> None:
    """A file saved by a Windows editor would be refused."""
    assert read_session_file(NETSCAPE.encode(codec), domain="acme.example").cookies[0]["name"] == "sid"


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_file_is_read_or_refused(document: bytes) -> None:
    """A strange export would end the command with a traceback."""
    try:
        state = read_session_file(document, domain="acme.example")
    except BadState:
        return
    assert state.cookies or state.origins


JSONISH = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cookies", "origins", "name", "value", "domain", "path", "expires", "sameSite"]), inner
        )
    ),
    max_leaves=20,
)


@given(JSONISH)
def test_any_json_is_read_or_refused(document: Any) -> None:
    """Fields of the wrong type are common in exports of other tools."""
    try:
        state = read_session_file(json.dumps(document).encode(), domain="acme.example")
    except BadState:
        return
    assert state.cookies or state.origins
