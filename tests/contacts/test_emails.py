"""E-mail addresses: what must never be taken for one, and every way a site may write one."""

from __future__ import annotations

import base64
import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inroad.contacts import extract_contacts
from inroad.contacts.email_addresses import is_placeholder, normalise_address
from inroad.contacts.email_decoding import decode_base64, decode_cloudflare, decode_typo3, script_readings, shift_typo3

URL = "https://www.brightloom.example/contact"


def emails(html: str, *, url: str = URL) -> set[str]:
    return {contact.value for contact in extract_contacts(html, url=url) if contact.kind == "email"}


@pytest.mark.parametrize(
    "html",
    [
        "<p>hero@3x.webp</p>",
        "<p>sprite@1.5x.svg</p>",
        "<script>Sentry.init({dsn:'https://0123456789abcdef0123456789abcdef@o77.ingest.sentry.io/5'})</script>",
        "<input placeholder='your.name@example.org' value=''>",
        "<p>e.g. yourname@yourdomain.com</p>",
        "<p>max@musterfirma.de</p>",
        "<code>npm i vue@3.4.21.min</code>",
        "<a href='https://social.example/@brightloom'>Us</a>",
        "<p>git clone git@github.com:brightloom/loom.git</p>",
        "<p>https://user:secret@intranet.brightloom.example/</p>",
        "<p>nobody@brightloom.notarealtld</p>",
        "<p>Meet us at brightloom.example today</p>",
        "<p>We are at home in wool dot by dot</p>",
        "<style>.x{background:url(logo@2x.png)}</style>",
        "<p><span style='display:none'>trap@brightloom.example</span></p>",
    ],
)
def test_what_only_looks_like_an_address_is_refused(html: str) -> None:
    """Otherwise mail goes to file names, crash reporters and form examples."""
    assert emails(html) == set()


@pytest.mark.parametrize(
    "html",
    [
        "<p>ines@brightloom.example</p>",
        "<a href='mailto:ines@brightloom.example?subject=Yarn%20order'>x</a>",
        "<a href='MAILTO:Ines%40Brightloom%2Eexample'>x</a>",
        "<a href='mailto:Ines Falk <ines@brightloom.example>'>x</a>",
        "<a href='mailto:?to=ines@brightloom.example'>x</a>",
        "<p>ines{at}brightloom{dot}example</p>",
        "<p>ines [ät] brightloom [punkt] example</p>",
        "<p>ines (arroba) brightloom (punto) example</p>",
        "<p>ines (chiocciola) brightloom (punto) example</p>",
        "<p>ines (małpa) brightloom (kropka) example</p>",
        "<p>ines (apenstaartje) brightloom (punt) example</p>",
        "<p>ines (arobase) brightloom (point) example</p>",
        "<p>E-Mail: ines at brightloom.example</p>",
        "<p>ines [put the at sign here] brightloom.example</p>",
        "<p>ines(at-sign)brightloom.example</p>",
        "<p>ines&shy;@bright&#8203;loom.example</p>",
        "<p>ines&#xFF20;brightloom&#xFF0E;example</p>",
        "<p>ines<!-- no -->@<b>bright</b>loom.example</p>",
        "<p>ines@<i hidden>spam.</i>brightloom.example</p>",
        "<style>.q{display:none}</style><p>ines@<span class='q'>no</span>brightloom.example</p>",
        "<p><bdo dir='rtl'>elpmaxe.moolthgirb@seni</bdo></p>",
        "<a data-mailbox='ines' data-domain='brightloom' data-tld='example'>x</a>",
        "<script>var u='ines';var h='brightloom'+'.example';document.write('<a href=\"mai'+'lto:'+u+'@'+h+'\">x</a>')</script>",
        "<script>document.write(['ines','@','brightloom','.example'].join(''))</script>",
        "<script>document.write('elpmaxe.moolthgirb@seni'.split('').reverse().join(''))</script>",
        "<script>e='ines';e+='@';e+='brightloom.example';f(e)</script>",
        "<script>w(unescape('%69%6e%65%73%40brightloom.example'+''))</script>",
        "<p><b>E-Mail</b>ines@brightloom.example</p>",
        "<p><b>ines@brightloom.example</b>Telefon</p>",
        "<img alt='ines@brightloom.example' src='m.png'>",
    ],
)
def test_every_way_to_write_an_address_is_read(html: str) -> None:
    """A kind that stops being read silently loses every company that uses it."""
    assert emails(html) == {"ines@brightloom.example"}


