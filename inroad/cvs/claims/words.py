"""Words as the fact gate compares them: tokens, stems, synonyms and the words that claim nothing.

The lists are English first: that is what most CVs for international postings are written in. Words of other languages are
compared by stem and spelling alone, so a rewording there is held to the person's own words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

TOKEN = re.compile(r"\w+(?:[.]\w+)*(?:\+\+|#)?")
MAX_LINE_CHARS = 4_000


def word_set(text: str) -> frozenset[str]:
    """Split a list of words written as one text."""
    return frozenset(text.split())


FUNCTION_WORDS = word_set(
    """a an the and or but nor so yet of in on at by for with without to from into onto over under up down out off as than
    then that which who whom whose this these those it its is are was were be been being am do does did have has had
    having will would can could may might shall should must i me my mine we us our they them their he she his her you
    your one no not only also both each every all any some such same other another more most less least very too just
    well via per through throughout across between among within during before after since until while when where how
    why what if because about above below again against around along upon toward towards there here thus hence
    therefore thereby whereby plus including etc own while whereas still now already ever even s t d ll re ve rather
    instead using use used like amid despite except respectively"""
)
# Words that any CV may use to join the person's facts: they say how it is told, not what happened.
NEUTRAL_WORDS = word_set(
    """experience experienced expertise skill skilled background focus focused strong proven solid hands practical passionate
    motivated reliable pragmatic careful dedicated enthusiastic keen effective efficient successful successfully key
    core main major various several multiple many wide range broad deep role responsible responsibility
    responsibilities work worked working professional career job position duty duties result resulting achieve
    achieved achievement help enable enabled enabling allow allowed allowing ensure ensured ensuring provide provided
    providing deliver delivered delivering include included make made making bring brought bringing take took taking
    get got getting give gave giving let keep kept keeping new good great high low better best large small big
    significant significantly considerable considerably substantially greatly quickly rapid rapidly faster quicker
    slower smoothly fully directly day daily basis overall total entire whole end time way thing part end part area
    level based related level current currently previous previously former formerly recent recently today year years
    month months week weeks looking seeking known able specialise specialised specialising specialist enjoy love care
    value bringing years' spanning combining comes comfortable committed track record about roughly approximately
    nearly almost around least most over under up half third quarter percent amount number approach approximately
    effectively efficiently closely jointly together collaboration need needed aim aimed goal order fewer means set
    kind type different existing additional further next last later earlier first second final finally initial
    initially once twice remain stay started begin began come came go went put"""
)

# Verbs of every CV: they say what kind of deed it was, and nothing of what it was about.
COMMON_DEEDS = word_set(
    """build built building develop developed developing create created creating implement implemented implementing design
    designed designing write wrote writing author authored lead led leading manage managed managing own owned owning
    run ran running drive drove driving cut cutting reduce reduced reducing lower lowered decrease decreased increase
    increased increasing raise raised grow grew growing boost boosted improve improved improving introduce introduced
    introducing establish established launch launched launching set support supported supporting maintain maintained
    operate operated oversee oversaw supervise supervised spearhead spearheaded coordinate coordinated organise
    organised organize organized contribute contributed participate participated assist assisted collaborate
    collaborated present presented handle handled conduct conducted perform performed plan planned change changed
    changing optimise optimised optimize optimized shorten shortened trim trimmed slash slashed halve halved double
    doubled bring save saved saving hold held serve served serving involve involved turn turned head headed"""
)

_IRREGULAR = {
    past: verb
    for pair in [
        "built:build",
        "rebuilt:rebuild",
        "led:lead",
        "ran:run",
        "wrote:write",
        "rewrote:rewrite",
        "written:write",
        "grew:grow",
        "grown:grow",
        "brought:bring",
        "took:take",
        "taken:take",
        "taught:teach",
        "drove:drive",
        "driven:drive",
        "began:begin",
        "begun:begin",
        "made:make",
        "held:hold",
        "kept:keep",
        "sold:sell",
        "spoke:speak",
        "spoken:speak",
        "won:win",
        "rose:rise",
        "risen:rise",
        "fell:fall",
        "fallen:fall",
        "shrank:shrink",
        "shrunk:shrink",
        "oversaw:oversee",
        "overseen:oversee",
        "went:go",
        "gave:give",
        "given:give",
        "chose:choose",
        "chosen:choose",
        "sped:speed",
        "spent:spend",
        "saw:see",
        "seen:see",
        "met:meet",
        "lost:lose",
        "left:leave",
        "got:get",
        "dealt:deal",
        "bought:buy",
        "stood:stand",
        "understood:understand",
        "caught:catch",
        "fed:feed",
        "found:find",
        "paid:pay",
        "sent:send",
        "shown:show",
        "split:split",
        "thought:think",
        "people:person",
        "men:man",
        "women:woman",
        "children:child",
        "data:data",
        "analyses:analysis",
        "criteria:criterion",
        "media:media",
        "indices:index",
        "staff:staff",
        "nightly:night",
        "daily:day",
        "monthly:month",
        "weekly:week",
        "yearly:year",
        "annual:year",
        "annually:year",
        "hourly:hour",
        "quarterly:quarter",
    ]
    for past, verb in [pair.split(":")]
}

# One line a group: words that people exchange for each other in a CV. Used to see that two lines speak of the same thing.
_SYNONYMS = """
cut reduce lower decrease shrink trim slash shorten drop lessen minimise halve save bring decline reduction savings less
fewer fall shave curb
increase raise grow boost lift expand rise growth gain double triple scale up higher more extend
improve better enhance optimise faster speed accelerate quicker quick speedup quicken
build develop create implement make write engineer construct produce craft code program author compose put
design architect plan architecture devise shape lay
lead head manage direct run oversee supervise spearhead steer drive captain leadership leader charge
own responsible charge drive run
coordinate organise arrange orchestrate plan
migrate move port transition shift convert transfer switch relocate replatform
deploy release ship roll rollout launch deliver publish push deployment delivery
introduce establish start initiate launch found bring set adopt adoption institute
replace swap substitute supersede retire switch
automate automatic script automation automatically
maintain operate run support keep administer service handle upkeep care tend
mentor coach train guide teach tutor advise instruct develop mentee
review check inspect audit assess examine
fix repair solve resolve correct remedy debug patch
remove eliminate delete drop retire get rid
consolidate merge combine unify unite fold
rewrite refactor rework redesign rebuild overhaul restructure
analyse study investigate examine evaluate explore research look
present speak talk give deliver
customer client user account subscriber
team group squad crew unit
engineer developer programmer coder dev
colleague peer coworker teammate
staff employee person member worker people headcount individual
company firm organisation business employer org enterprise
country nation market
student pupil learner participant trainee
latency delay lag response wait
cost spend expense bill spending price expenditure
incident outage failure downtime disruption
page alert alarm call
error defect bug fault mistake failure
pipeline workflow flow process chain
service microservice
application app software tool program product system
website site web
test testing tests
document doc documentation paper guide runbook handbook manual
report dashboard
database db store datastore
repository repo
environment env
infrastructure infra platform
revenue turnover sale income
throughput performance speed
duration time length
deploy deployment
request call query
job task batch
record row entry
transaction payment order
event message
server machine node host box instance
cluster clusters
warehouse dwh
site plant location office branch factory
month monthly
year annual yearly annually
day daily
week weekly
hour hourly
night nightly overnight
quarter quarterly
cloud hosted
internal inhouse
model algorithm
feature functionality capability
standard norm rubric guideline convention
course class lesson workshop training session
conference summit meetup
paper article publication post piece
contract agreement deal
supplier vendor
hire recruit recruitment hiring onboard
schedule timetable rota
monitor observe observability monitoring watch
secure security
access permission
backup back
availability uptime
stakeholder partner
budget fund money
minute min
second sec
million m
award prize
degree diploma
begin start
end finish complete conclude
use apply utilise employ leverage rely adopt
reliability stability availability stable reliable
manual hand manually
half 50
legacy old
load traffic
storage store disk
region zone area
partition shard
interface ui frontend
api endpoint interface
cycle round period
shop store outlet
client guest visitor
phase stage step
guideline rule policy
portal platform
patient person
ward unit
procedure process routine
exam test
school university college academy
""".strip().splitlines()


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line.

    Attributes:
        text: As written.
        stem: Folded form that is compared.
        start: First character in the line.
        end: Character after the last.
    """

    text: str
    stem: str
    start: int
    end: int


