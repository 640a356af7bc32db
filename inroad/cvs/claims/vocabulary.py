"""The word lists of the fact gate: what joins, praises or does without saying what about, irregular forms, and synonyms.

Only data lives here; how words are compared belongs to `words`, which industries and audiences contradict each other to
`subjects`.
"""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """Split a list of words written as one text."""
    return frozenset(text.split())


FUNCTION_WORDS = word_set(
    """a an the and or but nor so yet of in on at by for with without to from into onto over under up down out off as than
    then that which who whom whose this these those it its is are was were be been being am do does did have has had
    having will would can could may might shall should must i me my mine we us our they them their he she his her you
    your one no not only also both each every all any some such same other another more most less least very too just
    well via per through throughout across between among within during before after since until while when where how
    why what if because about above below again against around along upon toward towards there here thus hence
    therefore thereby whereby plus including etc own while whereas still now already ever even s t d ll re ve rather
    instead using use used like amid despite except respectively"""
)
# Words that any CV may use to join the person's facts: they say how it is told, not what happened.
NEUTRAL_WORDS = word_set(
    """experience experienced expertise skill skilled background focus focused strong proven solid hands practical passionate
    motivated reliable pragmatic careful dedicated enthusiastic keen effective efficient successful successfully key
    core main major various several multiple many wide range broad deep role responsible responsibility
    responsibilities work worked working professional career job position duty duties result resulting achieve
    achieved achievement help enable enabled enabling allow allowed allowing ensure ensured ensuring provide provided
    providing deliver delivered delivering include included make made making bring brought bringing take took taking
    get got getting give gave giving let keep kept keeping new good great high low better best large small big
    significant significantly considerable considerably substantially greatly quickly rapid rapidly faster quicker
    slower smoothly fully directly day daily basis overall total entire whole end time way thing part end part area
    level based related level current currently previous previously former formerly recent recently today year years
    month months week weeks looking seeking known able specialise specialised specialising specialist enjoy love care
    value bringing years' spanning combining comes comfortable committed track record about roughly approximately
    nearly almost around least most over under up half third quarter percent amount number approach approximately
    effectively efficiently closely jointly together collaboration need needed aim aimed goal order fewer means set
    kind type different existing additional further next last later earlier first second final finally initial
    initially once twice remain stay started begin began come came go went put"""
)

# Verbs of every CV: they say what kind of deed it was, and nothing of what it was about.
COMMON_DEEDS = word_set(
    """hit became become fall fell rise rose look looked gained gain produced produce prepared prepare answered answer
    handles handling processes process processing defined define setting sets speed speeding transferred moved move
    moving added add adding joined used served tracked checked tested fixed found met ensured coached build built
    building develop developed developing create created creating implement implemented implementing design designed
    designing write wrote writing author authored lead led leading manage managed managing own owned owning run ran
    running drive drove driving cut cutting reduce reduced reducing lower lowered decrease decreased increase
    increased increasing raise raised grow grew growing boost boosted improve improved improving introduce introduced
    introducing establish established launch launched launching set support supported supporting maintain maintained
    operate operated oversee oversaw supervise supervised spearhead spearheaded coordinate coordinated organise
    organised organize organized contribute contributed participate participated assist assisted collaborate
    collaborated present presented handle handled conduct conducted perform performed plan planned change changed
    changing optimise optimised optimize optimized shorten shortened trim trimmed slash slashed halve halved double
    doubled bring save saved saving hold held serve serving involve involved turn turned head headed"""
)

