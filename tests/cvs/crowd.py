"""Twenty invented people whose CVs look different: scripts, lengths, gaps, odd fields. All names, firms and texts are made up."""

from __future__ import annotations

from typing import Any

Resume = dict[str, Any]
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_URL = (
    "https://portfolio.example/projects/2024/a-very-long-address-that-nobody-would-type/with/many/parts?and=parameters&more=1"
)


def person(name: str, label: str = "", **sections: Any) -> Resume:
    """One resume: name, headline, contact data, and whatever sections are given."""
    local = "".join(char for char in name.lower() if char.isascii() and char.isalpha()) or "person"
    basics = {"name": name, "label": label, "email": f"{local}@post.example", "phone": "+44 20 7946 0123"}
    basics |= sections.pop("basics", {})
    return {"basics": {key: value for key, value in basics.items() if value}, **sections}


def job(position: str, name: str, start: str, end: str = "", *highlights: str, **more: Any) -> dict[str, Any]:
    """One position."""
    return {
        "position": position,
        "name": name,
        "startDate": start,
        **({"endDate": end} if end else {}),
        **more,
        "highlights": list(highlights),
    }


def many_jobs(count: int) -> list[dict[str, Any]]:
    """A long career, newest first."""
    return [
        job(
            f"Consultant {number}",
            f"Firm {number} Limited",
            f"{2024 - number}-02",
            f"{2024 - number}-12",
            f"Answered {number + 11} tenders for hospitals in the north",
            f"Wrote {number + 3} handbooks that the wards still use",
            location="Leeds",
        )
        for number in range(count)
    ]


