"""Industries, audiences and subject matters: words that name what a deed was about, so that another of them is another deed.

"Payments platform" and "insurance platform" share a head and differ in the subject. A line may name a subject only when its facts
name the same one, a word for it, or one that lies within it (a bank is in finance; finance is not a bank).
"""

from __future__ import annotations

from functools import cache

from inroad.cvs.claims.words import split_words, stem

# One subject a line: its words, and after "<" further words that prove it because they lie within it or always go with it.
_SUBJECTS = """
payment payments payout remittance < transaction checkout card settlement billing
insurance insurer reinsurance underwriting policyholder actuarial < claims
banking bank bankers lender lending mortgage < credit loan account settlement treasury
finance financial fintech < payment bank insurance accounting invoice trading credit loan budget audit money cost tax fund
trading brokerage stockbroker hedge securities < exchange equities
crypto cryptocurrency blockchain bitcoin < token wallet ledger
healthcare hospital hospitals clinic clinical medical patient < ward nurse nursing doctor surgical health care surgery medicine
pharmaceutical pharma pharmacy drug < medicine medication trial
dental dentist dentistry
veterinary < animal livestock
biotech biotechnology genomics genetic < dna laboratory
education school schools university college classroom < pupil student teaching teacher course learning lesson curriculum
kindergarten nursery preschool < children
logistics freight shipping shipment < delivery warehouse parcel transport fleet port container carrier cargo
aviation airline airport aircraft aerospace < flight plane
railway rail railways < train
maritime shipyard naval < ship vessel harbour port
automotive carmaker < car vehicle
energy electricity utility < power grid meter solar wind battery
oil petroleum refinery < gas
nuclear reactor
mining miner quarry
agriculture agricultural farm farming < crop livestock dairy
forestry timber < wood forest
fishery fishing fish
telecom telecommunications telco broadband < network mobile phone
retail retailer supermarket < shop store checkout
ecommerce e-commerce webshop < shop store online checkout cart
fashion apparel clothing < textile garment
hotel hotels hospitality < guest booking
restaurant restaurants catering < kitchen food chef meal
travel tourism tourist < trip booking hotel flight
gaming casino gambling betting
videogame games < game player
sports sport football < club athlete team
music musical concert < band song orchestra
film cinema television broadcast broadcasting < video
publishing publisher < book magazine newspaper article
news newsroom journalism < newspaper article editor
museum gallery < art exhibition
theatre theater opera < stage
advertising ad < campaign marketing
marketing < campaign advertising brand seo content newsletter
recruitment recruiting staffing < hire candidate hiring
payroll < salary wage
legal law litigation court < lawyer contract solicitor
police policing < officer crime
military defence defense army
prison probation
government governmental federal ministry parliament < public council state authority municipal
municipal municipality council < city town
charity nonprofit ngo < volunteer donation
church parish religious
real-estate realestate property housing < tenant building rent flat
construction building-site < builder bridge site building road house
manufacturing factory factories < plant production assembly machine
semiconductor chip wafer
chemical chemistry chemicals < laboratory
robotics robot robots
satellite space spacecraft < orbit
weather meteorological climate < forecast
waste recycling < rubbish
water wastewater < river hydro
cybersecurity malware ransomware phishing < security attack vulnerability
fraud
inventory stocktaking < stock warehouse
procurement < purchasing supplier sourcing tender
warranty
tax taxation taxes < fiscal vat
audit audits auditing < auditor compliance
pension pensions retirement
billing invoicing invoice invoices < bill payment
booking reservation reservations < hotel ticket
ticketing
dating
chatbot chatbots < chat bot
search
recommendation recommender
navigation maps mapping < map route geo
children kids toddler < child
elderly dementia < senior aged
refugee refugees asylum
veteran veterans
farmers farmer
miners
pilots pilot
soldiers soldier
nurses nurse < nursing
doctors doctor physician physicians
teachers teacher
lawyers lawyer
journalists journalist
dentists
pharmacists pharmacist
students pupils student pupil < school learner apprentice class
patients < ward patient
tenants tenant
passengers passenger
drivers driver
zahlung zahlungen zahlungsverkehr < bezahl
versicherung versicherungen versicherer
banken sparkasse < bank
krankenhaus krankenhäuser klinik kliniken < patient pflege station
schule schulen gymnasium < schüler unterricht
energieversorger stromversorger < energie strom
logistik spedition < lager versand transport
automobil automobilindustrie < fahrzeug auto
einzelhandel supermarkt < handel laden filiale
assurance assurances assureur
banque banques bancaire
hôpital hôpitaux clinique < patient
école écoles lycée < élève
seguros aseguradora
banco bancos bancario
hospitales clínica < paciente
escuela escuelas colegio < alumno
"""


@cache
def _lexicon() -> dict[str, frozenset[str]]:
    """Word to the stems that prove its subject. Words are taken as they are: "taught" is no teacher."""
    found: dict[str, frozenset[str]] = {}
    for line in _SUBJECTS.strip().splitlines():
        named, _, proving = line.partition("<")
        proofs = frozenset(map(stem, (*named.split(), *proving.split())))
        for name in named.split():
            found[name] = found.get(name, frozenset()) | proofs
    return found


def find_foreign_subject(line: str, ground: str) -> str | None:
    """Find a word of a line that names a subject of which its ground says nothing.

    Args:
        line: One line of the CV.
        ground: Everything that the entry of the profile says, or the whole profile for a summary.

    Returns:
        The word as written, or None.
    """
    folded, stems = ground.casefold(), {word.stem for word in split_words(ground)}
    for word in split_words(line):
        said = word.text.casefold()
        proofs = _lexicon().get(said) or _lexicon().get(said.removesuffix("s"))
        if proofs is None or not proofs.isdisjoint(stems):
            continue
        if not any(len(proof) >= 4 and proof in folded for proof in proofs):  # a part of a compound: "Zahlungsplattform"
            return word.text
    return None
