# ruff: noqa: E501 - patterns and word lists are kept whole
"""E-mail addresses as values: what is one, what only looks like one, and of which sort it is.

What lives here: normalising a candidate, the refusals (asset names, error-tracker keys, placeholders, unknown top-level
domains), and the classes role, freemail, disposable and on-site. What does not: finding candidates (`emails`) and decoding them
(`email_decoding`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email

from inroad.crawl.urls import InvalidUrl, has_known_suffix, registrable_domain

_HEX_KEY = re.compile(r"[0-9a-f]{24,64}")
_ASSET_DOMAIN = re.compile(r"(?:\d{1,2}(?:\.\d)?x|\d+(?:\.\d+)+(?:[-.][a-z0-9.]*)?|[\d.]+\.min)\.[a-z0-9]+")
_ASSET_ENDINGS: Final = """
    .png .jpg .jpeg .gif .svg .webp .avif .ico .bmp .css .js .mjs .jsx .ts .tsx .json .xml .html .htm .php .woff .woff2
    .ttf .eot .mp4 .webm .pdf .map
""".split()  # noqa: SIM905
_RESERVED_TLDS: Final = frozenset(("example", "test", "localhost"))
_PLACEHOLDER_DOMAINS: Final = re.compile(
    r"(?:[a-z0-9\-]+\.)*(?:example\.[a-z]{2,4}|(?:your|my|some|the)?-?(?:domain|site|website|company|companyname|business|organi[sz]ation|"
    r"server|host|mailserver|provider|emailprovider)\.(?:com|org|net|de|fr|pl|es|it|nl|co\.uk|tld|xyz)|email\.(?:com|tld)|test\.(?:com|de)|"
    r"(?:meine?|ihre?|deine?)-?(?:domain|firma|seite|website|webseite)\.[a-z]{2,3}|(?:votre|mon)-?(?:domaine|site|entreprise)\.[a-z]{2,3}|"
    r"(?:twoja|moja)-?(?:domena|firma|strona)\.[a-z]{2,3}|(?:tu|su|mi)-?(?:dominio|empresa)\.[a-z]{2,3}|(?:tuo|mio)-?(?:dominio|sito)\.[a-z]{2,3}|"
    r"sample\.com|foo\.(?:com|bar)|bar\.com|musterfirma\.de|beispiel\.(?:de|com|at|ch|org|net)|exemple\.(?:com|fr|org)|ejemplo\.(?:com|es|org)|esempio\.(?:com|it|org)|voorbeeld\.nl)"
)
_PLACEHOLDER_LOCALS: Final = frozenset(
    """you your yourname your.name your_name your-name youremail your.email your-email your_email yourmail youraddress firstname.lastname
    first.last firstname lastname first_last vorname.nachname v.nachname vorname_nachname ihre.email ihre-email
    ihremail deine.email
    prenom.nom nom.prenom votre.email votreemail votre-email nombre.apellido tu.email tuemail tucorreo su.email nome.cognome
    tua.email imie.nazwisko twoj.email twojemail voornaam.achternaam someone somebody xxx xxxx xxxxx abc123
    name.surname username emailaddress email.address""".split()  # noqa: SIM905
)
_MACHINE_DOMAINS: Final = re.compile(
    r"(?:.+\.)?(?:sentry\.io|sentry-next\.wixpress\.com|sentry\.wixpress\.com|wixpress\.com|ingest\.sentry\.io|bugsnag\.com|schema\.org|w3\.org|"
    r"sentry-cdn\.com|core-js|lodash)"
)
_MACHINE_ADDRESSES: Final = frozenset(("git@github.com", "git@gitlab.com", "git@bitbucket.org", "hg@bitbucket.org"))

FREEMAIL_DOMAINS: Final = frozenset(
    """gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.es yahoo.it yahoo.ca yahoo.com.au yahoo.co.in yahoo.com.br ymail.com
    rocketmail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it hotmail.es outlook.com outlook.de
    outlook.fr outlook.es outlook.it
    live.com live.co.uk live.fr live.de live.nl msn.com icloud.com me.com mac.com aol.com aol.co.uk gmx.de gmx.net
    gmx.com gmx.at gmx.ch web.de
    t-online.de freenet.de arcor.de online.de mail.de posteo.de mailbox.org protonmail.com proton.me pm.me
    tutanota.com tutanota.de tuta.io zoho.com
    fastmail.com hey.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr libero.it virgilio.it
    alice.it tin.it tiscali.it email.it
    hotmail.be skynet.be telenet.be ziggo.nl kpnmail.nl planet.nl hetnet.nl home.nl xs4all.nl wp.pl o2.pl onet.pl
    op.pl interia.pl poczta.onet.pl
    vp.pl gazeta.pl seznam.cz centrum.cz email.cz bluewin.ch sunrise.ch aon.at chello.at telefonica.net terra.es
    ono.com sapo.pt uol.com.br bol.com.br
    terra.com.br btinternet.com btconnect.com sky.com virginmedia.com ntlworld.com talktalk.net blueyonder.co.uk
    comcast.net verizon.net att.net
    sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com optonline.net shaw.ca rogers.com
    sympatico.ca telus.net bigpond.com
    optusnet.com.au xtra.co.nz mail.ru yandex.ru yandex.com bk.ru list.ru inbox.ru rambler.ru ukr.net qq.com 163.com
    126.com sina.com naver.com
    hanmail.net daum.net rediffmail.com mail.com inbox.com inbox.lv eircom.net abv.bg freemail.hu citromail.hu""".split()  # noqa: SIM905
)
DISPOSABLE_DOMAINS: Final = frozenset(
    """mailinator.com guerrillamail.com guerrillamail.info 10minutemail.com temp-mail.org tempmail.com tempmail.net throwawaymail.com yopmail.com
    yopmail.fr sharklasers.com trashmail.com trashmail.de wegwerfmail.de getnada.com maildrop.cc dispostable.com
    mintemail.com fakeinbox.com
    spamgourmet.com mailnesia.com mohmal.com emailondeck.com moakt.com discard.email mytemp.email tempail.com
    burnermail.io""".split()  # noqa: SIM905
)
_ROLE_WORDS: Final = frozenset(
    """info contact contacts kontakt contacto contatto contato hello hallo hi hola bonjour ciao office buero biuro bureau sekretariat sekretariat
    secretariat secretaria segreteria mail email e-mail post postmaster webmaster hostmaster admin administrator
    administration administracja
    verwaltung support help helpdesk service services servicio servizio serwis kundenservice kundendienst
    customerservice customercare care
    sales vertrieb verkauf ventas vendite ventes sprzedaz handel verkoop bestellung order orders pedidos ordini
    zamowienia commandes shop store
    marketing press presse prensa stampa pers media pr news newsletter jobs job career careers karriere bewerbung
    bewerbungen recruiting recruitment
    hr personal rh empleo lavoro kariera praca vacatures werkenbij billing invoice invoices rechnung rechnungen
    buchhaltung accounts accounting
    finance faktury facturas facturation comptabilite administratie boekhouding legal privacy datenschutz
    dataprotection dpo gdpr rgpd compliance
    abuse security noc it tech technik technical team welcome reception rezeption reservations booking bookings events
    event enquiries enquiry
    inquiries inquiry feedback partners partner investor investors ir general main noreply no-reply donotreply studio
    zentrale empfang redaktion
    editor editorial export import purchasing einkauf compras acquisti zakupy
    abo aboservice accueil adhesion administracion admissions agency agentur alumni amministrazione anfrage anfragen angebote
    anzeigen assistenza atelier atencion ausbildung auxiliar bestellingen bestellungen boutique boxoffice candidature
    chefredaktion clientes comercial commerciale communication communications debate debatte denuncias desk direccion direction
    direktkommunikation dispatch donation donations emploi estimates facturacion financiere frontdesk gasthaus giving hinweis
    hinweise hotel inkoop kanzlei klantenservice kommunikation kontakty laden lager leserbriefe library members membership
    moreinfo negozio newsroom obchod objednavky opinion parish parts podpora pomoc praxis prodej projects projekte quotes
    recepcion receptie recrutement redaction redazione registrar reklama reserva reservas reservierung reservierungen
    restaurant rrhh school sekretariaat showroom sklep solidarite soporte taller termin termine tickets tienda ufficio verlag
    versand volunteer werkstatt winkel workshop""".split()  # noqa: SIM905
)


@lru_cache(maxsize=20_000)
def _known(domain: str) -> bool:
    return has_known_suffix(domain) or domain.rpartition(".")[2] in _RESERVED_TLDS


def is_known_domain(domain: str) -> bool:
    """Whether a name has at least two labels and ends in a public suffix (or `.example`, `.test`, `.localhost`)."""
    return "." in domain and len(domain) <= 253 and _known(domain.lower())


@lru_cache(maxsize=5_000)
def site_of(url_or_host: str) -> str:
    """The registrable domain of an address or host, empty where there is none."""
    try:
        return registrable_domain(url_or_host)
    except InvalidUrl:
        return ""


@lru_cache(maxsize=20_000)
def normalise_address(candidate: str) -> str | None:
    """The normal form of a candidate address, or None when it is not one.

    Args:
        candidate: `local@domain`, without display name or brackets; any case, Unicode domain or punycode.

    Returns:
        Lower case, with the domain in Unicode where it is internationalised (UTS 46 through email-validator).
    """
    local, _, domain = candidate.strip().rpartition("@")
    domain = domain.lower().rstrip(".")
    if not local or len(local) > 64 or not is_known_domain(domain) or _is_asset(domain):
        return None
    checked = domain if domain.rpartition(".")[2] not in _RESERVED_TLDS else domain.rpartition(".")[0] + ".com"
    if "." not in checked or checked.startswith("."):
        return None
    try:
        found = validate_email(f"{local}@{checked}", check_deliverability=False)
    except (EmailNotValidError, ValueError):
        return None
    shown = found.domain if checked == domain else domain
    return f"{found.local_part}@{shown}".lower()


def _is_asset(domain: str) -> bool:
    return bool(_ASSET_DOMAIN.fullmatch(domain)) or domain.endswith(tuple(_ASSET_ENDINGS))


def is_placeholder(address: str, *, site: str) -> bool:
    """Whether an address is a form's example or a machine's key and nobody's mailbox.

    Args:
        address: Normalised.
        site: Registrable domain of the page; a domain's own addresses are never taken for placeholders of it.
    """
    local, _, domain = address.rpartition("@")
    if address in _MACHINE_ADDRESSES or _MACHINE_DOMAINS.fullmatch(domain) or (_HEX_KEY.fullmatch(local)):
        return True
    own = bool(site) and (domain == site or domain.endswith("." + site))
    if not own and _PLACEHOLDER_DOMAINS.fullmatch(domain):
        return True
    return local in _PLACEHOLDER_LOCALS and not (own and local in {"you", "someone"})


def classify_address(address: str, *, site: str) -> dict[str, Any]:
    """What sort of address it is.

    Args:
        address: Normalised.
        site: Registrable domain of the page.

    Returns:
        `role` ("role" or "personal"), `on_site`, `freemail`, `disposable`, and `ascii` for internationalised domains.
    """
    local, _, domain = address.rpartition("@")
    words = re.split(r"[.\-_+\d]+", local)
    sort: dict[str, Any] = {
        "type": "role" if local in _ROLE_WORDS or words[0] in _ROLE_WORDS or words[-1] in _ROLE_WORDS else "personal",
        "on_site": bool(site) and (domain == site or domain.endswith("." + site)),
        "freemail": domain in FREEMAIL_DOMAINS,
        "disposable": domain in DISPOSABLE_DOMAINS,
    }
    if not domain.isascii():
        sort["ascii"] = f"{local}@{domain.encode('idna').decode()}" if _encodes(domain) else address
    return sort


def _encodes(domain: str) -> bool:
    try:
        domain.encode("idna")
    except UnicodeError:
        return False
    return True
