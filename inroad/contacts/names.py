# ruff: noqa: E501 - patterns and word lists are kept whole
"""Personal names: telling them from other capitalised words.

What lives here: the shape of a name, the list of given names, honorifics and the words that only look like names. What does not:
where on a page people stand (`people`).

`given_names.txt` and `surnames.txt` hold the given names and the 20,000 commonest surnames of the 1990 United States census (a work
of the federal government, in the public domain) and our own lists for the languages of Europe, South Asia and the Near and Far
East. `english_words.txt` holds common English words from SCOWL (its notice stands beside it): many a rare surname of the census is a
word first ("Running", "Dress", "Bath"). `surname_words.txt` holds those that are well-known surnames all the same.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Final

MAX_NAME: Final = 80

HONORIFIC: Final = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Doctor|Sir|Dame|Lord|Lady|Rev|Reverend|Fr|Father|Hon|Judge|Capt|Captain|Lt|Col|"
    r"Gen|Sgt|Rabbi|Pastor|Herr|Frau|"
    r"Dipl\.-?\s?(?:Ing|Kfm|Kffr|Inf|Phys|Betriebsw|Psych|Chem|Volksw|Päd)|Ing|Mag|RA|RAin|StB|WP|Rechtsanwalt|"
    r"Rechtsanwältin|Steuerberater|Steuerberaterin|Notar|"
    r"M\.|Mme|Mlle|Monsieur|Madame|Maître|Me|Sr|Sra|Srta|Don|Doña|Señor|Señora|Sig|Sig\.ra|Dott|Dott\.ssa|Avv|Geom|Arch|Rag|"
    r"Dhr|Mevr|Mw|Drs|Ir|Pan|Pani|Inż|Hab|med|h\.c|"
    r"Priv\.-Doz|PD|Univ\.-Prof|Coach)"
)
_HONORIFICS_BEFORE = re.compile(
    rf"(?:{HONORIFIC}\.?\s{{1,2}}|(?:Dr|Prof|Mag|Ing|Dipl)\.(?:-?\w{{2,8}}\.)?\s{{0,2}}){{1,5}}(?=\S)"
)
_SUFFIX = re.compile(
    r"[\s,]{1,3}\(?(?:Jr|Sr|II|III|IV|Esq|Ph\.?\s?D|M\.?\s?D|J\.?\s?D|MBA|M\.?Sc|B\.?Sc|M\.?A|B\.?A|CPA|LL\.?M|LL\.?B|LCSW|"
    r"LMFT|LPC|PsyD|Psy\.D|DDS|D\.D\.S|DMD|RN|RDH|NP|PA-C|"
    r"PE|P\.E|AIA|CFA|CFP|PMP|FACS|OBE|MBE|CBE|FRCS|MSW|M\.?Ed|Ed\.?D|DVM|D\.?O|D\.?C|EFDA|DA|DMFT|CAE|SPHR|FAIA|Q\.?C|"
    r"K\.?C|MPH|LAC|RDN?|PT|DPT|OTR|CCC-SLP|BSN|MSN|LLC?)\.?\)?(?![\w])"
)
_PARTICLES: Final = frozenset(
    """van von der den de del della di da dos das du la le les el al bin ibn ben ter ten te zu zum zur vom af av y e i op
    't d' mac mc st st. san santa auf do den
    lo li dal dalla degli dei dello abu""".split()  # noqa: SIM905
)
_TOKEN = re.compile(
    r"(?:[A-ZÀ-ÖØ-ÞĀ-ŽА-Я](?:[a-zß-öø-ÿā-žа-я'’]+|\.)?(?:[-'’][A-ZÀ-ÖØ-ÞĀ-ŽА-Я]?[a-zß-öø-ÿā-žа-яA-Z]+)*|(?:Mc|Mac|O['’]|"
    r"D['’]|L['’]|De|Van|La|Le|Di|Du)[A-Z][a-zß-öø-ÿ]+|[A-Z]\.?-?[A-Z]\.?)"
)
_UPPER_TOKEN = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž][A-ZÀ-ÖØ-ÞĀ-Ž'’\-]+|[A-Z]\.")

NOT_SURNAMES: Final = frozenset(
    """about above access accessories account accounts active address adventure advertising advice after agency agreement
    agreements air airport all alley alliance america
    american analysis and animal answers apartment apartments apply appliances application applications appointment
    appointments april arbor architects architecture archive archives area arena
    art article articles arts assembly asset assets assistance associates association associations at attorney attorneys
    auction august australia austria auto automotive available
    avenue award awards baby back bakery ballroom bank banking bar basket bathroom bay beach bear beauty bed beer benefits
    bestseller best beverage bible bike bill bio biography birthday blog
    blogs blue board boat body book booking books boots box boulevard brand brands breakfast bridge britain brochure broker
    brokers building buildings bureau bus business button buy cafe calendar california call
    camera camp campaign campus canada canyon capital car card cards care career careers cars cart case cases cash casino
    castle catalog catalogue category center centers central centre certificate certification
    chair chairman challenge channel chapel charity chart chat check checkout chicago child children china christmas church
    cinema circle cities city class classes classic cleaning clear click client clients clinic
    close clothing cloud club coast code coffee collection college color colorado columbia commercial commission committee
    communication communications communities community company compliance computer computers
    concert conditions conference congress connect connection consent construction consultant consultants consulting
    contact contacts content control cookie cookies copyright corner corp corporate corporation cottage council counsel
    counseling country county course courses court cove coverage cream creations creative credit creek cross cruise culture
    currency current custom customer customers daily dance data database date dates day days deal dealer dealers
    deals december deck decision decor defense delivery demo dental dentist department deposit design designer designers
    designs desk detail details development device devices diamond dictionary digital dining dinner direct
    direction directions director directors directory discount disclaimer display distribution district division doctor
    document documentation documents does dog dollars domain donate door double download downloads downtown drive driver
    drivers
    drugs early earth east easter eastern economy edit edition editor editorial education electric electronics email
    emergency employee employees employer employment energy engine engineer engineering engineers england english enter
    enterprise
    enterprises entertainment environment equipment equity error estate estates europe european evaluation evening event
    events every example exchange executive exhibition experience expert experts express eye facebook facilities
    facility fair fall families family faq faqs farm farms fashion fast favorite features february federal fee feed
    feedback fees festival field file files film filter finance financial find fire first fish fishing fitness
    flag flight floor florida flower flowers follow food foods football for force foreign forest form forms fort forum
    forums foundation france franchise free fresh friday friends from front fruit fuel full fun fund funding furniture
    further future galleries gallery game games garage garden gardens gas gate general georgia german germany get gift
    gifts girl girls give glass glen global go gold golf good google government grand grant grants graphic graphics great
    green grill group groups grove growth guarantee guest guide guidelines guides gulf gym hair half hall hand harbor
    harbour hardware harmony have head health healthcare heating heights help here heritage high highlights highway hill
    hills
    history hockey holiday holidays hollow home homepage homes hospital hospitality hot hotel hotels hour hours house
    houses housing how human ice idea ideas image images inc india industries industry info information initiative inn
    innovation innovations
    insight insights inspection install installation institute institution insurance integration interest interior
    international internet interview into inventory invest investment investments investor investors invoice ireland island
    islands issue issues
    italian italy item items january japan jersey jewelry job jobs join journal july june junction justice key kids kingdom
    kitchen knowledge lab labs lake lakes lamp land landing landscape lane language languages laser last latest laundry law
    laws lawyer lawyers layout
    leader leaders leadership league learn learning lease leather legal lending lesson lessons letter level library license
    life light lighting limited line link links list listen listing listings lists literature live living llc loan loans
    local location locations
    lodge log login logo london long lot lounge love low ltd luxury machine magazine mail main maintenance make making mall
    man management manager managers manor manual manufacturing map maps march marina marine mark market marketing
    marketplace markets
    mart massage master material materials matters may meadow meadows meals media medical medicine meet meeting meetings
    member members membership memorial memory men menu message messages method mexico middle military mill mills mine
    mining ministry mission
    mobile model models modern moment monday money month monthly more mortgage motel motor motors mountain mountains movie
    movies moving museum music my name names nation national natural nature navigation network networks new news newsletter
    newsletters newspaper next
    night no north northern not note notes notice november now number numbers nursing nutrition ocean october of off offer
    offers office officer offices official oil old on online only open opening operations opinion opportunities opportunity
    options or orchestra order
    orders organic organisation organization original other our out outdoor outdoors outlet over overview own owner page
    pages paint painting palace panel paper papers park parking parks part partner partners partnership parts party pass
    passage password past path patient patients pay
    payment payments peak penalty people performance permission personal pest pet pets pharmacy phone photo photographer
    photographs photography photos picture pictures pier pizza place places plan plane planning plans plant plants plastic
    play player players plaza please plumbing plus point
    police policies policy politics pool popular port portal portfolio position post poster posts power practice practices
    preferences premium preparation presentation preservation president press previous price prices pricing primary print
    printing privacy private pro problem problems
    process product production productions products professional professionals profile profiles program programme programs
    project projects promotion promotions properties property protection provider public publication publications publisher
    publishing purchase quality quarter question questions
    quick quote quotes race radio ranch range ranking rate rates rating read ready real realty recent recipe recipes record
    records recovery recruitment red reference references refund region register registration related relations release
    releases religion relocation remodeling removal rent rental rentals repair
    repairs report reports request requests requirements rescue research reservation reservations reserve reserved
    residence residential resort resorts resource resources response restaurant restaurants restoration results retail
    retirement return returns review reviews rewards ridge right rights ring
    risk river road roads rock roofing room rooms route royal rules run safety saint sale sales salon sample san saturday
    save saving savings say says school schools science sciences score screen script sea seafood search season seat seats
    second section secure security see select self sell seller selling
    send senior september series server service services session set setting settings setup seven shape share shares sheet
    ship shipping shirt shirts shoes shop shopping shops shore short show shows side sign signs silver simple since site
    sitemap sites size skill skills skin skip sleep small smart social society software
    solar solicitors solution solutions song songs sound source south southern spa space spain special specialist
    specialists specials spirit sponsor sponsors sport sports spot spring springs square staff stage standard standards
    star start state statement statements states station statistics status stay steel
    step steps stock stone stop storage store stores stories story strategies strategy stream street streets strip student
    students studies studio studios study style styles subject submit subscribe subscription suite suites summary summer
    summit sun sunday supplies supply support surgery survey sustainability sweet
    swimming switzerland system systems table tag tags take tax taxes tea team teams tech technical technologies technology
    telephone television template tennis term terminal terms terrace territory test testimonial testimonials testing tests
    texas text the theater theatre theme theory therapy these this thursday tickets time times tip tips
    title to today toll tool tools top topic topics total tour tourism tours tower towers town toys track tracking trade
    trademark trading traffic trail trails train trainer training transfer transport transportation travel treatment
    treatments tree trees trial trip trips truck trucks trust tuesday tv twitter type types uk
    under unit united units universal university unlimited up update updates upgrade us usa use user users using vacation
    vacations valley value values van vehicle vehicles vendor vendors venture ventures venue verify version vet veterans
    via video videos view views villa village vision visit visitor visitors voice volume volunteer wall war
    warehouse warranty was watch water way we web weather website websites wedding weddings wednesday week weekend weekly
    weeks weight welcome well wellness west western what wheel when where white who wholesale why wi wild wildlife will
    wind window windows wine winter wire wish with woman women wood woods word words
    work workers working workplace works workshop workshops world worldwide write writing yacht yard year years yellow yes
    yoga york you young your youth zone zoo
    gmbh kg ag mbh ug gbr verein stiftung straße strasse str platz weg allee gasse ring impressum kontakt datenschutz
    startseite leistungen unternehmen agb über uns öffnungszeiten praxis kanzlei sarl sas spa srl bv nv sp oo
    mentions légales accueil nos notre vos votre conditions générales rue avenue place calle plaza via viale piazza corso
    aviso legal contacto inicio chi siamo contatti azienda over ons ulica ul kontakty strona główna oferta firma
    monday's north's southeast southwest northwest northeast michigan arizona ohio oregon virginia carolina dakota iowa
    utah nevada alabama alaska arkansas connecticut delaware hawaii idaho illinois indiana kansas kentucky louisiana maine
    maryland massachusetts minnesota
    mississippi missouri montana nebraska oklahoma pennsylvania tennessee vermont wisconsin wyoming dallas houston boston
    seattle denver phoenix portland angeles francisco diego antonio berlin paris munich münchen hamburg frankfurt köln wien
    zürich amsterdam madrid rome roma milano
    bluetooth wifi wordpress microsoft windows linkedin instagram youtube javascript""".split()  # noqa: SIM905
) - frozenset(
    """
        bill grant mark may rock young van will long love stone woods wood west hill hall king day park green white
        black brown gold silver banks banks' price wells rose reed bush forest marsh glen cross
    """.split()  # noqa: SIM905
)


# Given names that are also words of a text ("Tage Zeitpunkt", "Marine Welder", "Kerry Gandelow"): they need a known surname behind.
COMMON_WORDS: Final = frozenset(
    """tage marine kerry marche mobile magna nova viva pace mina storm ocean star stone page case chance chip sky sterling
    major royal virginia georgia carolina florida dakota houston dallas phoenix victory sunny
    min gene son dia día domingo nevada sierra meta dona lee rey magdalena candida maple spring crystal amber autumn summer
    winter christi mariä está esta jing nan hong tam diakonie hope faith joy dawn eve chase rusty sandy windy misty stormy
    rocky buddy angel genesis trinity heaven nicely earnest junior gun sherry brandy cherry olive basil herb laurel
    myrtle flora pearl opal jade coral garnet emerald diamond jewel ebony scarlet tawny marina vienna paris chelsea lourdes
    ava mercedes lexus bentley acer otto per juli rosé rose france les jene jolie""".split()  # noqa: SIM905
)


@lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """Lower-case given names, 6,000 of them; those left out that mostly mean something else (May, London, Royal)."""
    return _word_list("given_names.txt")


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Lower-case surnames, 20,000 of them."""
    return _word_list("surnames.txt")


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Lower-case English words, 48,000 of them, that are no well-known surnames."""
    return _word_list("english_words.txt")


@lru_cache(maxsize=1)
def surname_words() -> frozenset[str]:
    """Lower-case English words that are well-known surnames too: baker, brown, price."""
    return _word_list("surname_words.txt")


def _word_list(name: str) -> frozenset[str]:
    return frozenset(files("inroad.contacts").joinpath(name).read_text(encoding="utf-8").split())


def is_given_name(token: str) -> bool:
    """Whether a word is a known given name; of a double one (Hans-Peter) both halves are."""
    word = token.lower().strip(".'’")
    names = given_names()
    if word in names or ("-" in word and all(half in names for half in word.split("-"))):
        return True
    return not word.isascii() and _without_accents(word) in names


def _without_accents(word: str) -> str:
    """`inès` is `ines`; letters of other scripts stay."""
    return "".join(character for character in unicodedata.normalize("NFD", word) if not unicodedata.combining(character))


_ENGLISH_ENDING = re.compile(
    r"(?:ings?|tions?|ments?|ships?|ness|ables?|ities|ously|ally|ware|tics|ics|izer|isers?|ous|ful|less)$"
)


def is_surname(token: str) -> bool:
    """Whether a word is a known surname, or one in a script or spelling that English words do not have."""
    word = _bare_surname(token)
    if word in surnames():
        return word not in english_words()
    if "-" in word:
        return all(is_surname(half) for half in word.split("-") if half)
    return not word.isascii() and not word.isdigit()


def _bare_surname(token: str) -> str:
    """`O'Brien` is `obrien`, as the list writes it."""
    return token.lower().strip(".'’,").replace("'", "").replace("’", "")


def is_word_and_surname(token: str) -> bool:
    """Whether a word is a rare surname that is more often an English word ("Dress", "Blessing")."""
    word = token.lower().strip(".'’,")
    return word in surnames() and word in english_words()


def is_plain_word(token: str) -> bool:
    """Whether a word is a common English one, and no well-known name ("Showroom", "Dress")."""
    word = token.lower().strip(".'’,")
    return _is_english(word) or (word in NOT_SURNAMES and word not in given_names())


def _is_english(word: str) -> bool:
    return word in english_words() or (
        word.endswith("s") and len(word) > 4 and word not in surnames() and word[:-1] in english_words()
    )


# "LeroyBureaux", "SqFt", "WatsonAt": words that lost the space between them; names have capitals inside behind a prefix only.
HUMP = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_NAME_PREFIXES: Final = frozenset("mc mac fitz de di da du la le van von st san al el ben ter".split())  # noqa: SIM905


def is_run_together(token: str) -> bool:
    """Whether a word has a capital inside where no name has one (McKay, DeVries and MaryAnn have)."""
    if token.islower() or token[1:].islower() or token.isupper():
        return False
    for part in re.split(r"[-'’.]", token):
        first, *rest = HUMP.split(part)
        if rest and first.lower() not in _NAME_PREFIXES and not all(is_given_name(half) for half in (first, *rest)):
            return True
    return False


def may_be_surname(token: str) -> bool:
    """Whether a word may be a surname: it is a listed one, or neither an English word nor with the ending of one."""
    word = _bare_surname(token)
    if "-" in word:  # of a double name one half is known
        return any(is_surname(half) for half in word.split("-") if half)
    if is_surname(word) or is_word_and_surname(word):
        return True
    if not word.isalpha() or len(word) <= 2 or word in NOT_SURNAMES:
        return False
    return not _is_english(word) and not _ENGLISH_ENDING.search(word)


def split_name(text: str) -> tuple[str, str, str]:
    """Honorifics, the name itself, and degrees behind it."""
    text = " ".join(text.split())[:200]
    before = _HONORIFICS_BEFORE.match(text)
    start = before.end() if before else 0
    after = _SUFFIX.search(text, start)
    end = after.start() if after else len(text)
    return text[:start].strip(), text[start:end].strip(" ,;:-–|"), text[end:].strip(" ,")


def tidy_name(text: str) -> str:
    """A name without honorifics and degrees, capitals softened: `Dr. MAX MUSTERMANN` is `Max Mustermann`."""
    _, name, _ = split_name(text)
    if name.isupper() and len(name) > 5:
        name = re.sub(r"[^\W\d_]+", lambda m: m.group() if len(m.group()) == 1 else m.group().capitalize(), name)
    return name


def is_person_name(text: str, *, strict: bool = True) -> bool:
    """Whether a whole string is a person's name.

    Args:
        text: One line, with or without honorifics and degrees.
        strict: Demand a known given name or an honorific; otherwise the shape is enough, for places that are said to hold a name.
    """
    if not 4 <= len(text) <= MAX_NAME:
        return False
    honorific, name, degrees = split_name(text)
    if "," in name:
        last, _, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}"
    tokens = name.split()
    if not 1 <= len(tokens) <= 5 or (len(tokens) == 1 and not honorific):
        return False
    if not _is_shaped(tokens):
        return False
    if any(token.lower().strip(".,'") in NOT_SURNAMES for token in tokens[1:] or tokens):
        return False
    if not strict:
        return tokens[0].lower() not in NOT_SURNAMES or is_given_name(tokens[0])
    if honorific or degrees:
        return True
    if is_plain_word(tokens[-1]) and tokens[-1].lower() not in surnames():
        return False
    return is_given_name(tokens[0]) or (
        bool(re.fullmatch(r"[A-Z]\.", tokens[0])) and len(tokens) > 2 and is_given_name(tokens[1])
    )


def _is_shaped(tokens: list[str]) -> bool:
    pattern = _UPPER_TOKEN if all(token.isupper() for token in tokens) else _TOKEN
    words = 0
    for at, token in enumerate(tokens):
        if token.lower() in _PARTICLES and 0 < at < len(tokens) - 1:
            continue
        if token in {"Van", "Von", "De", "Del", "La", "Le", "Di", "Da"}:
            continue
        if not pattern.fullmatch(token):
            return False
        words += len(token.strip(".")) > 1
    last = tokens[-1].strip(".")
    return words >= 1 and (len(last) > 1 or len(tokens) == 2)
