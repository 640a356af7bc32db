"""The fixed words of a rendered CV in each language: headings, months, "present".

Nothing here is about a person; the text of a CV is never translated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

SECTION_KEYS = (
    "summary", "skills", "work", "projects", "education", "certificates",
    "publications", "awards", "volunteer", "languages", "references", "interests",
)  # fmt: skip

_HEADINGS: Mapping[str, str] = {
    "en": "Summary|Skills|Experience|Projects|Education|Certificates|"
    "Publications|Awards|Volunteering|Languages|References|Interests",
    "de": "Profil|Kenntnisse|Berufserfahrung|Projekte|Ausbildung|Zertifikate|"
    "Publikationen|Auszeichnungen|Ehrenamt|Sprachen|Referenzen|Interessen",
    "fr": "Profil|Compétences|Expérience|Projets|Formation|Certifications|"
    "Publications|Distinctions|Bénévolat|Langues|Références|Centres d’intérêt",
    "es": "Perfil|Competencias|Experiencia|Proyectos|Formación|Certificados|"
    "Publicaciones|Premios|Voluntariado|Idiomas|Referencias|Intereses",
    "it": "Profilo|Competenze|Esperienza|Progetti|Formazione|Certificati|"
    "Pubblicazioni|Premi|Volontariato|Lingue|Referenze|Interessi",
    "nl": "Profiel|Vaardigheden|Werkervaring|Projecten|Opleiding|Certificaten|"
    "Publicaties|Prijzen|Vrijwilligerswerk|Talen|Referenties|Interesses",
    "pt": "Perfil|Competências|Experiência|Projetos|Formação|Certificados|"
    "Publicações|Prêmios|Voluntariado|Idiomas|Referências|Interesses",
    "sv": "Profil|Kompetenser|Erfarenhet|Projekt|Utbildning|Certifikat|"
    "Publikationer|Utmärkelser|Ideellt arbete|Språk|Referenser|Intressen",
    "pl": "Profil|Umiejętności|Doświadczenie|Projekty|Wykształcenie|Certyfikaty|"
    "Publikacje|Nagrody|Wolontariat|Języki|Referencje|Zainteresowania",
    "el": "Προφίλ|Δεξιότητες|Εμπειρία|Έργα|Εκπαίδευση|Πιστοποιήσεις|"
    "Δημοσιεύσεις|Βραβεία|Εθελοντισμός|Γλώσσες|Συστάσεις|Ενδιαφέροντα",
    "ru": "О себе|Навыки|Опыт работы|Проекты|Образование|Сертификаты|Публикации|Награды|Волонтёрство|Языки|Рекомендации|Интересы",
    "uk": "Про себе|Навички|Досвід роботи|Проєкти|Освіта|Сертифікати|Публікації|Нагороди|Волонтерство|Мови|Рекомендації|Інтереси",
}
_MONTHS: Mapping[str, str] = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
    "it": "gen. feb. mar. apr. mag. giu. lug. ago. set. ott. nov. dic.",
    "nl": "jan. feb. mrt. apr. mei juni juli aug. sep. okt. nov. dec.",
    "pt": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "sv": "jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec.",
}
_PRESENT: Mapping[str, str] = {
    "en": "Present", "de": "heute", "fr": "aujourd’hui", "es": "actualidad", "it": "oggi", "nl": "heden", "pt": "atualmente",
    "sv": "nu", "pl": "obecnie", "el": "σήμερα", "ru": "настоящее время", "uk": "дотепер",
}  # fmt: skip
_COURSES: Mapping[str, str] = {
    "en": "Courses",
    "de": "Kurse",
    "fr": "Cours",
    "es": "Cursos",
    "it": "Corsi",
    "nl": "Vakken",
    "pt": "Cursos",
    "sv": "Kurser",
}
_GRADE: Mapping[str, str] = {
    "en": "Grade",
    "de": "Note",
    "fr": "Note",
    "es": "Nota",
    "it": "Voto",
    "nl": "Cijfer",
    "pt": "Nota",
    "sv": "Betyg",
}

# The commonest function words of each language, none shared by two of them where it can be avoided.


def heading(section: str, language: str) -> str:
    """Name a section in a language; English where the language is not known."""
    return _HEADINGS.get(language, _HEADINGS["en"]).split("|")[SECTION_KEYS.index(section)]


# Further headings that people write, in lower case.
_MORE_HEADINGS: Mapping[str, str] = {
    "summary": "about|about me|profile|personal profile|objective|professional summary|career summary|über mich|kurzprofil|"
    "à propos|sobre mí",
    "skills": "technical skills|key skills|core skills|technologies|tools|it skills|fähigkeiten|edv kenntnisse|aptitudes|"
    "habilidades",
    "work": "work experience|professional experience|employment|employment history|work history|career|career history|"
    "beruflicher werdegang|praktische erfahrung|expérience professionnelle|expériences|experiencia laboral|"
    "experiencia profesional",
    "projects": "personal projects|selected projects|side projects",
    "education": "academic background|education and training|studium|bildungsweg|schulbildung|études|educación|estudios",
    "certificates": "certifications|licenses|licenses and certifications|courses and certificates|weiterbildung",
    "publications": "papers|talks and publications",
    "awards": "honors|honours|honors and awards|selected honors|awards and honors|prizes",
    "volunteer": "volunteer|volunteer experience|volunteering|community",
    "languages": "language skills|sprachkenntnisse",
    "references": "referees",
    "interests": "hobbies|hobbies and interests",
}


@cache
def known_headings() -> dict[str, str]:
    """Headings in lower case, in every language that is known, to the sections that they head."""
    found = {name.casefold(): key for key, names in _MORE_HEADINGS.items() for name in names.split("|")}
    for names in _HEADINGS.values():
        found |= {name.casefold().replace("’", ""): key for key, name in zip(SECTION_KEYS, names.split("|"), strict=True)}
    return found


def label(name: str, language: str) -> str:
    """Name a small label ("courses", "grade") in a language."""
    words = {"courses": _COURSES, "grade": _GRADE}[name]
    return words.get(language, words["en"])


def written_date(iso: str, language: str) -> str:
    """Write an ISO date as people do in a CV: month and year; digits where the language's months are not known.

    >>> written_date("2020-02-01", "en")
    'Feb 2020'
    """
    found = re.match(r"([12]\d{3})(?:-([01]\d))?", iso)
    if not found:
        return iso
    year, month = found[1], int(found[2] or 0)
    if not 1 <= month <= 12:
        return year
    months = _MONTHS.get(language)
    return f"{months.split()[month - 1]} {year}" if months else f"{month:02}/{year}"


def written_span(start: str | None, end: str | None, language: str) -> str:
    """Write a span of dates; one without an end goes on."""
    if not start:
        return written_date(end, language) if end else ""
    last = written_date(end, language) if end else _PRESENT.get(language, _PRESENT["en"])
    first = written_date(start, language)
    return first if first == last else f"{first} – {last}"
