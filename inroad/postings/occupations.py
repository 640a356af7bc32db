"""Words by which a title is known for a job's, in nine languages.

Not a list of all occupations: the commonest words at the end or beginning of job titles, for telling a posting's page or link
from a product's. What level a title has is read in `inroad.postings.requirements`.
"""

from __future__ import annotations

import re
from typing import Final

from inroad.postings.sections import fold

_OCCUPATION: Final = re.compile(
    r"\b(?:engineer|developer|manager|analyst|designer|nurse|assistant|consultant|specialist|technician|accountant"
    r"|director|intern|architect"
    r"|administrator|coordinator|representative|officer|scientist|supervisor|operator|driver|mechanic|electrician"
    r"|teacher|clerk|cook|chef"
    r"|\w*entwickler(?:in)?|\w*ingenieur(?:in)?|\w*mitarbeiter(?:in)?|\w*berater(?:in)?|\w*leiter(?:in)?"
    r"|\w*techniker(?:in)?|\w*kraft|\w*fachmann"
    r"|\w*kaufmann|\w*kauffrau|\w*pfleger(?:in)?|\w*meister(?:in)?|praktikant(?:in)?|ingenieure?|responsable"
    r"|technicien(?:ne)?|charge(?:e)?|infirmier(?:e)?"
    r"|welder|carpenter|plumber|painter|roofer|fitter|machinist|baker|butcher|waiter|waitress|cleaner|driver|gardener|farmhand"
    r"|receptionist|bookkeeper|accountant|secretary|cashier|buyer|planner|editor|writer|lawyer|pharmacist|dentist|physician"
    r"|therapist"
    r"|caregiver|tutor|lecturer|apprentice|trainee|foreman|boatbuilder|sailor|skipper|worker|labourer|advisor|agent|lead"
    r"|schweisser(?:in)?|elektriker(?:in)?|elektroniker(?:in)?|fahrer(?:in)?|koch|kochin|backer(?:in)?|verkaufer(?:in)?"
    r"|buchhalter(?:in)?|sekretar(?:in)?|monteur(?:in)?|helfer(?:in)?|schlosser(?:in)?|erzieher(?:in)?|lehrer(?:in)?"
    r"|soudeu(?:r|se)|menuisi(?:er|ere)|electricien(?:ne)?|plombier|cuisini(?:er|ere)|serveu(?:r|se)|conducteur|conductrice"
    r"|chauffeur"
    r"|assistante?|secretaire|ouvri(?:er|ere)|chef(?:fe)? de|directeur|directrice|educat(?:eur|rice)"
    r"|soldador(?:a)?|carpinter[oa]|electricista|fontaner[oa]|cociner[oa]|camarer[oa]|dependient[ea]|contable|auxiliar"
    r"|operari[oa]"
    r"|profesor(?:a)?|director(?:a)?|jef[ea]|analista|recepcionista|mecanic[oa]|ayudante"
    r"|saldatore|elettricista|idraulico|cuoc[oa]|camerier[ea]|commess[oa]|contabile|impiegat[oa]|operai[oa]|tecnico|ingegnere"
    r"|sviluppatore|sviluppatrice|infermier[ea]|magazzinier[ea]|autista|segretari[oa]|addett[oa]|responsabile|falegname"
    r"|meccanico"
    r"|lasser|timmerman|elektricien|loodgieter|schilder|kok|bakker|verkoper|verkoopmedewerker|boekhouder|medewerker"
    r"|\w+medewerker"
    r"|verpleegkundige|chauffeur|\w+chauffeur|monteur|ontwikkelaar|docent|leerkracht|adviseur|planner|logistiek|magazijnier"
    r"|developpeu(?:r|se)|comptable|vendeu(?:r|se)|ingenier[oa]|desarrollador(?:a)?|tecnic[oa]|enfermer[oa]"
    r"|\w*kierowca|ksiegow[ay]|programista|programistka|sprzedawca|magazynier|kucharz|pielegniarka|specjalista|spawacz|elektryk"
    r"|mechanik|kierownik|inzynier|analityk|enfermeir[oa]|engenheir[oa]|programador(?:a)?|vendedor(?:a)?|cozinheir[oa]|motorista"
    r"|contabilista|rececionista|eletricista|soldador(?:a)?|gestor(?:a)?|utvecklare|ingenjor|sjukskoterska|snickare|udvikler"
    r"|sygeplejerske|administrativ[oa]|conductor(?:a)?)\b"
)


def names_an_occupation(text: str) -> bool:
    """Tells whether a title, or the words of an address, name an occupation.

    Args:
        text: At most its first 300 characters are read.
    """
    return _OCCUPATION.search(fold(text[:300])) is not None
