"""The fixed sentences of a letter in each language that we can write one in; nothing here is about a person.

A letter is written in the person's own language of the profile, as the CV is: the facts in it are never translated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
    ),
}


def phrases_in(language: str) -> tuple[str, Phrases]:
    """Return the phrases of a language and its code; English where we have none."""
    return (language, PHRASES[language]) if language in PHRASES else ("en", PHRASES["en"])
