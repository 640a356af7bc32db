"""The language of a text, from its script and its commonest short words: of postings, and of profiles and CVs.

Too little text gives None rather than a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_WORD = re.compile(r"[^\W\d_]+")
MAX_CHARS: Final = 20_000
MIN_HITS: Final = 3
MIN_SHARE: Final = 0.05
"""Least share of common words: bullet points of a CV have about 10 %, running text 30 to 45 %, another language under 4 %."""

LEAD: Final = 1.1
"""How much more often the best language's words must stand there than the second's; neighbours share many."""

_COMMON: Final = {
    "en": (
        "the and of to in for with you we our your are is will be or an as on this have that from who by at their "
        "not which were was"
    ),
    "de": (
        "und der die das den dem des wir sie ist sind mit für von zu auf im ein eine einen einer ihre deine du dich "
        "bei oder als sich nicht auch unser unsere werden dein ihnen zum zur über sowie wurde nach vom"
    ),
    "fr": (
        "le la les des et du de un une vous nous est sont pour avec dans sur au aux votre notre nos vos en que qui ou par d l été"
    ),
    "es": "el la los las de y en un una con para por del que nuestro nuestra se es tu te su al como más o experiencia somos",
    "it": "il lo la gli le di e un una con per del della che nostro nostra si è sono nel alla dei delle come più o al",
    "pt": "o a os as de e em um uma com para por do da que nosso nossa se é são no na dos das como mais ou ao você",
    "nl": "de het een en van in je wij voor met op zijn is te aan bij die dat ons onze als jouw ook naar of om jij door uit",
    "sv": "och att det som en för med på är vi av du till har kan din ditt om hos oss eller ett den mot från",
    "da": "og at det som en for med på er vi af du til har kan din dit om hos os eller et den ikke vil",
    "pl": "i w na z do się jest oraz dla nie że o od po przez lub nas jako twoje oferujemy pracy",
}
_TABLE: Final = {language: frozenset(words.split()) for language, words in _COMMON.items()}


_NAMES: Final = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch",
    "sv": "Swedish", "da": "Danish", "pl": "Polish", "el": "Greek", "ru": "Russian", "uk": "Ukrainian",
}  # fmt: skip


def language_name(code: str) -> str:
    """The English name of a language; the code itself where it is not known."""
    return _NAMES.get(code, code)


def detect_language(text: str) -> str | None:
    """Names the language of a text.

    Args:
        text: Plain text; its first `MAX_CHARS` characters are read.

    Returns:
        ISO 639-1 code among English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Polish, Greek, Russian
        and Ukrainian; None when fewer than `MIN_HITS` common words are found, they are a smaller share than `MIN_SHARE`, or two
        languages are about as likely.
    """
    lowered = text[:MAX_CHARS].lower()
    script = _script_language(lowered)
    if script is not None:
        return script
    words = Counter(_WORD.findall(lowered))
    scores = sorted(((sum(words[word] for word in known), language) for language, known in _TABLE.items()), reverse=True)
    (best, language), (second, _) = scores[0], scores[1]
    if best < MIN_HITS or best <= second * LEAD or best < words.total() * MIN_SHARE:
        return None
    return language


def _script_language(text: str) -> str | None:
    """The language that a script tells: Greek, and of the Cyrillic ones Ukrainian by its own letters, else Russian."""
    letters = [char for char in text if char.isalpha()]
    greek = sum("Ͱ" <= char <= "Ͽ" for char in letters)
    cyrillic = sum("Ѐ" <= char <= "ӿ" for char in letters)
    if not letters or max(greek, cyrillic) * 2 < len(letters):
        return None
    if greek > cyrillic:
        return "el"
    return "uk" if any(char in text for char in "іїєґ") else "ru"
