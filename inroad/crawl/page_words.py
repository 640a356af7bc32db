"""The words by which sites name their pages, in eight languages.

What lives here: slugs (lower case, without accents, words joined by "-") and the page types they stand for, in English, German,
French, Spanish, Italian, Dutch, Portuguese and Polish. What does not: the rules that use them (`classify`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class PageType(StrEnum):
    """What a page is for; the values are stored."""

    CONTACT_ROOT = "CONTACT_ROOT"
    CONTACT = "CONTACT"
    ABOUT = "ABOUT"
    TEAM = "TEAM"
    IMPRINT = "IMPRINT"
    CAREERS = "CAREERS"
    POSTING = "POSTING"
    LEGAL = "LEGAL"
    PRODUCT = "PRODUCT"
    BLOG = "BLOG"
    HOME = "HOME"
    UNKNOWN = "UNKNOWN"


_WORDS: Final[dict[PageType, str]] = {
    PageType.CONTACT: """
        contact contacts contact-us contactus contact-me contact-info contact-information contact-details contact-form
        contact-page get-in-touch
        getintouch reach-us talk-to-us write-us contacting-us how-to-find-us find-us locations-and-contact
        contact-and-directions
        lets-talk talk-to-sales request-a-callback request-callback make-an-enquiry enquire
        kontakt kontakte kontaktformular kontakt-formular kontaktieren-sie-uns kontaktiere-uns kontaktdaten kontakt-anfahrt
        kontakt-und-anfahrt kontakt-und-impressum anfahrt anfahrt-kontakt so-erreichen-sie-uns so-finden-sie-uns
        pressekontakt
        kontaktaufnahme nehmen-sie-kontakt-auf kontakt-aufnehmen ihr-kontakt-zu-uns ihr-weg-zu-uns wegbeschreibung
        contactez-nous nous-contacter contactez-moi contacter formulaire-de-contact formulaire-contact coordonnees nous-trouver
        prendre-contact prendre-rendez-vous contactes acces-et-contact
        contacto contactos contactanos contactenos contacta contactar contacta-con-nosotros formulario-de-contacto
        formulario-contacto pide-cita atencion-al-cliente
        donde-estamos
        contatti contattaci contatto contattateci dove-siamo contatti-e-sede contatti-e-orari
        richiedi-informazioni come-raggiungerci come-contattarci
        contacteer-ons neem-contact-op contactgegevens contactformulier contact-opnemen contactpagina bereikbaarheid
        contato contatos fale-conosco faleconosco entre-em-contato contacte-nos contate-nos onde-estamos atendimento contactenos
        kontakt-z-nami skontaktuj-sie skontaktuj-sie-z-nami napisz-do-nas formularz-kontaktowy dane-kontaktowe dojazd jak-dojechac
        kontakty
    """,
    PageType.IMPRINT: """
        imprint impressum impressum-datenschutz impressum-und-datenschutz site-notice legal-notice legal-notices
        legal-disclosure
        company-information company-details publisher offenlegung anbieterkennzeichnung mentions-legales mention-legale
        infos-legales
        informations-legales aviso-legal aviso-legal-y-privacidad nota-legal informacion-legal note-legali note-legale
        informazioni-legali dati-societari dati-aziendali colofon bedrijfsgegevens aviso-legal-pt
        informacao-legal informacoes-legais
        ficha-tecnica
        informacje-prawne dane-firmy nota-prawna
    """,
    PageType.ABOUT: """
        about about-us aboutus about-me about-the-company company our-company who-we-are what-we-do our-story history
        our-history mission
        our-mission vision values our-values philosophy profile company-profile corporate overview facts-and-figures
        the-company
        ueber-uns uber-uns ueberuns wir-ueber-uns wir wer-wir-sind das-sind-wir unternehmen das-unternehmen firma
        unser-unternehmen
        geschichte leitbild philosophie portrait portraet firmenprofil unternehmensprofil firmengeschichte historie
        a-propos a-propos-de-nous apropos qui-sommes-nous notre-entreprise notre-histoire l-entreprise entreprise societe
        la-societe
        quienes-somos sobre-nosotros acerca-de acerca acerca-de-nosotros nosotros empresa la-empresa nuestra-historia
        conocenos
        chi-siamo azienda l-azienda la-nostra-storia la-nostra-azienda storia chi-sono la-societa societa
        over-ons over wie-zijn-wij wie-we-zijn ons-verhaal over-het-bedrijf bedrijf organisatie geschiedenis
        sobre sobre-nos quem-somos a-empresa nossa-historia institucional sobre-a-empresa nossa-empresa
        o-nas o-firmie onas firma-o-nas kim-jestesmy nasza-firma historia poznaj-nas
        why-us valeurs le-groupe groupe presentation savoir-faire grupo gruppo il-gruppo
        profilo-aziendale valores valori conheca-nos
        historia-firmy misja o-spolce o-nas-i-naszej-firmie missie-en-visie missie
    """,
    PageType.TEAM: """
        team teams our-team the-team meet-the-team meet-our-team people our-people staff our-staff faculty leadership
        leadership-team management
        management-team our-leadership executive-team executives board board-of-directors directors founders
        partners-and-team staff-directory attorneys
        lawyers our-doctors doctors physicians providers our-experts experts employees crew
        unser-team das-team mitarbeiter mitarbeitende mitarbeiterinnen ansprechpartner ansprechpartnerinnen ansprechpersonen
        ihre-ansprechpartner geschaeftsfuehrung geschaeftsleitung vorstand aufsichtsrat gremien praxisteam kollegium
        personen anwaelte rechtsanwaelte
        equipe notre-equipe l-equipe equipes direction dirigeants nos-experts collaborateurs avocats
        equipo nuestro-equipo el-equipo directivos nuestro-personal profesionales abogados
        il-team squadra il-nostro-team persone organigramma staff-e-team collaboratori professionisti
        ons-team het-team medewerkers onze-mensen bestuur directie wie-is-wie contactpersonen
        nossa-equipe nosso-time time nossa-equipa equipa diretoria lideranca corpo-clinico
        zespol nasz-zespol pracownicy ludzie zarzad kadra nasi-ludzie kierownictwo
        gouvernance conseillers consejo-de-administracion equipo-directivo equipo-humano nuestro-equipo-humano specjalisci
        consiglio-di-amministrazione raad-van-bestuur raad-van-commissarissen rada-nadzorcza
    """,
    PageType.CAREERS: """
        careers career jobs job vacancies vacancy open-positions open-roles openings job-openings current-openings positions
        join-us join-our-team
        work-with-us work-for-us work-at hiring we-are-hiring were-hiring employment employment-opportunities
        job-opportunities opportunities
        career-opportunities life-at job-board recruitment job-offers job-listings open-jobs current-vacancies internships
        karriere karriereportal stellenangebote stellenangebot offene-stellen stellen stellenmarkt stellenausschreibungen
        jobangebote jobboerse
        jobportal arbeiten-bei-uns arbeite-bei-uns ausbildung praktikum bewerbung jobs-karriere jobs-und-karriere
        karriere-jobs mitarbeit
        carriere carrieres recrutement emploi emplois offres-d-emploi offres-demploi offre-d-emploi nous-rejoindre
        rejoignez-nous
        nos-offres nos-offres-d-emploi postes-a-pourvoir travailler-chez-nous
        empleo empleos trabaja-con-nosotros trabaja-con-nosotras unete unete-a-nosotros ofertas-de-empleo ofertas-de-trabajo
        bolsa-de-empleo
        carreras vacantes trabajo
        lavora-con-noi lavora carriera carriere posizioni-aperte offerte-di-lavoro opportunita lavoro unisciti-a-noi
        vacatures vacature werken-bij werken-bij-ons werkenbij banen loopbaan onze-vacatures werk
        carreira carreiras trabalhe-conosco vagas vagas-abertas oportunidades recrutamento junte-se-a-nos emprego empregos
        kariera praca oferty-pracy praca-u-nas dolacz-do-nas rekrutacja wolne-stanowiska oferta-pracy pracuj-z-nami
        wir-suchen wir-suchen-dich arbeiten-bei jobs-bei karriere-bei initiativbewerbung careers-at working-at jobs-at
        travailler-avec-nous travailler-chez candidature-spontanee offres-emploi bolsa-de-trabajo talento trabajar-en trabaja-en
        oferta-empleo oferta-de-empleo ofertas-empleo opportunita-di-lavoro lavorare-in lavora-in stages open-sollicitatie
        trabalhe-na trabalhe-no praktyki-i-staze praktyki dolacz-do-zespolu praca-w
    """,
    PageType.LEGAL: """
        privacy privacy-policy privacypolicy privacy-notice privacy-statement data-protection cookie-policy cookies cookie
        cookie-notice terms
        terms-of-service terms-of-use terms-and-conditions terms-conditions tos legal disclaimer accessibility gdpr
        conditions eula refund-policy
        shipping-policy return-policy licence license modern-slavery-statement
        datenschutz datenschutzerklaerung datenschutzhinweise datenschutzinformation agb nutzungsbedingungen
        haftungsausschluss
        widerruf widerrufsbelehrung barrierefreiheit cookie-richtlinie rechtliches rechtliche-hinweise hinweisgebersystem
        politique-de-confidentialite confidentialite cgu cgv conditions-generales donnees-personnelles vie-privee
        accessibilite
        politica-de-privacidad privacidad politica-de-cookies terminos terminos-y-condiciones condiciones condiciones-de-uso
        proteccion-de-datos
        privacy-e-cookie informativa-privacy termini-e-condizioni condizioni-generali informativa-sulla-privacy
        privacyverklaring privacybeleid algemene-voorwaarden voorwaarden cookiebeleid
        politica-de-privacidade privacidade termos termos-de-uso termos-e-condicoes lgpd
        polityka-prywatnosci regulamin rodo polityka-cookies ochrona-danych
        terms-of-sale accessibility-statement allgemeine-geschaeftsbedingungen barrierefreiheitserklaerung cookie-einstellungen
        protection-des-donnees politique-cookies politica-privacidad politica-cookies condiciones-generales condiciones-de-venta
        condizioni-di-vendita informativa-cookie cookieverklaring condicoes-gerais polityka-plikow-cookies
    """,
    PageType.PRODUCT: """
        product products shop store solutions solution services service pricing prices plans features platform catalog
        catalogue collections collection
        item product-category product-categories portfolio projects project case-studies industries applications software
        produkte produkt leistungen leistung loesungen loesung dienstleistungen dienstleistung preise angebot angebote
        referenzen
        projekte sortiment artikel-detail branchen
        produits produit nos-produits solutions-et-services prestations tarifs boutique realisations
        productos producto servicios servicio soluciones precios tienda proyectos
        prodotti prodotto servizi servizio soluzioni prezzi negozio progetti
        producten diensten dienst oplossingen prijzen winkel projecten
        produtos produto servicos servico solucoes precos loja projetos
        produkty uslugi usluga rozwiazania cennik sklep oferta realizacje
        webshop tarieven tarifs realizzazioni listino-prezzi portefolio portofolio serwis
    """,
    PageType.BLOG: """
        blog blogs news newsroom press press-releases press-release media articles article insights stories magazine events
        event webinars podcast
        updates tag tags author archive archives post posts latest-news resources whitepapers feed
        aktuelles neuigkeiten nachrichten presse pressemitteilungen pressemitteilung artikel beitrag beitraege magazin
        veranstaltungen
        termine meldungen ratgeber wissen mediathek
        actualites actualite actu actus nouvelles communiques evenements
        noticias noticia novedades prensa articulos eventos actualidad
        notizie novita stampa comunicati articoli eventi
        nieuws nieuwsbrief berichten artikelen evenementen pers
        novidades imprensa artigos
        aktualnosci wiadomosci artykuly wydarzenia prasa
        category agenda company-news comunicati-stampa persberichten sala-de-prensa dla-mediow actueel salle-de-presse
    """,
}

SLUGS: Final[dict[str, PageType]] = {slug: page_type for page_type, words in reversed(_WORDS.items()) for slug in words.split()}
"""Slug to type; a slug of two types is the more valuable one's, which stands first above."""