# The same for German, French, Spanish and Italian: words that join, ...
FOREIGN_FUNCTION_WORDS = word_set(
    """der die das den dem des ein eine einen einem einer eines und oder aber mit ohne für von vom zu zum zur im in am an auf aus
    bei beim durch nach über unter um als wie dass sowie sich ist sind war waren wurde wurden hat haben hatte ihre ihren seine
    seinen unsere unseren auch nur noch pro je alle allen welche welcher welches deren dessen davon dazu dabei dadurch wodurch
    damit während seit bis gegen zwischen innerhalb sodass denen jeden jede jedes jeder wert höhe zahl anzahl
    le la les un une des du de d l et ou mais avec sans pour par sur sous dans en au aux chez entre vers depuis pendant dont qui
    que qu ce cette ces son sa ses leur leurs nos notre est sont était étaient a ont été ainsi afin grâce jusqu plus moins tout
    toute tous toutes lors lequel laquelle
    el los las una unos unas y o pero con sin por para sobre del al entre hacia desde hasta durante cuyo que quien se su sus
    nuestro nuestra es son era eran ha han fue fueron así como más menos todo toda todos todas mediante según
    il lo gli uno della delle degli dei dal dalla nel nella con per tra fra che cui è sono"""
)
# ... and words that say only what kind of deed it was, or how it is told.
FOREIGN_DEEDS = word_set(
    """aufbau aufgebaut bau gebaut baute entwickelt entwicklung entwickelte erstellt erstellung erstellte eingeführt einführung
    führte gesenkt senkung senkte reduziert reduzierung reduktion reduzierte verringert verringerung verkürzt verkürzung
    gesteigert steigerung steigerte erhöht erhöhung erhöhte verbessert verbesserung verbesserte optimiert optimierung
    automatisiert automatisierung automatisierte migriert migration umzug umgezogen überführt überführung umgestellt umstellung
    konzipiert konzeption entworfen entwurf gestaltet gestaltung geschrieben verfasst betreut betreuung betrieben betrieb
    verantwortet verantwortung verantwortlich zuständig geleitet leitung leitete geführt führung unterstützt unterstützung
    mitarbeit mitgewirkt mitwirkung beteiligt beteiligung geschult schulung ausgebildet eingearbeitet einarbeitung durchgeführt
    durchführung umgesetzt umsetzung realisiert realisierung koordiniert koordination organisiert organisation geplant planung
    gepflegt pflege gewartet wartung eingespart einsparung ersetzt ersatz ablösung abgelöst gewonnen begleitet begleitung
    eingeführt erreicht erzielt belegt mitgearbeitet verhandelt verhandlung betreute plante führte leitete reduzierte mise
    place déploiement
    erfolgreich eigenständig jährlich monatlich täglich wöchentlich insgesamt rund etwa ca circa knapp gut neue neuen neuer neues
    erfahrung kenntnisse tätigkeit aufgaben bereich arbeit jahr jahre jahren monat monate monaten woche wochen tag tage
    création créé créer conçu conception développé développement mis mise place réduit réduction baisse baissé diminué diminution
    augmenté augmentation amélioré amélioration optimisé optimisation automatisé automatisation migré migration encadré
    encadrement encadrer dirigé direction piloté pilotage géré gestion formé formation rédigé rédaction écrit animé animation
    réalisé réalisation assuré participation participé contribué contribution introduit introduction lancé lancement livré
    livraison remplacé remplacement économisé économie organisé organisation déployé déploiement responsable an ans année années
    mois semaine semaines jour jours annuel annuelle annuels environ près nouveau nouvelle expérience travail équipe
    creado creación creé diseñado diseño diseñé desarrollado desarrollo desarrollé implementado implementación reducido reducción
    reduje bajado disminuido disminución aumentado aumento mejorado mejora optimizado optimización automatizado automatización
    automaticé migrado migración dirigido dirección lideré liderado gestionado gestión formado formación formé escrito redacción
    realizado realización introducido introducción lanzado lanzamiento entregado entrega sustituido sustitución ahorrado ahorro
    organizado coordinado coordinación colaborado colaboración apoyado apoyo participación año años mes meses semana semanas día
    días anual anuales aproximadamente cerca nuevo nueva experiencia trabajo equipo"""
)

