"""The fixed sentences of a letter in each language that we can write one in; nothing here is about a person.

A letter is written in the person's own language of the profile, as the CV is: the facts in it are never translated. The
sentences are
short and plain, and ask for no ending that depends on the title or the company; only the English, German, French and Spanish
ones have been
used for long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Phrases:
    """What frames the person's own words.

    Attributes:
        subject: "{title}" is the job's.
        dear: Salutation of a named person.
        dear_all: Salutation where nobody is named.
        opening: With "{title}" and "{company}".
        opening_alone: The same where the company's name is not known.
        deeds: Introduces lines of the person's own work.
        skills: With "{skills}".
        closing: Last paragraph.
        regards: Before the name.
        short: Last sentence of the short message.
        conjunction: Before the last of several skills.
    """

    subject: str
    dear: str
    dear_all: str
    opening: str
    opening_alone: str
    deeds: str
    skills: str
    closing: str
    regards: str
    short: str
    conjunction: str


PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        "Application: {title}",
        "Dear {name},",
        "Dear hiring team,",
        "I am applying for the position of {title} at {company}.",
        "I am applying for the position of {title}.",
        "From my work so far, what bears most on this position:",
        "Of what you ask for, I bring {skills}.",
        "I would be glad to tell you more in a conversation. My CV is enclosed.",
        "Kind regards",
        "May I send you my CV?",
        "and",
    ),
    "de": Phrases(
        "Bewerbung: {title}",
        "Guten Tag {name},",
        "Guten Tag,",
        "ich bewerbe mich auf die Stelle {title} bei {company}.",
        "ich bewerbe mich auf die Stelle {title}.",
        "Aus meiner bisherigen Arbeit passt dazu vor allem:",
        "Von dem, was Sie suchen, bringe ich mit: {skills}.",
        "Gern erzähle ich Ihnen in einem Gespräch mehr. Mein Lebenslauf liegt bei.",
        "Freundliche Grüße",
        "Darf ich Ihnen meinen Lebenslauf schicken?",
        "und",
    ),
    "fr": Phrases(
        "Candidature : {title}",
        "Bonjour {name},",
        "Bonjour,",
        "Je vous adresse ma candidature au poste de {title} chez {company}.",
        "Je vous adresse ma candidature au poste de {title}.",
        "De mon parcours, voici ce qui répond le mieux à ce poste :",
        "Parmi les compétences que vous recherchez, j’apporte : {skills}.",
        "Je vous en dirais volontiers plus lors d’un entretien. Mon CV est joint à cette lettre.",
        "Cordialement",
        "Puis-je vous envoyer mon CV ?",
        "et",
    ),
    "es": Phrases(
        "Candidatura: {title}",
        "Buenos días, {name}:",
        "Buenos días:",
        "Presento mi candidatura al puesto de {title} en {company}.",
        "Presento mi candidatura al puesto de {title}.",
        "De mi trabajo hasta ahora, lo que mejor responde a este puesto:",
        "De lo que buscan, aporto: {skills}.",
        "Me gustaría contarles más en una conversación. Adjunto mi CV.",
        "Un cordial saludo",
        "¿Puedo enviarles mi CV?",
        "y",
    ),
    "it": Phrases(
        "Candidatura: {title}",
        "Buongiorno {name},",
        "Buongiorno,",
        "mi candido per la posizione di {title} presso {company}.",
        "mi candido per la posizione di {title}.",
        "Del mio lavoro fin qui, ciò che risponde meglio a questa posizione:",
        "Di ciò che cercate, porto: {skills}.",
        "Sarà un piacere raccontarvi di più in un colloquio. In allegato trovate il mio CV.",
        "Cordiali saluti",
        "Posso inviarvi il mio CV?",
        "e",
    ),
    "nl": Phrases(
        "Sollicitatie: {title}",
        "Beste {name},",
        "Geachte lezer,",
        "Hierbij solliciteer ik naar de functie {title} bij {company}.",
        "Hierbij solliciteer ik naar de functie {title}.",
        "Uit mijn werk tot nu toe past hier vooral bij:",
        "Van wat u zoekt, breng ik mee: {skills}.",
        "Graag vertel ik u meer in een gesprek. Mijn cv is bijgevoegd.",
        "Met vriendelijke groet",
        "Mag ik u mijn cv sturen?",
        "en",
    ),
    "pt": Phrases(
        "Candidatura: {title}",
        "Bom dia, {name},",
        "Bom dia,",
        "apresento a minha candidatura à vaga de {title} na empresa {company}.",
        "apresento a minha candidatura à vaga de {title}.",
        "Do meu trabalho até agora, o que melhor responde a esta vaga:",
        "Do que procuram, trago: {skills}.",
        "Gostaria de contar mais numa conversa. O meu CV segue em anexo.",
        "Com os melhores cumprimentos",
        "Posso enviar o meu CV?",
        "e",
    ),
    "pl": Phrases(
        "Aplikacja: {title}",
        "Dzień dobry,",
        "Dzień dobry,",
        "aplikuję na stanowisko: {title}, {company}.",
        "aplikuję na stanowisko: {title}.",
        "Z mojej dotychczasowej pracy do tego stanowiska pasuje przede wszystkim:",
        "Z tego, czego Państwo szukają, wnoszę: {skills}.",
        "Chętnie opowiem więcej podczas rozmowy. CV w załączeniu.",
        "Z poważaniem",
        "Czy mogę przesłać swoje CV?",
        "i",
    ),
}


# What a placeholder may stand for: a title or a name, never a further sentence.
_FILLED = r"(?:[^.!?]|[.!?](?!\s+\w))*"


@cache
def _fixed(language: str) -> re.Pattern[str]:
    _, phrases = phrases_in(language)
    kinds = (phrases.opening, phrases.opening_alone, phrases.deeds, phrases.closing, phrases.short)
    shapes = (_FILLED.join(re.escape(part) for part in re.split(r"\{\w+\}", kind)) for kind in kinds)
    return re.compile("|".join(f"(?:{shape})" for shape in shapes))


def is_fixed(text: str, language: str) -> bool:
    """Tell whether a sentence is one of a language's fixed ones, whatever title and company stand in it."""
    return len(text) <= 1_000 and _fixed(language).fullmatch(text) is not None


def phrases_in(language: str) -> tuple[str, Phrases]:
    """Return the phrases of a language and its code; English where we have none."""
    return (language, PHRASES[language]) if language in PHRASES else ("en", PHRASES["en"])