LANGUAGES: Final = frozenset(
    """
    en de fr es it nl pt pl us uk gb at ch be ca br mx ie au nz int www intl global eu en-us en-gb en-uk en-ca en-au en-ie
    en-eu en-de
    de-de de-at de-ch fr-fr fr-ch fr-be fr-ca es-es es-mx it-it it-ch nl-nl nl-be pt-br pt-pt pl-pl english deutsch francais
    espanol
    italiano nederlands portugues polski cs sk hu ro bg hr sl sr da sv no nb fi et lv lt el tr ru uk-ua ua ja jp ko zh cn
    zh-cn ar he
    """.split()  # noqa: SIM905 - a word list reads better as words
)
"""Leading segments that name a language or country."""

PLACES: Final = frozenset(
    """
    locations location offices branches our-locations store-locator stores where-we-are showrooms
    standorte niederlassungen filialen geschaeftsstellen vertretungen
    agences implantations points-de-vente plan-d-acces plan-acces magasins
    delegaciones oficinas sedes tiendas sucursales
    sedi filiali punti-vendita negozi
    vestigingen locaties route-en-parkeren winkels
    unidades lojas filiais escritorios
    oddzialy biura sklepy-stacjonarne punkty-sprzedazy placowki
    """.split()  # noqa: SIM905
)
"""Pages that list where a company is: addresses and phones of each place."""

