# ruff: noqa: E501 - templates are kept as they would be written
"""A labelled corpus of invented company pages in eight languages.

What lives here: templates and invented companies, people and numbers, and the pages made of them with the contacts that must be
found. What does not: measuring (`benchmarks/bench_contacts.py`).

Every page is made from a seed, so the corpus is the same on every machine and nothing is stored. All companies are invented and
live under `.example`; phone numbers have the shape of each country's plan.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

PAGES_PER_LANGUAGE = 40


@dataclass(frozen=True)
class LabelledPage:
    """A page with what must be found on it; values as `inroad.contacts` normalises them, streets as written."""

    url: str
    language: str
    html: str
    emails: frozenset[str] = field(default_factory=frozenset)
    phones: frozenset[str] = field(default_factory=frozenset)
    streets: frozenset[str] = field(default_factory=frozenset)
    people: frozenset[str] = field(default_factory=frozenset)
    socials: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Language:
    """What one language's templates are filled with."""

    code: str
    country: str
    calling_code: str
    trunk: str
    phone: str
    people: tuple[str, ...]
    roles: tuple[str, ...]
    streets: tuple[str, ...]
    places: tuple[str, ...]
    words: dict[str, str]
    at: str


LANGUAGES = (
    Language("en", "GB", "44", "0", "161 496 0{n}", ("Miriam Holt", "Duncan Reeves", "Priya Raman", "Owen Carrick", "Fiona Marsh"), ("Head of Purchasing", "Managing Director", "Sales Manager", "Workshop Supervisor"),
             ("14 Mill Lane", "220 Station Road", "7 Harbour Street", "33 Albion Terrace"), ("Leeds LS1 4AP", "Bristol BS1 5TR", "York YO1 7HH"),
             {"contact": "Contact us", "phone": "Phone", "fax": "Fax", "mail": "Email", "boss": "Managing Director", "hours": "Open Monday to Friday 9:00 to 17:00", "news": "We moved 300 tonnes of yarn in 2023 for £1,250,000.", "order": "Order number 4155550132"}, " (at) "),
    Language("de", "DE", "49", "0", "421 2468{n}", ("Ines Falk", "Jörg Sandmann", "Katrin Vogelsang", "Uwe Petersen", "Dr. Anja Brückner"), ("Leiterin Einkauf", "Geschäftsführer", "Vertriebsleiter", "Projektleiterin"),
             ("Am Alten Hafen 7a", "Lindenstraße 112", "Bahnhofsplatz 3", "Goetheallee 45"), ("28195 Bremen", "10969 Berlin", "D-50667 Köln"),
             {"contact": "Kontakt", "phone": "Telefon", "fax": "Telefax", "mail": "E-Mail", "boss": "Geschäftsführer", "hours": "Geöffnet Mo-Fr 9:00-17:00 Uhr", "news": "Seit 1987 haben 12.500 Kunden 3.000 Tonnen gekauft.", "order": "IBAN DE89 3704 0044 0532 0130 00"}, " (ät) "),
    Language("fr", "FR", "33", "0", "1 44 55 {n2}", ("Hélène Marchand", "Luc Fournier", "Camille Perrin", "Antoine Lefebvre", "Nadia Roux"), ("Directrice commerciale", "Gérant", "Responsable des achats", "Assistante"),
             ("12 rue de la Paix", "48 avenue Victor Hugo", "3 place du Marché", "105 boulevard Voltaire"), ("75002 Paris", "69003 Lyon", "33000 Bordeaux"),
             {"contact": "Contactez-nous", "phone": "Téléphone", "fax": "Télécopie", "mail": "Courriel", "boss": "Directeur de la publication", "hours": "Ouvert du lundi au vendredi de 9h à 17h", "news": "En 2023, 4 500 clients nous ont fait confiance.", "order": "SIRET 732 829 320 00074"}, " [at] "),
    Language("es", "ES", "34", "", "91 411 {n2}", ("Lucía Navarro", "Javier Ortega", "Carmen Molina", "Pablo Serrano", "Elena Castro"), ("Directora de compras", "Gerente", "Responsable de ventas", "Administradora"),
             ("Calle de Alcalá, 45", "Avenida de América, 12", "Plaza Mayor, 3", "Paseo del Prado, 28"), ("28014 Madrid", "08002 Barcelona", "41001 Sevilla"),
             {"contact": "Contacto", "phone": "Teléfono", "fax": "Fax", "mail": "Correo", "boss": "Gerente", "hours": "Abierto de lunes a viernes de 9:00 a 17:00", "news": "En 2023 servimos 1.250.000 metros de tela.", "order": "Pedido 600123123123"}, " (arroba) "),
    Language("it", "IT", "39", "", "02 8646{n}", ("Giulia Ferrari", "Marco Rinaldi", "Chiara Lombardi", "Paolo Conti", "Elisa Moretti"), ("Responsabile acquisti", "Amministratore", "Direttore vendite", "Socia fondatrice"),
             ("Via Garibaldi 8", "Corso Italia 120", "Piazza San Marco 2", "Viale Europa 33"), ("20121 Milano", "00185 Roma", "10121 Torino"),
             {"contact": "Contatti", "phone": "Telefono", "fax": "Fax", "mail": "E-mail", "boss": "Legale rappresentante", "hours": "Aperto da lunedì a venerdì 9:00-17:00", "news": "Nel 2023 abbiamo tessuto 900 tonnellate.", "order": "P.IVA 12345670017"}, " (chiocciola) "),
    Language("nl", "NL", "31", "0", "20 624 {n}", ("Anouk de Vries", "Pieter Jansen", "Marieke Visser", "Bart Dekker", "Sanne Mulder"), ("Hoofd inkoop", "Directeur", "Adviseur verkoop", "Medewerker administratie"),
             ("Keizersgracht 241", "Stationsplein 9", "Hoofdstraat 88", "Prinsenlaan 14"), ("1016 EA Amsterdam", "3511 CE Utrecht", "5611 EM Eindhoven"),
             {"contact": "Contact", "phone": "Telefoon", "fax": "Fax", "mail": "E-mail", "boss": "Directeur", "hours": "Open maandag tot vrijdag 9:00-17:00", "news": "In 2023 leverden wij 12.500 rollen.", "order": "KvK 12345678"}, " (apenstaartje) "),
    Language("pl", "PL", "48", "", "22 695 {n2}", ("Agnieszka Nowak", "Tomasz Zieliński", "Magdalena Wójcik", "Piotr Kamiński", "Ewa Szymańska"), ("Dyrektor handlowy", "Prezes zarządu", "Kierownik działu", "Specjalistka ds. sprzedaży"),
             ("ul. Marszałkowska 10/4", "al. Jerozolimskie 65", "ul. Długa 7", "pl. Wolności 3"), ("00-590 Warszawa", "30-001 Kraków", "80-831 Gdańsk"),
             {"contact": "Kontakt", "phone": "Telefon", "fax": "Faks", "mail": "E-mail", "boss": "Prezes zarządu", "hours": "Czynne pon-pt 9:00-17:00", "news": "W 2023 roku utkaliśmy 900 ton wełny.", "order": "NIP 526-104-08-28"}, " (małpa) "),
    Language("en-us", "US", "1", "", "({a}) 321-{n}", ("Grace Whitfield", "Tyler Brooks", "Monica Alvarez", "Derek Sutton", "Paula Jennings"), ("Vice President of Sales", "Owner", "Office Manager", "Lead Designer"),
             ("1204 West Ash Street", "550 Madison Avenue Suite 210", "88 Harbor Blvd.", "4100 N. Lincoln Road"), ("Windsor, CO 80550", "New York, NY 10022", "Boston, MA 02110"),
             {"contact": "Contact", "phone": "Tel", "fax": "Fax", "mail": "Email", "boss": "Owner", "hours": "Open Mon-Fri 9:00am to 5:00pm", "news": "We shipped 12,500 rolls worth $1,250,000 in 2023.", "order": "Invoice no. 4155550132"}, " [at] "),
)  # fmt: skip
_FIRST = ("bright", "linden", "harbor", "amber", "copper", "silver", "north", "wool", "stone", "clear")
_SECOND = ("loom", "wurm", "mill", "weave", "field", "spool", "gate", "thread", "works", "line")
# What real sites have beside their contacts: goods, schools, headings, ranks and dates that look like people and addresses.
_THINGS = (
    "<ul><li>Veronica Dress</li><li>Florence Shirt</li></ul><p>Our dresses and shirts are made here.</p>",
    "<p>Start your AI Journey on our AI Platform today.</p>",
    "<p>Im Juni 2016</p><p>Platz 15</p><p>Lernfeld 9-14</p>",
    "<p>BP : 5574</p>",
    "<label>Min Price</label><label>Max Price</label>",
    "<p>George W. Hewlett High School</p><p>Randall Frost Thermostats</p>",
    "<p>Von Risiken und Nebenwirkungen</p><p>Día del Trabajador</p>",
    "<p>March 21, 2023 No Comments</p>",
    "<p>Support réactif. M. LeroyBureaux, Cergy</p>",
    "<select><option>Hong Kong</option><option>Sierra Leone</option><option>Jan Mayen</option></select>",
    "<p>Harris Showroom</p><p>Crystal Nails</p><p>Sofia Wooden Wall Clock</p>",
)
_KINDS = ("imprint", "team", "footer", "json-ld", "hidden")