IRREGULAR = {
    past: verb
    for pair in [
        "built:build",
        "rebuilt:rebuild",
        "led:lead",
        "ran:run",
        "wrote:write",
        "rewrote:rewrite",
        "written:write",
        "grew:grow",
        "grown:grow",
        "brought:bring",
        "took:take",
        "taken:take",
        "taught:teach",
        "drove:drive",
        "driven:drive",
        "began:begin",
        "begun:begin",
        "made:make",
        "held:hold",
        "kept:keep",
        "sold:sell",
        "spoke:speak",
        "spoken:speak",
        "won:win",
        "rose:rise",
        "risen:rise",
        "fell:fall",
        "fallen:fall",
        "shrank:shrink",
        "shrunk:shrink",
        "oversaw:oversee",
        "overseen:oversee",
        "went:go",
        "gave:give",
        "given:give",
        "chose:choose",
        "chosen:choose",
        "sped:speed",
        "spent:spend",
        "saw:see",
        "seen:see",
        "met:meet",
        "lost:lose",
        "left:leave",
        "got:get",
        "dealt:deal",
        "bought:buy",
        "stood:stand",
        "understood:understand",
        "caught:catch",
        "fed:feed",
        "found:find",
        "paid:pay",
        "sent:send",
        "shown:show",
        "split:split",
        "thought:think",
        "people:person",
        "men:man",
        "women:woman",
        "children:child",
        "data:data",
        "analyses:analysis",
        "criteria:criterion",
        "media:media",
        "indices:index",
        "staff:staff",
        "nightly:night",
        "daily:day",
        "monthly:month",
        "weekly:week",
        "yearly:year",
        "annual:year",
        "annually:year",
        "hourly:hour",
        "quarterly:quarter",
    ]
    for past, verb in [pair.split(":")]
}