POSSESSIVES: Final = (
    "our-", "the-", "unsere-", "unser-", "ihre-", "ihr-", "die-", "das-", "nos-", "notre-", "les-", "le-", "la-", "l-",
    "nuestros-", "nuestras-", "nuestro-", "nuestra-", "los-", "las-", "el-", "i-nostri-", "le-nostre-", "il-nostro-",
    "la-nostra-", "il-", "onze-", "ons-", "de-", "het-", "nossos-", "nossas-", "nosso-", "nossa-", "os-",
    "as-", "a-nossa-", "o-nosso-", "nasze-", "nasza-", "nasz-", "nasi-",
)  # fmt: skip
"""How sites begin the name of a page that is their own: `unsere-leistungen` is `leistungen`."""

COMPANY_PREFIXES: Final = ("about-", "ueber-", "uber-", "a-propos-de-", "sobre-a-", "chi-e-")
"""What a company's own name follows on the page about it: `ueber-nordlicht`."""

CONTAINERS: Final = frozenset(
    {"pages", "node", "page", "site", "web", "home", "index", "index-php", "cms", "content", "public", "main", "app", "p"}
)
"""Segments that say nothing about the page below them."""

POSTING_SECTIONS: Final = frozenset(
    """
    jobs job vacancies vacancy open-positions open-roles openings job-openings positions position job-offers job-listings
    opening
    stellenangebote stellenangebot offene-stellen stellen stelle stellenausschreibungen stellenausschreibung jobangebote
    jobboerse
    offres-d-emploi offres-demploi offre-d-emploi emploi emplois offres ofertas-de-empleo ofertas-de-trabajo empleos
    vacantes vacante
    offres-emploi oferta-empleo oferta-de-empleo offerta-di-lavoro
    posizioni-aperte offerte-di-lavoro vacatures vacature vagas vaga oferty-pracy oferta-pracy current-vacancies
    current-openings
    """.split()  # noqa: SIM905
)
"""Sections whose pages are single postings, whatever their names."""