def split_words(text: str) -> list[Word]:
    """Split a line into words; a compound with hyphens gives its parts."""
    return [Word(found[0], stem(found[0]), found.start(), found.end()) for found in TOKEN.finditer(text[:MAX_LINE_CHARS])]


def content_words(words: list[Word]) -> list[Word]:
    """Keep the words that carry a meaning of their own: no function words, no digits."""
    return [word for word in words if word.text.lower() not in FUNCTION_WORDS and not word.text[0].isdigit()]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Fold a word to a form in which inflections and British or American spelling agree.

    >>> stem("migrations") == stem("Migrated")
    True
    """
    word = word.lower().removesuffix("'s")
    word = _IRREGULAR.get(word, word)
    if len(word) <= 3 or not word.isalpha():
        return word
    word = word.replace("isation", "ization").replace("our", "or") if len(word) > 5 else word
    for ending, kept in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending):
            word = word.removesuffix(ending) + kept
            break
    else:
        word = word[:-1] if word.endswith("s") and word[-2] not in "sui" else word
    word = _IRREGULAR.get(word, word)
    for ending in ("ization", "ising", "izing", "ised", "ized", "ise", "ize"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending) + "iz"
    for ending in (
        "ations",
        "ation",
        "ating",
        "ated",
        "ate",
        "ingly",
        "edly",
        "ments",
        "ment",
        "ings",
        "ing",
        "ions",
        "ion",
        "ed",
        "ers",
        "er",
        "ors",
        "or",
        "ly",
    ):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= (4 if ending in {"er", "ers", "or", "ors", "ate", "ion", "ly"} else 3):
            word = rest
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    word = word.removesuffix("e") if len(word) > 3 else word
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    for index, line in enumerate(_SYNONYMS):
        for word in line.split():
            groups.setdefault(stem(word), set()).add(index)
    return {known: frozenset(indices) for known, indices in groups.items()}


@lru_cache(maxsize=100_000)
def same_meaning(one: str, other: str) -> bool:
    """Tell whether two stems are the same word, synonyms of the list, or a compound and its part ("microservice")."""
    if one == other:
        return True
    if not _groups().get(one, frozenset()).isdisjoint(_groups().get(other, frozenset())):
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= 6 and (long.startswith(short) or long.endswith(short)):
        return True
    return len(short) >= 7 and short[:6] == long[:6] and len(long) - len(short) <= 4


def is_common(word: str) -> bool:
    """Tell whether a lower-case word is one that any CV may use: it joins, praises, does, or is in the list of synonyms."""
    return word in FUNCTION_WORDS or word in NEUTRAL_WORDS or word in COMMON_DEEDS or stem(word) in _groups()


def meanings(word_stem: str) -> frozenset[str | int]:
    """Return the keys under which a stem is indexed: itself and the groups of synonyms that it belongs to."""
    return frozenset((word_stem, *_groups().get(word_stem, ())))


def is_supported(word_stem: str, stems: frozenset[str]) -> bool:
    """Tell whether any of the stems means the same as one stem."""
    return word_stem in stems or any(same_meaning(word_stem, other) for other in stems)