# One line a group: words that people exchange for each other in a CV. Used to see that two lines speak of the same thing.
SYNONYMS = """
cut reduce lower decrease shrink trim slash shorten drop lessen minimise halve save bring decline reduction savings less
fewer fall shave curb
increase raise grow boost lift expand rise growth gain double triple scale up higher more extend
improve better enhance optimise faster speed accelerate quicker quick speedup quicken
build develop create implement make write engineer construct produce craft code program author compose put
design architect plan architecture devise shape lay
lead head manage direct run oversee supervise spearhead steer drive captain leadership leader charge
own responsible charge drive run
coordinate organise arrange orchestrate plan
migrate move port transition shift convert transfer switch relocate replatform
deploy release ship roll rollout launch deliver publish push deployment delivery
introduce establish start initiate launch found bring set adopt adoption institute
replace swap substitute supersede retire switch
automate automatic script automation automatically
maintain operate run support keep administer service handle upkeep care tend
mentor coach train guide teach tutor advise instruct develop mentee
review check inspect audit assess examine
fix repair solve resolve correct remedy debug patch
remove eliminate delete drop retire get rid removal deletion elimination
consolidate merge combine unify unite fold
rewrite refactor rework redesign rebuild overhaul restructure
analyse study investigate examine evaluate explore research look
present speak talk give deliver
customer client user account subscriber
team group squad crew unit
engineer developer programmer coder dev
colleague peer coworker teammate
staff employee person member worker people headcount individual
company firm organisation business employer org enterprise
country nation market
student pupil learner participant trainee
latency delay lag response wait
cost spend expense bill spending price expenditure
incident outage failure downtime disruption
page alert alarm call
error defect bug fault mistake failure
pipeline workflow flow process chain
service microservice
application app software tool program product system
website site web
test testing tests
document doc documentation paper guide runbook handbook manual
report dashboard
database db store datastore
repository repo
environment env
infrastructure infra platform
revenue turnover sale income
throughput performance speed
duration time length
deploy deployment
request call query
job task batch
record row entry
transaction payment
event message
server machine node host box instance
cluster clusters
warehouse dwh
site plant location office branch factory
month monthly
year annual yearly annually
day daily
week weekly
hour hourly
night nightly overnight
quarter quarterly
cloud hosted
internal inhouse
model algorithm
feature functionality capability
standard norm rubric guideline convention
course class lesson workshop training session
conference summit meetup
paper article publication post piece
contract agreement deal
supplier vendor
hire recruit recruitment hiring onboard
schedule timetable rota
monitor observe observability monitoring watch
secure security
access permission
backup back
availability uptime
stakeholder partner
budget fund money
minute min
second sec
million m
award prize
degree diploma
begin start
end finish complete conclude
use apply utilise employ leverage rely adopt
reliability stability availability stable reliable
manual hand manually
half 50
legacy old
load traffic
storage store disk
region zone area
partition shard
interface ui frontend
api endpoint interface
cycle round period
shop store outlet
client guest visitor
phase stage step
guideline rule policy
portal platform
patient person
ward unit
procedure process routine
exam test
school university college academy
rotation rota roster schedule
web online internet
fix correct amend remedy rectify
affect hit impact touch influence
occasion time
colleague coworker teammate peer mate
handbook manual guide guidebook instruction
bread loaf
ad ads advert advertising advertisement advertise
meeting session gathering
advice counsel consultation consulting
aim goal target objective
choice selection option
client patron buyer purchaser shopper
pay salary wage compensation remuneration
purchase buy procurement acquire acquisition sourcing
inventory stock
delivery shipment shipping dispatch consignment
ship vessel boat
truck lorry
car automobile vehicle
plane aircraft airplane
house home dwelling
flat apartment
doctor physician clinician medic
nurse nursing
hospital clinic infirmary
drug medicine medication pharmaceutical
illness disease
surgery operation surgical
child kid
teacher instructor educator lecturer tutor trainer
lesson class session
book publication volume title
picture image photo photograph
film movie video
newspaper paper journal magazine periodical
letter mail post
email e-mail mail
phone telephone call
law legal statute legislation
lawyer attorney solicitor counsel
tax fiscal taxation
accounting bookkeeping accountancy ledger
audit auditing inspection
invoice bill billing
debt loan credit
income earnings profit revenue
loss deficit
error inaccuracy discrepancy
fraud scam
danger hazard risk
accident mishap incident
fall drop
emergency urgent
crisis emergency
council municipality city town
street road
garden park
animal livestock
food meal catering
kitchen culinary
cook chef
waiter server
hotel inn lodging accommodation
guest visitor
travel trip journey
tourist visitor traveller traveler
machine equipment device apparatus machinery
tool instrument utility
part component piece element module
material substance
waste refuse rubbish trash
energy power electricity
gas fuel
water hydro
pipe pipeline tube
wood timber lumber
steel metal
cloth textile fabric
dress clothing apparel garment
plan scheme programme program
method approach technique
idea concept
rule regulation policy
law regulation act
duty task responsibility
chance opportunity
success achievement
failure breakdown crash
backlog queue
notification alert
dashboard visualisation visualization chart graph
forecast prediction projection predict
estimate estimation
survey questionnaire poll
interview conversation
volunteer helper
donation gift contribution
charity nonprofit ngo
grant funding subsidy
applicant candidate
vacancy opening
onboarding induction
turnover attrition churn
satisfaction happiness
complaint grievance
warranty guarantee
tender bid
lead prospect
campaign promotion
subscriber follower
audience viewer reader
traffic visits
conversion converted
rank ranking position
script screenplay
translation translated localisation localization
language tongue
speech talk presentation
slide deck presentation
spreadsheet excel sheet
workload load
memory ram
compute computing computation
search retrieval lookup
recommendation recommender suggestion
classification classifier categorisation categorization
annotation labelling labeling label
dataset data corpus
statistics statistical stats
experiment trial test
sample specimen
lab laboratory
researcher scientist
thesis dissertation
study research investigation
measurement metering measure gauge metric
sensor probe
robot robotic
drawing blueprint plan
site location premises
building construction structure
bridge overpass
safety secure
compliance conformity
gdpr privacy
encryption cryptography encrypted
login authentication signin
password credential
vulnerability weakness
attack intrusion
user person people
family household
mother parent father
elderly senior aged
youth young
woman female
man male
disabled disability
court tribunal
police constabulary
army military
prison jail
government public state
election vote poll
tariff rate price
discount rebate
shelf shelving
checkout till
receipt voucher
parcel package packet
warehouse depot storehouse
driver chauffeur
passenger traveller traveler rider
flight aviation
harbour harbor port
rail railway train
bus coach
bicycle bike cycle
cooperation collaboration partnership together
weekly week
first initial
slow sluggish slowest
flat constant steady stable unchanged level
idle unused
monolith monolithic
asynchronous async
synchronous sync
parallel concurrent
distributed decentralised decentralized
real-time realtime live
batch bulk
daily everyday
prüfung prüfungen geprüft prüfte
wartung gewartet wartete
schulung geschult schulte
planung geplant plante
verhandlung verhandelt verhandelte
auswertung ausgewertet
bewertung bewertet bewertete
leitung geleitet leitete führung geführt
unterstützung unterstützt unterstützte
entwicklung entwickelt entwickelte
dokumentation dokumentiert dokumentierte
betreuung betreut betreute
erstellung erstellt erstellte
wöchentlich woche wochen
monatlich monatliche monat monate
täglich tag tage
jährlich jahr jahre
ausfall ausfiel ausfallen ausgefallen
formation formé former
vérification vérifié vérifier
rédaction rédigé rédiger
analyse analysé analyser
évaluation évalué évaluer
négociation négocié négocier
maintenance maintenu entretien entretenu
encadrement encadré encadrer
préparation préparé préparer
arrêt arrêter arrêté interrompre interruption
formación formé formado
revisión revisé revisado
mantenimiento mantuve mantenido
coordinación coordiné coordinado
análisis analicé analizado
evaluación evalué evaluado
negociación negocié negociado
redacción redacté redactado
preparación preparé preparado
parada parar parado interrupción interrumpir
kosten ausgaben aufwand aufwände
mitarbeiter mitarbeitern mitarbeitende mitarbeitenden beschäftigten beschäftigte kollegen kolleginnen angestellte
kunden kundinnen auftraggeber kundschaft
umsatz erlös erlöse umsätze
projekt vorhaben projekte
rechnung rechnungen abrechnung faktura
ladezeit ladezeiten
dienst dienste service services
schnittstelle schnittstellen api apis
prüfung kontrolle überprüfung inspektion test
auswertung analyse
bewertung beurteilung evaluierung evaluation einschätzung
wartung instandhaltung
bericht berichte reports report
vérification contrôle
analyse étude examen
revisión comprobación verificación
análisis estudio examen
datenbank datenbanken
fehler fehlern fehlerquote mängel
lieferanten zulieferer lieferant
auszubildende azubis lehrlinge
schüler schülerinnen
patienten patientinnen
filiale filialen niederlassung niederlassungen standort standorte
lager lagerhaus
werk fabrik produktionsstätte
gruppe team mannschaft
vertrieb verkauf
einkauf beschaffung
bestellung bestellungen aufträge
prozess prozesse ablauf abläufe verfahren
anwendung anwendungen applikation software
webseite website internetseite internetauftritt startseite
coût coûts frais dépenses charges
salariés employés collaborateurs personnes
clients clientes clientèle
chiffre ventes revenus
projet projets chantier chantiers
facture factures facturation
outil outils logiciel application
délai délais temps
magasin magasins boutique boutiques
élève élèves étudiants apprenants
usine site atelier
fournisseurs prestataires
costes costos gastos
empleados trabajadores personas operarios
clientes clienta clientela
ventas ingresos facturación
proyecto proyectos
factura facturas
herramienta herramientas aplicación programa
tienda tiendas comercio
alumnos estudiantes
plazo plazos tiempo
proveedores suministradores
""".strip().splitlines()
