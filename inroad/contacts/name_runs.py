# ruff: noqa: E501 - patterns and word lists are kept whole
"""Names within runs of capitalised words.

What lives here: where in "Our Team Jane Doe Head of Sales" a name begins and ends, and whether the words around it make it another
thing's (a street, a school, goods). What does not: where on a page runs stand (`people`), what a page says against a name
(`name_doubts`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from inroad.contacts.names import (
    COMMON_WORDS,
    HONORIFIC,
    NOT_SURNAMES,
    english_words,
    is_given_name,
    is_plain_word,
    is_run_together,
    is_surname,
    is_word_and_surname,
    may_be_surname,
    surname_words,
    surnames,
)
from inroad.contacts.roles import is_role

_UP: Final = "A-ZÀ-ÖØ-ÞĀ-ŽŁŚŻŹĆŃА-Я"
# Begins with a set of characters, so that the engine skips to one; what may not stand before it is asked afterwards.
RUN = re.compile(
    rf"[{_UP}](?<![\w@./#'’].)(?<!\w-.)[\w'’\-]*\.?(?: (?:(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|ter|ten|zu|zur|"
    rf"vom|bin|ibn|al|el|y|e|of|and|und|the) ){{0,2}}[{_UP}][\w'’\-]*\.?){{1,12}}"
)
_HONORIFIC_TOKEN = re.compile(rf"{HONORIFIC}\.?|Dr\.-\w+\.")
# "Arch", "Me", "Pan", "Coach" and "Father" are words too: behind them a name has two parts.
_SURE_HONORIFIC = re.compile(
    r"Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Doctor|Rev|Rabbi|Herr|Frau|M|Mme|Mlle|Monsieur|Madame|Maître|Señora?|Srta?|Sra|Sig|Sig\.ra|"
    r"Dott|Dott\.ssa|Avv|Dhr|Mevr|Mw|Pani|Rechtsanw(?:alt|ältin)|Notar|Steuerberater(?:in)?"
)
_INITIAL = re.compile(rf"[{_UP}]\.?(?:[{_UP}]\.)?")
_SURNAME = re.compile(
    rf"(?:(?:Mc|Mac|O['’]|D['’]|De|Di|Le|La|Van|Von|St\.)[{_UP}])?[{_UP}](?:[^\W\d_]|['’])+(?:-[{_UP}](?:[^\W\d_]|['’])+)*"
)
# Hanyu Pinyin (ISO 7098): an initial, a final; two syllables may be joined or hyphened.
_SYLLABLE: Final = (
    "(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:iang|uang|iong|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ui|ao|ou|iu|ie|ue|er|an|en|in|un|"
    "ia|ua|uo|a|o|e|i|u)"
)
_PINYIN = re.compile(rf"(?=[A-Z][a-z\-]{{2,11}}$)(?i:{_SYLLABLE}-?(?:{_SYLLABLE})?)")
_CHINESE_SURNAMES: Final = frozenset(
    """zhang wang li liu chen yang huang zhao wu zhou xu zhu hu guo lin gao luo zheng liang xie tang deng feng dong cheng cao shao
    ning xiao zeng peng pan yuan jiang cai jia ding wei xue ye yan yu lu fan su jin dai zhong xia fang shi yao liao zou xiong
    qin bai meng qiu hou kong shi cui tan tao qian mao hao gu kim lee park choi jung kang cho yoon jang""".split()  # noqa: SIM905
) - frozenset(("kong", "fan", "pan", "tan", "bai", "shi", "yuan", "fang", "xia", "dong", "jia", "zhong", "gu"))
_SURNAME_ENDING = re.compile(
    r"[^\W\d_]{2}(?:[sz]k[iy]|cki|wicz|ová?|eva?|[eo]vić|ić|ez|ini|elli|etti|sen|sson|dottir|poulos|idis|akis|shvili|nen|enko|chuk|o[gğ]lu)$"
)
_PARTICLES: Final = frozenset("van von der den de del della di da dos du la le ter ten zu zur vom bin ibn al el".split())  # noqa: SIM905
ENTITY_AFTER: Final = frozenset(
    """street st avenue ave road rd drive dr lane ln boulevard blvd way court ct place plaza square terrace highway hwy
    parkway pkwy circle park bridge river lake creek mountain hill hills valley beach bay island
    islands county city town township village airport station school schools university college institute academy
    foundation center centre hospital clinic church cathedral chapel museum library theatre theater hall hotel inn lodge
    resort restaurant cafe bar grill pub house houses building tower estate estates gallery studio studios shop store
    company co inc llc ltd limited llp lp plc gmbh ag kg corp corporation group associates association
    partners partnership bank insurance realty properties motors ford' honda toyota law firm attorneys award prize medal
    cup championship trophy tournament classic festival day memorial award awards collection series edition
    press publishing books records entertainment productions films news times post journal magazine herald tribune gazette
    & foods brands products international industries enterprises solutions systems technologies technology services
    trust fund society club team band orchestra quartet trio ensemble act bill amendment theorem method effect syndrome
    disease test scale formation fm tv radio network""".split()  # noqa: SIM905
)
_ENTITY_BEFORE: Final = frozenset(
    """st saint san santa fort mount mt lake port hotel via rue calle plaza rua avenida university college school hospital
    institute foundation castle cape villa chateau château château domaine casa place piazza cathedral church
    avenue street bank bridge museum house""".split()  # noqa: SIM905
)
# What the line may say next without making the name a thing's: a link's words, a heading's verb.
MAY_FOLLOW: Final = frozenset(
    """a an the he she it we our i my his her their they this that these in on at for with by from to of and or but as is was has since after
    before when while who what how why if not no yes all you your us me its there here email e-mail mail phone tel telephone
    mobile cell fax call text view read more less contact about profile bio biography website web site home linkedin twitter
    facebook send message meet learn joins joined wins won named appointed says said speaks talks gives takes becomes leads
    writes wrote presents discusses explains born died is will can may
    January February March April May June July August September October November December Monday Tuesday Wednesday Thursday
    Friday Saturday Sunday""".lower().split()
)


def names_in_run(run: str) -> list[tuple[int, int]]:
    """The names within a run of capitalised words, as ranges."""
    if not any(may_begin_name(token) for token in run.split(" ")):
        return []
    tokens = [(m.group(), m.start(), m.end()) for m in re.finditer(r"\S+", run)]
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(tokens):
        size, honorific = _name_length([t[0] for t in tokens[at : at + 8]])
        before = tokens[at - 1][0].lower().strip(".,") if at else ""
        after = _plain(tokens[at + size][0]) if size and at + size < len(tokens) else ""
        if size and before not in _ENTITY_BEFORE and not (after and _names_a_thing(tokens, at, size, honorific)):
            end = tokens[at + size - 1][2]
            text = run[tokens[at][1] : end]
            spans.append((tokens[at][1], end - 1 if text.endswith(".") and not re.search(r"(?:\b\w|Jr|Sr)\.$", text) else end))
            at += size
        else:
            at += size if size and honorific else 1
    return spans


@lru_cache(maxsize=20_000)
def may_begin_name(token: str) -> bool:
    """Whether a word is a known given name or an honorific, or may be a Chinese given name."""
    return is_given_name(token) or _HONORIFIC_TOKEN.fullmatch(token) is not None or is_pinyin(token)


@lru_cache(maxsize=20_000)
def is_pinyin(token: str) -> bool:
    """Whether a word is one or two syllables of romanised Chinese, and no English word: a given name before a Chinese surname."""
    return _PINYIN.fullmatch(token) is not None and not is_plain_word(token) and token.lower() not in surname_words()


def _names_a_thing(tokens: list[tuple[str, int, int]], at: int, size: int, honorific: bool) -> bool:
    """Whether the words behind a name make it another thing's: "John H. West Elementary School", "Randall Frost Thermostats"."""
    last = tokens[at + size - 1][0]
    behind = [_plain(token) for token, _, _ in tokens[at + size : at + size + 3]]
    if behind[0] in ENTITY_AFTER:
        return True
    if honorific or last.endswith(",") or (last.endswith(".") and len(last) > 2):
        return False
    if any(word in ENTITY_AFTER for word in behind[1:]) and not any(
        may_begin_name(word) or is_role(word, any_case=True) for word in behind
    ):
        return True
    follower = tokens[at + size][0]
    return (
        is_plain_word(follower)
        and not is_role(follower, any_case=True)
        and follower.lower().strip(".,:") not in MAY_FOLLOW
        and any(is_english_word(token) for token, _, _ in tokens[at : at + size])
    )