def make_corpus() -> Iterator[LabelledPage]:
    """320 pages: 40 in each of eight languages (American English counted as one), five kinds in turn."""
    for language in LANGUAGES:
        for number in range(PAGES_PER_LANGUAGE):
            yield _page(language, number, random.Random(f"{language.code}-{number}"))


def _page(language: Language, number: int, rng: random.Random) -> LabelledPage:
    company = rng.choice(_FIRST) + rng.choice(_SECOND)
    domain = f"{company}-{language.country.lower()}{number}.example"
    maker = (_imprint, _team, _footer, _json_ld, _hidden)[number % len(_KINDS)]
    body, labels = maker(language, domain, company.title(), rng)
    things = _THINGS[number % len(_THINGS)] + _THINGS[(number * 3 + 1) % len(_THINGS)]
    filler = things + "".join(
        f"<p>{language.words['news']}</p><p>{language.words['order']}</p>" for _ in range(rng.randint(1, 4))
    )
    html = (
        f"<!doctype html><html lang='{language.code}'><head><title>{company.title()}</title></head><body><nav><a href='/'>{company.title()}</a>"
        f"<a href='/c'>{language.words['contact']}</a></nav><p>{language.words['hours']}</p>{filler}{body}"
        f"<a href='https://www.facebook.com/sharer/sharer.php?u=x'>f</a><input placeholder='name@example.com'></body></html>"
    )
    return LabelledPage(f"https://www.{domain}/", language.code, html, **{key: frozenset(value) for key, value in labels.items()})


