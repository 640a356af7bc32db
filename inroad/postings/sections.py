"""The headings of postings, and what kind of section each opens, in English, German, French, Spanish,
Italian, Dutch, Portuguese, Polish and (the commonest) Swedish and Danish.

One table serves both the structuring of descriptions and the recognition of job pages. A line is a heading by its form
(short, no sentence) and its words.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_HEADING_CHARS: Final = 90

KINDS: Final = ("responsibilities", "must", "nice", "benefits", "about", "other")

# Searched in this order; the first that fits wins, so that "nice to have skills" is not "must".
_WORDS: Final[dict[str, str]] = {
    "nice": (
        r"nice[ -]to[ -]haves?|bonus(?: points| skills| qualifications)?\b(?! (?:scheme|program|plan|and))|preferred"
        r"|desirable|desired|pluses|"
        r"a plus|is a plus|good to have|great to have|ideally|advantageous|extra credit|would be (?:great|nice|a plus)"
        r"|optional|"
        r"brownie points|(?:it|that|it'd) (?:would )?be (?:great|nice|good|a plus)|even better|stand out|"
        r"von vorteil|wunschenswert|idealerweise|plus ?punkte|bonuspunkte|nice|kann-kriterien|"
        r"un plus|atouts?|serait un plus|apprecie(?:e?s)?|souhaite(?:e?s)?|"
        r"deseables?|valorable|se valorara|plus\b|valoramos|"
        r"gradit[oaie]|requisiti preferenziali|preferenzial[ei]|costituisc\w+ (?:titolo preferenziale|un plus)|"
        r"een pre|pluspunten|mooi meegenomen|leuk als|"
        r"mile widziane|dodatkowe atuty|dodatkowym atutem|diferenciais|diferencial|valorizamos|sera um diferencial|desejavel"
        r"|meriterande"
    ),
    "benefits": (
        r"benefits?|perks?|what we offer|we offer|what'?s in it for you|in it for you|"
        r"why (?:join|work|you'?ll love|[\w.&-]{2,30}\Z)|"
        r"our offer|"
        r"compensation|salary|pay range|remuneration|rewards|what you(?:'ll| will)? get|what you can expect|you get|we provide|"
        r"what we give|package|"
        r"wir bieten|was wir bieten|das bieten wir|unser angebot|deine vorteile|ihre vorteile|vorteile"
        r"|darauf (?:kannst|konnen)|benefits|"
        r"das erwartet dich bei uns|freuen sie sich|freu dich|dein mehrwert|was wir dir bieten|wir bieten (?:dir"
        r"|ihnen)|gehalt|vergutung|"
        r"was (?:dich|sie) (?:bei uns )?erwartet|unsere leistungen|warum wir|"
        r"nous (?:vous )?offrons|ce que nous (?:vous )?(?:offrons|proposons)|avantages|pourquoi nous|nous (?:vous )?proposons|"
        r"les plus du poste|remuneration|pourquoi nous rejoindre|"
        r"ofrecemos|que ofrecemos|te ofrecemos|beneficios|ventajas|condiciones|lo que ofrecemos|se ofrece|salario|"
        r"(?:cosa )?(?:ti )?offriamo|si offre|l'azienda offre|retribuzione|vantaggi|condizioni|perche (?:noi|scegliere noi"
        r"|unirti a noi)|"
        r"wat (?:wij|we) (?:je |jou |u )?bieden|wat bieden (?:wij|we)(?: jou)?|(?:wij|we) bieden(?: je| jou)?"
        r"|dit bieden (?:wij|we)"
        r"|ons aanbod|arbeidsvoorwaarden|wat krijg je|wat je (?:van ons )?krijgt|dit krijg je|"
        r"oferujemy|co oferujemy|nasza oferta|benefity|co zyskujesz|o que oferecemos|oferecemos|beneficios|vantagens"
        r"|vi erbjuder|vi tilbyder"
    ),
    "responsibilities": (
        r"responsibilit\w*|duties|what you(?:'ll| will)? (?:do|be doing|work on|own)|(?<!what )you(?: will|'?ll)(?! (?:need"
        r"|have|bring|be|get|receive|love|find|enjoy))|your (?:role"
        r"|tasks|mission|impact|job|day)|"
        r"the role|the job|the position|the work|role (?:overview|summary|description|purpose)|job (?:description|summary"
        r"|purpose"
        r"|duties)|"
        r"position (?:summary|overview|description)|day[ -]to[ -]day|key (?:tasks|accountabilities|activities"
        r"|deliverables)|tasks|"
        r"in this role|a typical day|how you(?:'ll| will) make an impact|essential functions|accountabilities"
        r"|about the (?:role|job|position|work)|"
        r"scope of work|main activities|the opportunity|examples of duties|what you get to do|"
        r"(?:deine|ihre|die|meine|unsere)? ?aufgaben\w*|aufgabengebiet|tatigkeit\w*|was dich erwartet|das erwartet (?:dich"
        r"|sie)|"
        r"das (?:machst|tust) du|dein job|deine rolle|deine mission|verantwortung\w*|stellenbeschreibung|dein beitrag|"
        r"so sieht dein|womit du|deine herausforderung\w*|einsatzgebiet|ihr verantwortungsbereich|"
        r"(?:vos|tes|les|principales)? ?missions?|responsabilites|taches|votre role|le poste|description du poste"
        r"|vos activites|"
        r"ce que vous ferez|au quotidien|descriptif du poste|attributions|"
        r"responsabilidades|funciones|tareas|tus funciones|tu mision|que haras|descripcion del puesto|el puesto|tus retos"
        r"|mision|"
        r"responsabilita|mansioni|(?:le tue |principali )?attivita(?: principali)?|compiti|(?:il tuo )?ruolo|cosa farai"
        r"|descrizione (?:del ruolo|della posizione)"
        r"|di cosa ti occuperai|la posizione|"
        r"(?:jouw |je |de )?(?:taken|werkzaamheden|functie(?!-? ?eisen)|rol)|functieomschrijving|wat ga je doen|dit ga je doen"
        r"|wat je gaat doen"
        r"|verantwoordelijkheden|takenpakket|jouw dag|hoe ziet je dag eruit|"
        r"(?:twoj |twoje |glowne )?(?:obowiazki|zadania)|zakres obowiazkow|czym bedziesz sie zajmowac|opis stanowiska|twoja rola"
        r"|responsabilidades|funcoes|atividades|o que vais fazer|o que voce vai fazer|descricao da (?:vaga|funcao)|missao"
        r"|arbetsuppgifter|dina arbetsuppgifter|om rollen|arbejdsopgaver|dine opgaver"
    ),
    "must": (
        r"(?:pre-?)?requisites?|requirements?|qualifications?|who you are|about you|what you(?:'ll| will)? (?:need"
        r"|bring|have)|you have"
        r"|your profile|skills|"
        r"what we(?:'re| are) looking for|we(?:'re| are) looking for|looking for|must[ -]haves?|experience"
        r"|candidate profile|your background|"
        r"essential(?: criteria)?|competenc\w+|what it takes|what we expect|we expect|expectations|you are|education"
        r"|knowledge|what makes you|expertise|who we(?:'re| are) looking for|"
        r"person specification|you(?:'?ll| will) (?:need|have|bring)|the ideal candidate|ideal candidate|minimum qualifications"
        r"|basic qualifications|certifications?|"
        r"(?:dein|ihr|das|unser|gesuchtes|das bringst du mit|mein)? ?profil\b|anforderung\w*|qualifikation\w*"
        r"|das bringst du mit|"
        r"was du mitbring\w*|was sie mitbring\w*|das bringen sie mit|voraussetzung\w*|das solltest du"
        r"|damit uberzeug\w*|kenntnisse|"
        r"das zeichnet (?:dich|sie) aus|wen wir suchen|wir suchen|wir erwarten|was wir erwarten|mitbringen"
        r"|dein hintergrund|das haben sie|so passt du|"
        r"(?:votre|ton|le)? ?profil(?: recherche| souhaite)?|competences|qualifications|prerequis|exigences"
        r"|ce que nous (?:re)?cherchons|"
        r"vous etes|qui etes[- ]vous|formation|savoir[- ](?:faire|etre)|criteres|"
        r"requisitos|perfil|tu perfil|que buscamos|buscamos|experiencia|lo que necesitas|conocimientos|formacion"
        r"|imprescindible|aptitudes|"
        r"habilidades|"
        r"requisiti(?: richiesti| minimi)?|(?:il tuo )?profilo(?: ricercato| ideale)?|competenze(?: richieste)?|chi (?:sei"
        r"|cerchiamo)|cosa cerchiamo"
        r"|cerchiamo|esperienza(?: richiesta)?|conoscenze|titoli? di studio|capacita|qualifiche|"
        r"(?:jouw |je |het )?profiel|functie-?eisen|vereisten|eisen|wat vragen (?:wij|we)|wat (?:wij|we) (?:van je "
        r"|van jou )?(?:vragen|zoeken"
        r"|verwachten)|wie (?:ben jij|zoeken wij|zoeken we)"
        r"|(?:wij|we) (?:zoeken|vragen|verwachten)|wat (?:breng je|neem je) mee|dit (?:breng|heb|ben) (?:je|jij)(?: mee"
        r"| in huis)?|jij (?:hebt|bent|beschikt)|kwalificaties|competenties|"
        r"(?:nasze )?(?:wymagania|oczekiwania)|czego oczekujemy|profil kandydata|wymagane kwalifikacje|kogo szukamy"
        r"|od kandydatow oczekujemy"
        r"|requisitos|o que procuramos|perfil(?: do candidato)?|qualificacoes|o que precisas|competencias"
        r"|kvalifikationer|krav|din profil|vi soker|dine kvalifikationer"
    ),
    "about": (
        r"about (?:us|the company|the team|our|[a-z0-9&. -]{2,30})|who we are|our (?:company|team|mission|story|values"
        r"|culture)|the (?:company|team)|"
        r"company (?:overview|description)|overview|introduction|summary|meet the team|life at|"
        r"uber uns|wir sind|wer wir sind|das sind wir|unternehmen|unser(?:e)? (?:team|mission|unternehmen)"
        r"|das unternehmen|einleitung|"
        r"a propos|qui sommes[- ]nous|l'entreprise|notre (?:entreprise|equipe|societe)|presentation|contexte|"
        r"sobre nosotros|quienes somos|la empresa|nuestra empresa|nuestro equipo|acerca de|"
        r"chi siamo|l'azienda|la nostra (?:azienda|storia)|il nostro team|su di noi|"
        r"over ons|wie (?:wij zijn|zijn wij)|ons bedrijf|het bedrijf|ons team|de organisatie|bedrijfsprofiel|"
        r"o nas|o firmie|kim jestesmy|sobre nos|quem somos|a empresa|om oss|om os|om foretaget"
    ),
    "other": (
        r"how to apply|apply|application(?: process| instructions)?|contact|equal (?:employment )?opportunit\w*|eeo"
        r"|diversity|interview process|"
        r"hiring process|recruitment process|next steps|disclaimer|privacy|location|additional information"
        r"|working hours|physical demands|"
        r"work environment|travel|start date|job type|department|schedule|process|"
        r"bewerbung\w*|kontakt|ansprechpartner\w*|interesse(?: geweckt)?|haben wir|datenschutz|jetzt bewerben|standort"
        r"|arbeitsort|eintritt|"
        r"klingt (?:gut|spannend)|noch fragen|weitere informationen|"
        r"postuler|candidature|comment postuler|processus de recrutement|informations complementaires|lieu|"
        r"como aplicar|solicitud|contacto|inscripcion|proceso de seleccion|informacion adicional|ubicacion|"
        r"come candidarsi|candidatura|candidati|invia (?:il tuo )?(?:cv|curriculum)|contatti|sede(?: di lavoro)?"
        r"|processo di selezione|informazioni aggiuntive|"
        r"solliciteren|solliciteer(?: nu)?|jak aplikowac|aplikuj|kontakt|lokalizacja|candidatar-se|como candidatar"
        r"|candidata-te|local|ansokan|sollicitatieprocedure|interesse\?|standplaats|locatie|meer informatie|vragen"
    ),
}
_PATTERNS: Final = tuple((kind, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")) for kind, words in _WORDS.items())

_LEADING: Final = re.compile(r"\A[\W\d_]+")
_SENTENCE_END: Final = re.compile(r"[.;,]\Z|[.!?] [A-ZÄÖÜÉ]")
_VERB_LIKE: Final = re.compile(
    r"\b(?:is|are|was|were|has|must|should|may|can be|ist|sind|werden|wird|est|sont|doit|es un|son)\b"
    r".{0,80}\b(?:a|an|the|to|ein|eine|der|le|la|un)\b"
)


def fold(text: str) -> str:
    """Lower case without accents, curly quotes made straight; for comparing headings, not for display."""
    lowered = text.replace("’", "'").replace("`", "'").replace("ß", "ss").lower().replace("ł", "l")
    if lowered.isascii():
        return lowered
    return "".join(char for char in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(char))


def heading_kind(line: str, *, marked: bool = False) -> str | None:
    """Tells which kind of section a line opens.

    Args:
        line: One line of a description, without its line break.
        marked: The line is set as a heading (its own blank-line block, an HTML heading, bold, a trailing colon), so that fewer
            of its words need to be a heading's.

    Returns:
        One of `KINDS`, or None when the line is no heading. A line with a list marker never is.
    """
    text = line.strip()
    if not text or len(text) > MAX_HEADING_CHARS or text.startswith("- "):
        return None
    ends_as_heading = text.endswith((":", "?", "…", "..."))
    words = fold(_LEADING.sub("", text)).rstrip(":?!.… ")
    if not words or (not ends_as_heading and _SENTENCE_END.search(text)):
        return None
    count = len(words.split())
    if count > 10 or (count > 5 and not ends_as_heading and not marked and not text.isupper()):
        return None
    for kind, pattern in _PATTERNS:
        found = pattern.search(words)
        if found and _is_the_heart(words, found, count, ends_as_heading or marked or text.isupper()):
            return kind
    return None


def _is_the_heart(words: str, found: re.Match[str], count: int, emphasised: bool) -> bool:
    """A heading's words are most of a short line, or open it: "Required skills", not "five skills workshops a year"."""
    share = (found.end() - found.start()) / len(words)
    if share >= 0.45 or (emphasised and (count <= 6 or found.start() == 0)):
        return not _VERB_LIKE.search(words)
    return found.start() == 0 and count <= 5