def test_coded_addresses_are_decoded() -> None:
    """The codings that page builders and proxies put over addresses."""
    plain = "ines@brightloom.example"
    key = 0x5A
    cloudflare = bytes([key, *(b ^ key for b in plain.encode())]).hex()
    codes = "String.fromCharCode(" + ",".join(str(ord(c)) for c in plain) + ")"
    pages = [
        f"<a data-cfemail='{cloudflare}'>[email protected]</a>",
        f"<a href='/cdn-cgi/l/email-protection#{cloudflare}'>x</a>",
        f"<a data-enc-email='{codecs.encode(plain, 'rot13')}'>x</a>",
        f"<a data-mail='{base64.b64encode(plain.encode()).decode()}'>x</a>",
        f"<a data-email='{plain[::-1]}'>x</a>",
        f"<a data-email='{plain.encode().hex()}'>x</a>",
        f"<a href=\"javascript:linkTo_UnCryptMailto('{shift_typo3('mailto:' + plain, 3)}')\">x</a>",
        f"<a href='#' data-mailto-token='{shift_typo3('mailto:' + plain, -2)}' data-mailto-vector='2'>x</a>",
        f"<script>document.write({codes})</script>",
        f"<a onclick=\"location=rot13('{codecs.encode('mailto:' + plain, 'rot13')}')\">x</a>",
    ]
    for page in pages:
        assert emails(page) == {plain}, page


def test_an_address_of_the_example_domain_counts_on_its_own_site() -> None:
    """A site's own addresses are never placeholders of it."""
    assert emails("<p>office@example.com</p>", url="https://example.com/") == {"office@example.com"}
    assert emails("<p>office@example.com</p>") == set()


def test_the_sentence_after_an_address_is_not_part_of_it() -> None:
    """`a@b.example. Call` must not become a host of its own."""
    assert emails("<p>Write to ines@brightloom.example. In case of fire call.</p>") == {"ines@brightloom.example"}
    assert emails("<p>Write to ines@brightloom.example.Thanks</p>") == {"ines@brightloom.example"}


def test_addresses_are_classified() -> None:
    """Role, own and free mailboxes are what curation sorts by."""
    found = {c.value: c.details for c in extract_contacts("<p>info@brightloom.example, jo.falk@gmail.com</p>", url=URL)}
    assert found["info@brightloom.example"]["type"] == "role"
    assert found["info@brightloom.example"]["on_site"] is True
    assert found["jo.falk@gmail.com"]["type"] == "personal"
    assert found["jo.falk@gmail.com"]["freemail"] is True


def test_evidence_names_place_and_surroundings() -> None:
    """No contact without proof of where it was read."""
    contact = extract_contacts("<footer id='f'><p>Sales: ines@brightloom.example</p></footer>", url=URL)[0]
    assert "Sales: ines@brightloom.example" in contact.snippet
    assert "footer#f>p" in contact.position
    assert contact.page_url == URL
    assert contact.method == "text"


@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(text: str) -> None:
    """A crash on one page would lose the whole batch."""
    decode_cloudflare(text)
    decode_base64(text)
    decode_typo3(text)
    list(script_readings(text + "@'" + text))
    address = normalise_address(text)
    assert address is None or (address.count("@") >= 1 and not is_placeholder("ines@brightloom.example", site=""))


@given(
    st.from_regex(r"[a-z]{3,10}\.[a-z]{2,8}[0-9]{1,3}", fullmatch=True),
    st.sampled_from(["(at)", "[at]", " (ät) ", "{at}", "@", " @ "]),
)
def test_any_simple_local_part_is_read(local: str, at: str) -> None:
    """The reader may not depend on the names in the examples."""
    assert f"{local}@brightloom.example" in emails(f"<p>{local}{at}brightloom.example</p>")