def _plain(token: str) -> str:
    return bare_word(token.lower()).strip("'’")


def is_english_word(token: str) -> bool:
    """Whether a name's part is an English word as well: "Frost" of "Randall Frost", "Rose" of "Rose Stone"."""
    word = bare_word(token).lower()
    return word in english_words() or word in surname_words() or word in COMMON_WORDS


def _name_length(tokens: list[str]) -> tuple[int, bool]:
    """How many tokens from the first on are one name; 0 for none."""
    at = 0
    while at < len(tokens) and at < 4 and _HONORIFIC_TOKEN.fullmatch(tokens[at]):
        at += 1
    if at >= len(tokens):
        return 0, False
    rest = tokens[at:]
    size = _after_honorific(rest, tokens[at - 1]) if at else _unannounced(rest)
    if at and not size and is_given_name(tokens[at - 1]):  # "Don Sullivan"
        at, size = at - 1, _unannounced(tokens[at - 1 :])
    return (at + size if size else 0), at > 0


def _after_honorific(tokens: list[str], honorific: str) -> int:
    """`Miss Collins`, `Dr. Jen`, `Prof. J. van der Berg`: one name is enough behind what is said of nothing but people."""
    first = tokens[0].rstrip(".,")
    alone = 1 if _SURE_HONORIFIC.fullmatch(honorific.rstrip(".")) and not is_run_together(first) else 0
    if is_given_name(first) or _INITIAL.fullmatch(tokens[0]):
        return _unannounced(tokens) or (alone if len(first) > 2 else 0)
    if not _SURNAME.fullmatch(first) or len(first) < 3 or first.lower() in NOT_SURNAMES or not may_be_surname(first):
        return 0
    following = len(tokens) > 1 and not tokens[0].endswith((".", ",")) and _is_last(tokens[1], first.isupper())
    return 2 if following else alone