CROWD: dict[str, Resume] = {
    "only a name": person("Ann Lee", basics={"email": "", "phone": ""}),
    "no jobs": person(
        "Tove Lindqvist",
        "Student of biology",
        education=[
            {"institution": "Uppsala University", "studyType": "BSc", "area": "Biology", "startDate": "2023-09", "score": "4,5"}
        ],
        skills=[{"name": "Laboratory", "keywords": ["PCR", "Microscopy", "R"]}],
        languages=[{"language": "Swedish", "fluency": "Native speaker"}, {"language": "English", "fluency": "Fluent"}],
    ),
    "one short job": person("Bo Ek", "Baker", work=[job("Baker", "Ekbagarn", "2020", "", "Baked 400 loaves a night")]),
    "forty jobs": person("Maud Whitfield", "Consultant for hospitals", work=many_jobs(40)),
    "one job with fifty lines": person(
        "Ivo Petrov",
        "Site manager",
        work=[job("Site manager", "Granit", "2001-01", "", *(f"Built bridge number {n} over the river" for n in range(50)))],
    ),
    "Greek": person(
        "Ελένη Παπαδοπούλου",
        "Μηχανικός λογισμικού",
        basics={"summary": "Μηχανικός με δέκα χρόνια εμπειρίας σε συστήματα πληρωμών. Γράφω καθαρό κώδικα."},
        work=[job("Μηχανικός λογισμικού", "Αιγαίο Α.Ε.", "2016-03", "", "Μείωσα τον χρόνο απόκρισης κατά 40%", location="Αθήνα")],
        languages=[{"language": "Ελληνικά", "fluency": "Μητρική γλώσσα"}],
    ),
    "Ukrainian": person(
        "Оксана Ґудзь",
        "Інженерка даних",
        basics={"summary": "Інженерка даних із семирічним досвідом. Люблю прості рішення."},
        work=[job("Інженерка даних", "Київські карти", "2018-05", "2023-11", "Перенесла 12 ТБ даних", "Навчила трьох колег")],
    ),
    "Bulgarian and Serbian signs": person(
        "Ђорђе Љубичић",
        "Уредник",
        work=[job("Уредник", "Њива", "2010", "2020", "Објавио 90 књига", "Њушка, џак и ћуп: наслов серије")],
    ),
    "Polish": person(
        "Małgorzata Żółć-Święcka",
        "Księgowa",
        basics={
            "summary": "Księgowa z ośmioletnim doświadczeniem w małych firmach.",
            "location": {"city": "Łódź", "countryCode": "PL"},
        },
        work=[job("Starsza księgowa", "Źródło Sp. z o.o.", "2017-01", "", "Zamknęłam 96 miesięcy bez zaległości")],
    ),
    "German with a very long word": person(
        "Jürgen Größenwahn",
        "Sachverständiger für Straßenbau",
        work=[job("Sachverständiger", LONG_WORD, "2009-04", "", f"Begutachtete die {LONG_WORD} und 31 Brücken")],
    ),
    "Turkish and Romanian": person(
        "İpek Şahin-Țurcanu", "Mimar", work=[job("Mimar", "Işık Mimarlık", "2012", "2019", "Iğdır’da 14 okul çizdi", "Reședință")]
    ),
    "Vietnamese": person("Nguyễn Thị Hằng", "Kế toán", work=[job("Kế toán", "Sông Hồng", "2015", "", "Lập 48 báo cáo quý")]),
    "two-line titles": person(
        "Bartholomew Featherstonehaugh-Cholmondeley de la Poer Beresford",
        "Deputy head of the interdepartmental working group for the harmonisation of measuring instruments and their calibration",
        work=[
            job(
                "Senior deputy assistant to the director general for the coordination of regional measuring offices",
                "The Royal and Ancient Office for Weights, Measures and the Inspection of Instruments in the Northern Counties",
                "1999-01",
                "2011-06",
                "Inspected 800 scales",
                summary="An office of twelve.",
            )
        ],
    ),
    "addresses everywhere": person(
        "Una Byrne",
        "Designer",
        basics={
            "url": LONG_URL,
            "profiles": [
                {"network": "GitHub", "username": "unabyrne", "url": "https://github.com/unabyrne"},
                {"network": "Mastodon", "username": "@una@social.example"},
                {"network": "Behance", "url": "https://behance.example/una"},
            ],
            "location": {"address": "12 Quay Street", "postalCode": "H91", "city": "Galway", "countryCode": "IE"},
        },
        projects=[
            {
                "name": "Tide table",
                "description": "A page that shows the tide.",
                "url": LONG_URL,
                "keywords": ["HTML", "CSS"],
                "startDate": "2021",
                "highlights": [f"See {LONG_URL} for the pictures"],
            }
        ],
    ),
    "signs and symbols": person(
        "Zoë O’Hara & Sons <zoe>",
        "C++/C#/F# engineer (R&D)",
        work=[
            job(
                "Engineer #1",
                "A & B <Ltd> $5",
                "2020-02",
                "",
                "Cut cost by ≥ 30 % – from €1.2m to £0.8m",
                "Used *nix, _underscores_, `ticks`, #hash, @at, $x^2$ and \\slashes",
                "“Quoted”, ‘single’, «guillemets», …, ½, ™, ², µs, 5 × 4",
            )
        ],
    ),
    "everything": person(
        "Rosa Maria Valdés",
        "Researcher",
        basics={
            "summary": "Researcher in hydrology with twelve years in the field.",
            "location": {"city": "Sevilla", "region": "Andalucía"},
        },
        work=[
            job("Researcher", "Institute of Water", "2012-09", "", "Measured 44 rivers", "Led a group of 5", location="Sevilla")
        ],
        volunteer=[
            {
                "organization": "River Watch",
                "position": "Trainer",
                "startDate": "2015",
                "summary": "Weekends.",
                "highlights": ["Trained 60 people"],
            }
        ],
        education=[
            {
                "institution": "Universidad de Sevilla",
                "studyType": "PhD",
                "area": "Hydrology",
                "endDate": "2012",
                "courses": ["Flow", "Soil"],
            }
        ],
        awards=[{"title": "Young Hydrologist", "awarder": "Water Union", "date": "2013-05", "summary": "For the thesis."}],
        certificates=[{"name": "Diver", "issuer": "PADI", "date": "2010", "url": "https://padi.example/1"}],
        publications=[
            {
                "name": "On Rivers",
                "publisher": "Journal of Water",
                "releaseDate": "2014-02-01",
                "summary": "Cited often.",
                "url": "https://j.example/9",
            }
        ],
        skills=[{"name": "Field work", "level": "Expert", "keywords": ["Gauging", "Sampling"]}, {"name": "Python"}],
        languages=[{"language": "Spanish", "fluency": "Native speaker"}],
        interests=[{"name": "Rowing", "keywords": ["Eights"]}],
        references=[{"name": "Prof. A. Ruiz", "reference": "Careful and quick."}],
        projects=[{"name": "Flood map", "roles": ["Author"], "entity": "City of Sevilla", "highlights": ["Mapped 9 districts"]}],
    ),
    "no dates and empty fields": person(
        "Kim Park",
        "",
        work=[
            {"name": "Somewhere", "position": "", "highlights": ["Kept the shop open"]},
            {"position": "Helper", "highlights": []},
        ],
        education=[{"institution": "School", "studyType": "", "area": ""}],
        skills=[{"name": "", "keywords": ["Typing"]}, {"name": "Driving", "keywords": []}],
    ),
    "one very long paragraph": person(
        "Hugh Marsh",
        "Historian",
        basics={
            "summary": " ".join(f"In {1900 + n} the parish kept a register of {n} families and their fields." for n in range(60))
        },
        work=[job("Historian", "County Archive", "1990", "", " ".join(["Read charters"] * 150))],
    ),
    "French": person(
        "Anaïs Lefèvre-Dûchène",
        "Cheffe de projet",
        basics={"summary": "Cheffe de projet depuis neuf ans, j’aime les équipes qui livrent et les plans qui tiennent."},
        work=[
            job(
                "Cheffe de projet",
                "L’Atelier d’Orléans",
                "2015-10",
                "",
                "Livré 22 chantiers à l’heure",
                "Réduit les coûts de 12 %",
            )
        ],
    ),
    "skills only": person(
        "Ola Nord",
        "Electrician",
        skills=[{"name": f"Group {n}", "keywords": [f"skill {n}.{m}" for m in range(30)]} for n in range(12)],
    ),
}
