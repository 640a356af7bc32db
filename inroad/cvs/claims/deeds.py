"""What kind of deed a verb tells: keeping a thing going is not making it, checking it is not choosing it.

A line that keeps its fact's objects and puts a weightier kind of verb before them is another deed. Only the kinds that are
known to
differ are compared; how large the person's part was belongs to `scope`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from inroad.cvs.claims.words import MAX_LINE_CHARS, Word, split_words

# Kind -> beginnings of its words, nouns of German, French and Spanish among them. A trailing "." asks for the whole word.
_KINDS: Mapping[str, str] = {
    "make": """built. build. building. develop created. creates. creating. create. designed. designing. design. redesign redevelop
        invent architect engineered. engineering. construct founded. founding. co-founded. originat conceiv established.
        establish.
        set-up. rebuilt. rewrote. crafted. programmed. coded. implement introduc launch pioneer masterminded. devised. install
        entwickl entwickelt konstru konzipier konzeption entwurf entworfen erstell aufbau aufgebaut neugestalt gestalt erfind
        erfund
        gründ einführ eingeführt neubau bau. gebaut. programmier
        conçu conception. concevoir. créa créé développ élabor inven fonda construi mise. introdui lancement. lancé refonte.
        diseñ crea. creó. creado. creación. desarroll elabor invención. invent fund constru implant implement lanz introdu
        rediseñ""",
    "keep": """maintain maintenance. operated. operating. operate. monitor administ serviced. servicing. cared. caring.
    tended. upkeep.
        hosted. patched. supervised-upkeep.
        wartung. wartet gewartet. instandhalt betrieb betreib betreu pflege gepflegt überwach
        maintenance. maintien. entretien exploit surveill
        mantenimiento. mantuv mantenid operación. vigil supervisión.""",
    "check": """tested. testing. test. review checked. checking. inspect verif examin evaluat assess compared. comparing.
    analys analyz
        audited. auditing. measured. studied. surveyed. validated.
        prüf geprüft überprüf kontroll auswert ausgewertet bewert beurteil getestet analys untersuch vergleich
        vérif contrôl évalu analys étud examen. test.
        revis verific evalu anális analiz comprob estudi inspec""",
    "tell": """document described. describing. reported. reporting. summarised. summarized.
        dokumentation dokumentier beschreib bericht
        documentation. documenté. document""",
    "present": """presented. presenting. presentation. präsentier présenté. présentation. presentado. presentación.""",
    "write": """wrote. writing. written. authored. drafted. verfasst. geschrieben. rédaction. rédigé. redacción. redactado.""",
    "lessen": """reduced. reducing. reduce. reduction. cut. cutting. lowered. lowering. decreased. trimmed. shortened. lessened.
        gesenkt. senkung. senkte. reduzier verring verkürz
        rédui réduc baisse baissé diminu
        reduc redujo. reduje. disminu baj""",
    "abolish": """eliminat abolish eradicat removed. removing. ended. stopped.
        beseitig abgeschafft. abschaff eliminier
        élimin suppress supprim
        elimin suprim erradic""",
    "decide": """selected. selecting. select. chose. chosen. choosing. approved. approving. approve. authorised. authorized.
    decided.
        appointed. commissioned. procured. bought. purchased.
        auswahl ausgewählt. freigabe. freigegeben. entschied genehmig akquise. akquirier beauftrag
        sélection choix. choisi approuv décid autoris achat
        selec elegi elección. aprob decid autoriz compr""",
    "win": """won. winning. acquired. secured. closed. captured.
        gewonnen. gewann. gewinnung.
        gagné. remporté conquis acquis
        gané. ganado. conquist""",
    "serve": """answered. answering. handled. served. serving. advised. assisted. helped. replied.
        beantwort beraten. beratung. bedien
        répon réponse accueil conseil
        respond respuesta atend atención. asesor""",
}
# Kinds that say more than the fact's own kind; a fact that holds such a word itself grants it.
_BEYOND: Mapping[str, frozenset[str]] = {
    "keep": frozenset({"make", "decide", "abolish", "win"}),
    "check": frozenset({"make", "decide", "abolish", "win"}),
    "tell": frozenset({"make", "decide", "abolish", "win"}),
    "write": frozenset({"present", "decide", "win"}),
    "lessen": frozenset({"abolish"}),
    "serve": frozenset({"win", "decide", "make"}),
}


_NOUNS_TOO = frozenset(
    ("build", "design", "test", "tests", "testing", "document", "report", "review", "create", "select", "installation")
)


def _index() -> tuple[dict[str, str], list[tuple[str, str]]]:
    whole: dict[str, str] = {}
    begun: list[tuple[str, str]] = []
    for kind, text in _KINDS.items():
        for word in text.split():
            if word.endswith("."):
                whole.setdefault(word[:-1], kind)
            else:
                begun.append((word, kind))
    return whole, sorted(begun, key=lambda pair: -len(pair[0]))


_WHOLE, _BEGUN = _index()


def deed_kind(word: str) -> str | None:
    """Name the kind of deed that a word tells, None for one that the lists do not know.

    >>> deed_kind("Maintained"), deed_kind("Entwicklung"), deed_kind("blue")
    ('keep', 'make', None)
    """
    folded = word.casefold()
    if folded in _WHOLE:
        return _WHOLE[folded]
    return next((kind for begun, kind in _BEGUN if folded.startswith(begun)), None)


def exceeds_deed(line: str, facts: Sequence[str]) -> str | None:
    """Say how a line tells a weightier deed than the facts that it rests on.

    Args:
        line: One line of the CV.
        facts: Texts of the facts behind it, the strongest first.
    """
    claimed = _main_deed(split_words(line[:MAX_LINE_CHARS]))
    if not claimed or not facts:
        return None
    words = [split_words(fact) for fact in facts]
    known = {kind for fact in words for kind in _kinds_in(fact)}
    own = _main_deed(words[0])
    kind = deed_kind(claimed.text)
    if own is None or kind is None or kind in known or kind not in _BEYOND.get(deed_kind(own.text) or "", ()):
        return None
    return f"{claimed.text!r} is another deed than the profile's {own.text!r}"


def _kinds_in(words: Sequence[Word]) -> Iterator[str]:
    yield from (kind for word in _deeds(words) if (kind := deed_kind(word.text)))


def _deeds(words: Sequence[Word]) -> list[Word]:
    """The words of a line that tell deeds; "the build server" and "a test plan" tell none."""
    return [
        word
        for index, word in enumerate(words)
        if deed_kind(word.text)
        and (word.text.casefold() not in _NOUNS_TOO or not index or words[index - 1].text.casefold() in {"to", "and"})
    ]


def _main_deed(words: Sequence[Word]) -> Word | None:
    """Find the first word of a line that tells a deed: the opening verb or noun, or the participle at a German line's end."""
    deeds = _deeds(words)
    opening = next((word for word in deeds if word in words[:4]), None)
    return opening or next((word for word in reversed(deeds) if word in words[-2:]), None)