def _number(language: Language, rng: random.Random) -> tuple[str, str]:
    """A national number as written and in E.164."""
    n = f"{rng.randint(1000, 9999)}"
    area = rng.choice(("970", "212", "617", "312"))
    national = language.phone.format(n=n[1:] if language.code == "en" else n, n2=f"{n[:2]} {n[2:]}", a=area)
    digits = "".join(c for c in national if c.isdigit())
    written = (
        rng.choice((f"{language.trunk}{national}", f"+{language.calling_code} {national}"))
        if language.code != "en-us"
        else national
    )
    return written, f"+{language.calling_code}{digits}"


def _mail(person: str, domain: str) -> str:
    folded = person.lower().translate(str.maketrans("äöüéèíóúąćęłńśźżñ", "aoueeiouacelnszzn")).replace("dr. ", "")
    return f"{folded.split()[0]}.{folded.split()[-1]}@{domain}"


def _imprint(language: Language, domain: str, company: str, rng: random.Random) -> tuple[str, dict[str, set[str]]]:
    words, person = language.words, rng.choice(language.people)
    street, (written, e164), (fax, fax_e164) = rng.choice(language.streets), _number(language, rng), _number(language, rng)
    body = (
        f"<h1>{words['contact']}</h1><p>{company} Ltd<br>{street}<br>{rng.choice(language.places)}</p><p>{words['boss']}: {person}</p>"
        f"<p>{words['phone']}: {written}<br>{words['fax']}: {fax}<br>{words['mail']}: info{language.at}{domain}</p>"
    )
    return body, {"emails": {f"info@{domain}"}, "phones": {e164, fax_e164}, "streets": {street}, "people": {person}}


