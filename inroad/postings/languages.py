"""The language of a description, from its commonest short words.

Enough for postings, which are long; too little text gives None rather than a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_WORD = re.compile(r"[^\W\d_]+")
MAX_CHARS: Final = 20_000
MIN_HITS: Final = 3

_COMMON: Final = {
    "en": "the and of to in for with you we our your are is will be or an as on this have that from who by at their not",
    "de": "und der die das den dem des wir sie ist sind mit für von zu auf im ein eine einen einer ihre deine du dich bei"
    " oder als sich nicht auch unser unsere werden dein ihnen zum zur über sowie",
    "fr": "le la les des et du de un une vous nous est sont pour avec dans sur au aux votre notre nos vos en que qui ou par",
    "es": "el la los las de y en un una con para por del que nuestro nuestra se es tu te su al como más o experiencia somos",
    "it": "il lo la gli le di e un una con per del della che nostro nostra si è sono nel alla dei delle come più o al",
    "pt": "o a os as de e em um uma com para por do da que nosso nossa se é são no na dos das como mais ou ao você",
    "nl": "de het een en van in je wij voor met op zijn is te aan bij die dat ons onze als jouw ook naar of om jij",
    "sv": "och att det som en för med på är vi av du till har kan din ditt om hos oss eller ett den",
    "da": "og at det som en for med på er vi af du til har kan din dit om hos os eller et den ikke vil",
    "pl": "i w na z do się jest oraz dla nie że o od po przez lub nas jako twoje oferujemy pracy",
}
_TABLE: Final = {language: frozenset(words.split()) for language, words in _COMMON.items()}


def detect_language(text: str) -> str | None:
    """Names the language of a text.

    Args:
        text: Plain text; its first `MAX_CHARS` characters are read.

    Returns:
        ISO 639-1 code among English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish and Polish;
        None when fewer than `MIN_HITS` common words are found, or two languages tie.
    """
    words = Counter(_WORD.findall(text[:MAX_CHARS].lower()))
    scores = sorted(((sum(words[word] for word in known), language) for language, known in _TABLE.items()), reverse=True)
    (best, language), (second, _) = scores[0], scores[1]
    if best < MIN_HITS or best == second or best < words.total() * 0.08:
        return None
    return language
