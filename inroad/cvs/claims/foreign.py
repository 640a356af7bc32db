"""Phrases that make claims in German, French, Spanish, Italian, Portuguese and Dutch: adopted everywhere, alone, best, awarded.

Only data lives here; what is done with a phrase belongs to `statements`.
"""

from __future__ import annotations

# (kind of finding, the phrases that make the claim, the phrases by which a fact grants it), as regular expressions.
FOREIGN_STATEMENTS: tuple[tuple[str, str, str], ...] = (
    (
        "adoption",
        (
            r"\b(?:konzern|unternehmens|firmen|betriebs|gruppen|organisations|abteilungs|team|bundes|landes|europa|welt)weit\w*"
            r"|\b(?:ganzen?|gesamten?) (?:firma|unternehmen|konzern|gruppe|betrieb|organisation|abteilung|branche|welt)"
            r"|\ballen? (?:\w+ )?(?:werken?|teams?|abteilungen|standorten?|filialen|kunden|mitarbeiter\w*|niederlassungen"
            r"|gesellschaften)\b"
            r"|\bbranchenstandard\b|\bindustriestandard\b|\bflächendeckend\w*"
        ),
        r"weit\b|\b(?:ganze|gesamte|alle|jede|sämtliche)\w*\b|\bstandard|\bflächendeckend",
    ),
    (
        "adoption",
        (
            r"\btout(?:e|es|s)? (?:l['’]|la |le |les |ses |nos )(?:\w+ )?(?:entreprise|société|groupe|organisation|filiales"
            r"|sites|équipes|agences"
            r"|usines|clients|magasins|services|secteur|pays)"
            r"|\b(?:l['’]ensemble|la totalité) (?:du|de la|de l['’]|des) (?:groupe|entreprise|société|filiales|sites|équipes"
            r"|agences|usines"
            r"|services|clients|magasins)"
            r"|\bmonde entier\b|\b(?:mondia|natio)(?:l|le|lement|nal|nale|nalement)\b|\bréférence (?:du|de la"
            r"|dans le) (?:secteur|branche"
            r"|marché|métier)|\bgénéralisée?s?\b|\badoptée?s?\b"
        ),
        r"\b(?:tout|toute|tous|toutes|chaque|ensemble|totalité|entier|entière)\b|\bmond|\bnation|\bréférence|\bgénéralis|\badopt",
    ),
    (
        "adoption",
        (
            r"\btod[oa]s? (?:el|la|los|las|sus|nuestr[oa]s) (?:\w+ )?(?:empresa|grupo|organización|compañía|filiales|plantas"
            r"|equipos|sedes"
            r"|oficinas|tiendas|clientes|departamentos|mundo|sector|país)"
            r"|\btod[oa] (?:el|la) (?:empresa|grupo|organización|compañía|mundo|sector|país)|\ba nivel (?:mundial|nacional"
            r"|global|internacional)"
            r"|\breferencia (?:del|en el|para el) (?:sector|mercado)|\badoptad[oa]s?\b|\bgeneralizad[oa]s?\b"
        ),
        r"\b(?:tod[oa]s?|cada|ambos|mundial|nacional|global|internacional)\b|\breferencia|\badopt|\bgeneraliz",
    ),
    (
        "adoption",
        (
            r"\btutt[aei] (?:l['’]|la |le |il |gli |i )(?:azienda|gruppo|sedi|filiali|stabilimenti|clienti|mondo|settore)"
            r"|\btod[oa]s? (?:a|o|as|os) (?:empresa|grupo|filiais|fábricas|equipas|clientes|mundo|setor)"
            r"|\b(?:hele|gehele) (?:bedrijf|organisatie|groep|wereld)|\balle (?:vestigingen|teams|klanten|afdelingen)\b"
        ),
        r"\b(?:tutt[aeio]|tod[oa]s?|hele|gehele|alle|ogni|cada|elke)\b",
    ),
    (
        "sole",
        (
            r"\b(?:allein|alleinig\w*|im alleingang|ganz alleine?|eigenhändig|ohne (?:fremde )?hilfe"
            r"|auf mich (?:allein )?gestellt)\b"
            r"|\bvöllig selbst(?:st)?ändig\b"
        ),
        (
            r"\b(?:allein\w*|alleingang|eigenhändig|ohne (?:fremde )?hilfe|selbst(?:st)?ändig\w*|eigenständig\w*"
            r"|eigenverantwort\w*|als einzige\w*)\b"
        ),
    ),
    ("sole", r"\bvon null\b|\bvon grund auf\b", r"\bnull\b|\bgrund auf\b|\bneu"),
    (
        "sole",
        (
            r"\b(?:seule?|tout seul|toute seule|en (?:toute|totale) autonomie|sans (?:aucune )?aide|de zéro|de toutes pièces)\b"
            r"|\b(?:en solitario|yo sol[oa]|por mi cuenta|sin (?:ninguna )?ayuda|desde cero|sol[oa] ante)\b"
            r"|\b(?:da sol[oa]|in totale autonomia|senza aiuto|da zero|sozinh[oa]|sem ajuda|do zero|helemaal alleen|zonder hulp"
            r"|vanaf nul)\b"
        ),
        (
            r"\b(?:seule?|autonomie|autonome|unique|solitario|sol[oa]|cuenta propia|autónom\w+|autonomia|sozinh[oa]|alleen"
            r"|zelfstandig"
            r"|zéro|zero|cero|nul)\b"
        ),
    ),
    (
        "award",
        (
            r"\b(?:\w*preis(?:e|es|gekrönt\w*)?|ausgezeichnet\w*|auszeichnung\w*|prämier\w*|patentier\w*|patente?|befördert)\b"
            r"|\b(?:récompens\w+|primée?s?|lauréate?s?|prix|distinctions?|brevet\w*|promue?)\b"
            r"|\b(?:galardon\w*|premios?|premiad[oa]s?|reconocid[oa]s? (?:como|con)|patentad[oa]s?|ascendid[oa])\b"
            r"|\b(?:premiat[oa]|premi[oa]?|prémio|bekroond|onderscheiden|prijs)\b"
        ),
        (
            r"preis|ausgezeichnet|auszeichnung|prämi|patent|beförder|récompens|prim[ée]|lauréat|\bprix|distinction|brevet|promu|galard|premi"
            r"|reconoc|ascen|prémio|bekroond|onderscheid|prijs|platz\b|place\b|puesto\b"
        ),
    ),
    (
        "certificate",
        (
            r"\b(?:zertifiziert\w*|staatlich geprüft\w*|certifiée?s?|agréée?s?|certificad[oa]s?|homologad[oa]s?|certificat[oa]"
            r"|gecertificeerd)\b"
        ),
        r"zertifi|geprüft|certif|agré|homolog",
    ),
    (
        "negation",
        (
            r"\b(?:völlig |absolut )?(?:fehlerfrei\w*|fehlerlos\w*|störungsfrei\w*|unfallfrei\w*|unterbrechungsfrei\w*"
            r"|makellos\w*)\b"
            r"|\b(?:irréprochables?|zéro (?:défaut|accident|incident|erreur)|impecables?|cero (?:errores|accidentes|incidentes"
            r"|defectos))\b"
        ),
        r"frei\b|los\b|\bohne\b|\bkein|\bnull\b|\bsans\b|\baucun|\bzéro\b|\bsin\b|\bning|\bcero\b|irréproch|impecab",
    ),
    (
        "people",
        (
            r"\b(?:personalverantwortung|disziplinarisch\w*|führungskraft|mitarbeiterführung|direktberichte|budgetverantwortung)\b"
            r"|\b(?:responsabilité hiérarchique|sous mes ordres|personas a (?:mi )?cargo|equipo a mi cargo)\b"
        ),
        r"personalverantw|disziplinar|führ|leit|budget|hiérarch|encadr|équipe de|a (?:mi )?cargo|equipo de|team",
    ),
)
# Superlatives by language: the word must stand in a fact for the same thing.
FOREIGN_SUPERLATIVE = (
    r"\b(?:der|die|das|den|dem|zur|zum) ((?:größ|best|schnell|höch|erfolgreich|führend|meist|wichtig|modern)\w*ste[nrsm]?"
    r"|größte[nrsm]?"
    r"|beste[nrsm]?|höchste[nrsm]?|führende[nrsm]?)\b"
    r"|\b(?:le|la|les|l['’]une? des) (plus (?!de\b|que\b)\w+|meilleure?s?|premiers? groupe)\b"
    r"|\b(?:el|la|los|las|lo) ((?:más) (?!de\b|que\b)\w+|mejor(?:es)?|mayor(?:es)?|líder(?:es)?)\b"
    r"|\b(?:il|la|o|a|i) (più \w+|miglior\w*|mais \w+|melhor(?:es)?|maior(?:es)?)\b"
    r"|\b(?:de|het) (grootste|beste|snelste|hoogste)\b"
)