def _team(language: Language, domain: str, company: str, rng: random.Random) -> tuple[str, dict[str, set[str]]]:
    del company
    labels: dict[str, set[str]] = {"emails": set(), "phones": set(), "people": set(), "socials": set()}
    cards = []
    for person in rng.sample(language.people, 3):
        written, e164 = _number(language, rng)
        handle = person.lower().replace(" ", "-").replace(".", "")
        profile = f"https://www.linkedin.com/in/{handle}"
        cards.append(
            f"<div class='card'><h3>{person}</h3><p>{rng.choice(language.roles)}</p><a href='mailto:{_mail(person, domain)}'>{language.words['mail']}</a>"
            f"<a href='tel:{e164}'>{written}</a><a href='{profile}?trk=x'>in</a></div>"
        )
        labels["emails"].add(_mail(person, domain))
        labels["phones"].add(e164)
        labels["people"].add(person)
        labels["socials"].add(profile)
    return "<section>" + "".join(cards) + "</section>", labels


def _footer(language: Language, domain: str, company: str, rng: random.Random) -> tuple[str, dict[str, set[str]]]:
    street, (written, e164) = rng.choice(language.streets), _number(language, rng)
    profile = f"https://www.instagram.com/{company.lower()}"
    body = f"<footer>{company}, {street}, {rng.choice(language.places)} | {language.words['phone']} {written} | office@{domain} <a href='{profile}/'>ig</a></footer>"
    return body, {"emails": {f"office@{domain}"}, "phones": {e164}, "streets": {street}, "socials": {profile}}


def _json_ld(language: Language, domain: str, company: str, rng: random.Random) -> tuple[str, dict[str, set[str]]]:
    street, (written, e164), person = rng.choice(language.streets), _number(language, rng), rng.choice(language.people)
    profile = f"https://www.facebook.com/{company.lower()}"
    body = (
        f'<script type="application/ld+json">{{"@context":"https://schema.org","@type":"LocalBusiness","name":"{company}","telephone":"{written}",'
        f'"email":"hello@{domain}","sameAs":["{profile}"],"founder":{{"@type":"Person","name":"{person}","jobTitle":"{language.roles[0]}"}},'
        f'"address":{{"@type":"PostalAddress","streetAddress":"{street}","addressCountry":"{language.country}"}}}}</script>'
    )
    return body, {"emails": {f"hello@{domain}"}, "phones": {e164}, "streets": {street}, "people": {person}, "socials": {profile}}