def _unannounced(tokens: list[str]) -> int:
    """A given name, then initials and further given names, then one or two surnames, the first of which decides."""
    first = tokens[0]
    size = 1
    if not first[:1].isupper():  # "von" and "al" are given names somewhere, and particles here
        return 0
    if _INITIAL.fullmatch(first):
        if len(tokens) < 3 or not is_given_name(tokens[1]):
            return 0
        size = 2
    elif is_pinyin(first) and len(tokens) > 1 and _bare_lower(tokens[1]) in _CHINESE_SURNAMES:
        return 2
    elif not is_given_name(first) or (first.endswith(".") and not _INITIAL.fullmatch(first)):
        return 0
    upper = first.isupper() and len(first) > 2
    while size < min(len(tokens), 4) and (
        _INITIAL.fullmatch(tokens[size])
        or (tokens[size][0].isupper() and is_given_name(tokens[size]) and _more_follow(tokens, size, upper=upper))
    ):
        size += 1
    particles = size
    while particles < len(tokens) and tokens[particles].lower() in _PARTICLES and particles < size + 3:
        particles += 1
    if particles >= len(tokens) or not _is_last(tokens[particles], upper):
        return 0
    if size == 1 and first.lower() in COMMON_WORDS and (particles > size or not _is_listed(tokens[particles])):
        return 0
    end = particles + 1
    if (
        end < len(tokens)
        and not tokens[particles].endswith((".", ","))
        and _is_last(tokens[end], upper)
        and is_surname(bare_word(tokens[end]))
        and not is_role(tokens[end], any_case=True)
    ):
        starts_another = is_given_name(tokens[end]) and end + 1 < len(tokens) and _is_last(tokens[end + 1], upper)
        end += 0 if starts_another or bare_word(tokens[particles]) != tokens[particles] else 1
    return end


def _bare_lower(token: str) -> str:
    return bare_word(token).lower() if token[:1].isupper() else ""


def _is_listed(token: str) -> bool:
    bare = bare_word(token)
    return is_surname(bare) and (bare.isascii() or bare.lower() in surnames())


def _more_follow(tokens: list[str], size: int, *, upper: bool) -> bool:
    """Whether a given name in second place is no surname here: "Pedro Pablo Kuczynski" goes on, "Jane Blake" does not."""
    if size + 1 >= len(tokens) or tokens[size].endswith((".", ",")) or not _is_last(tokens[size + 1], upper):
        return False
    following = bare_word(tokens[size + 1])
    if is_role(following, any_case=True):
        return False
    return (
        is_surname(following)
        or _SURNAME_ENDING.search(following) is not None
        or (not is_surname(tokens[size]) and not is_word_and_surname(following))
    )


def bare_word(token: str) -> str:
    """A word without the possessive and the full stop behind it."""
    return re.sub(r"['’]s$", "", token.rstrip(".,"))


def _is_last(token: str, upper: bool) -> bool:
    bare = bare_word(token)
    if (
        not _SURNAME.fullmatch(bare)
        or bare.lower() in NOT_SURNAMES
        or bare.lower()
        in ENTITY_AFTER
        - {
            "park",
            "lane",
            "hall",
            "house",
            "hill",
            "fields",
            "banks",
            "bill",
            "price",
            "times",
            "post",
            "law",
            "bridge",
            "church",
            "way",
        }
    ):
        return False
    if (bare.isupper() != upper and len(bare) > 1) or is_run_together(bare):
        return False
    return may_be_surname(bare) and (
        len(bare) > 2
        or bare.lower()
        in {"li", "wu", "xu", "yu", "ma", "ng", "ho", "do", "vo", "le", "ko", "lo", "oh", "hu", "he", "lu", "fu", "ki", "an"}
    )