WEAK_WORDS: Final = frozenset(
    """
    lawyers attorneys abogados avocats anwaelte rechtsanwaelte doctors physicians providers experts professionisti profesionales
    direction directors founders employees crew persone personen people ludzie time board management leadership
    faculty
    work werk trabajo lavoro praca job jobs positions position opportunities oportunidades opportunita employment openings
    """.split()  # noqa: SIM905
)
"""Words that name a page when they stand alone, but not at the end of a longer name (`family-law-attorneys`)."""

JOB_OVERVIEWS: Final = frozenset(
    """
    search all list index benefits culture students graduates internships internship faq faqs apply application locations
    departments
    teams team life values diversity categories category process how-we-hire alerts login register jobsuche suche bewerbung
    bewerbungsprozess ausbildung studenten schueler praktikum initiativbewerbung jobs careers stellenangebote kultur
    vorteile
    """.split()  # noqa: SIM905
)
"""Pages in a careers section that are no single posting."""

JOB_WORDS: Final = frozenset(
    """
    engineer developer manager consultant analyst designer architect specialist assistant director technician administrator
    intern internship
    accountant nurse sales representative officer scientist lead senior junior head coordinator supervisor operator driver
    mechanic
    entwickler entwicklerin ingenieur ingenieurin sachbearbeiter sachbearbeiterin mitarbeiter mitarbeiterin leiter leiterin
    berater beraterin
    projektleiter techniker werkstudent werkstudentin auszubildende azubi referent fachkraft pflegefachkraft elektroniker
    monteur kaufmann
    kauffrau vertrieb softwareentwickler teamleiter mechatroniker
    ingenieur-e developpeur responsable charge chargee assistante technicien commercial conseiller stagiaire alternance
    ingeniero desarrollador gerente analista tecnico asesor comercial becario ingegnere sviluppatore responsabile addetto
    tirocinio
    medewerker ontwikkelaar adviseur monteur-e stagiair engenheiro desenvolvedor coordenador estagio
    inzynier programista specjalista kierownik asystent mlodszy starszy praktykant
    """.split()  # noqa: SIM905
)
"""Words of job titles, in the forms that slugs have."""

JOB_ENDINGS: Final = (
    "manager", "leiter", "leiterin", "ingenieur", "ingenieurin", "entwickler", "entwicklerin", "techniker", "technikerin",
    "mitarbeiter", "mitarbeiterin", "berater", "beraterin", "monteur", "mechaniker", "meister", "fachkraft", "helfer",
    "fahrer", "assistent", "assistentin", "kaufmann", "kauffrau", "medewerker", "adviseur", "ontwikkelaar", "leider",
    "verkoper", "verpleegkundige",
)  # fmt: skip
"""Ends of the compounds that job titles are in German and Dutch: `vertriebsmitarbeiter`, `accountmanager`."""