def _hidden(language: Language, domain: str, company: str, rng: random.Random) -> tuple[str, dict[str, set[str]]]:
    del company
    local, key = rng.choice(("kontor", "desk", "atelier")), rng.randint(1, 255)
    plain = f"{local}@{domain}"
    code = bytes([key, *(byte ^ key for byte in plain.encode())]).hex()
    name, tld = domain.rsplit(".", 1)
    forms = (
        f"<a data-cfemail='{code}' href='/cdn-cgi/l/email-protection'>[email&#160;protected]</a>",
        f"<p>{local}{language.at}{domain}</p>",
        f"<a data-user='{local}' data-domain='{domain}'>x</a>",
        f"<script>document.write('{local}'+'@'+'{name}'+'.{tld}')</script>",
        f"<p>{local}@<span style='display:none'>no-spam.</span>{domain}</p>",
        f"<p><bdo dir='rtl'>{plain[::-1]}</bdo></p>",
        "<p>" + "".join(f"&#{ord(character)};" for character in plain) + "</p>",
    )
    written, e164 = _number(language, rng)
    return f"{rng.choice(forms)}<p>{language.words['phone']}: {written}</p>", {"emails": {plain}, "phones": {e164}}


_ELSEWHERE = ("spindlegate", "ostrava-haus", "velomarket", "tidewrack", "kornhaus", "lumenport")
_STRANGERS = ("Peter Lang", "Marta Kowal", "Jean Moreau", "Tom Fielding", "Laura Bianchi", "Henk Bakker")
# Of each doubtful thing the share that is the company's own. People in running text and whole addresses as counted on 271
# hand-labelled company pages (82 of 169, 148 of 185); mailboxes and profiles of another name are assumed: no labels say whose they are.
OWN_SHARE = {"person": 0.5, "address": 0.8, "mailbox": 0.75, "profile": 0.67, "number": 0.6}


def make_harder(pages: Iterable[LabelledPage]) -> Iterator[LabelledPage]:
    """The same pages with what makes real ones doubtful: things that may be the company's, or somebody else's, and look alike.

    A mailbox and a profile of another name, a person in a sentence, a second address, a bare number: each is the company's own in
    the share of `OWN_SHARE`, and then it is labelled; no reader can tell which from the page, so that only an honest belief fits.
    Customers who praise and lot numbers are added to some and are never the company's.
    """
    for page in pages:
        rng = random.Random(f"harder-{page.url}")
        firm, person = rng.choice(_ELSEWHERE), rng.choice(_STRANGERS)
        number = f"161496{rng.randint(1000, 9999)}"
        doubtful = {
            "person": (f"<p>In 2019 {person} wrote about looms in The Weaver.</p>", "people", person),
            "address": (f"<p>Visit us: {rng.randint(1, 99)} Exhibition Road, London SW7 2DD</p>", "streets", ""),
            "mailbox": (
                f"<p>More: <a href='mailto:studio@{firm}.example'>studio@{firm}.example</a></p>",
                "emails",
                f"studio@{firm}.example",
            ),
            "profile": (f"<p><a href='https://twitter.com/{firm}'>@{firm}</a></p>", "socials", f"https://twitter.com/{firm}"),
        }
        if page.language == "en":
            doubtful["number"] = (f"<p>0{number}</p>", "phones", f"+44{number}")
        added, labels = [], {kind: set(getattr(page, kind)) for kind in ("people", "streets", "emails", "socials", "phones")}
        for name in rng.sample(sorted(doubtful), rng.randint(1, 3)):
            html, kind, value = doubtful[name]
            if rng.random() < OWN_SHARE[name]:
                labels[kind].add(value or html[13:].partition(",")[0])
            added.append(html)
        praise = f"<blockquote>Always on time.<cite>{firm.title()}</cite></blockquote>"
        lot = f"<p>Model 0{rng.randint(100, 999)} {rng.randint(100, 999)} {rng.randint(1000, 9999)}, lot {rng.randint(10**9, 10**10)}</p>"
        added.extend(rng.sample((praise, lot), rng.randint(0, 2)))
        html = page.html.replace("</body>", f"{''.join(added)}</body>")
        yield replace(page, html=html, **{kind: frozenset(values) for kind, values in labels.items()})
