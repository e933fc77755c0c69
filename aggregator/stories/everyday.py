"""Words that headlines of all days and subjects have: what is common before anything was learned from the store.

A new store knows too little to tell "police" from a name. These words are taken for common from the beginning; what
the store learns of them is added. They stand as they are written, and are looked up by their stems.
"""

from __future__ import annotations

from functools import cache

from aggregator.text.languages import stems, terms_in

# What headlines say that would fit another event as well.
_GENERIC = {
    "en": """
    choose comparison comparison deals editorial evening everything explained explainer fixtures forecast happened
    happening highlights horoscope hours kickoff letters line lineup lineups minute morning obituary odds opinion
    predicted prediction preview quiz ratings recap round roundup rumors rumours squad squads statement stream tested
    tips tomorrow tonight updates ups versus
    """,
    "fr": """
    actualités bien chaîne chiffres choisir communiqué comparatif composition compositions demain direct déclaration
    essentiel heure heures horoscope infos probables pronostic pronostics regarder retenir résumé savoir soir suivre
    """,
    "de": """
    abend änderungen ändert aufstellung aufstellungen erklärung horoskop kolumne kompakt leserbriefe liveticker
    mitteilung morgen müssen ratgeber sehen sender stellungnahme ticker überblick übertragung uhrzeit vergleich
    voraussichtliche voraussichtlichen vorschau wissen
    """,
}

_WORDS = {
    "en": """
    accused act action after age agency ago agree agreement ahead aid air album amid analysis announce announced
    announces annual appeal april arrest arrested ask asks attack attacks august award awards back bad ban bank
    battle beat beats become begin begins best better bid big bike bill billion birthday board body book boost boss
    box break breaking brief briefing bring brings britain british build bus business buy call calls campaign
    capital car care case cash cast cause ceo chain chance change changes chapter charge charged charges chief child
    children city claim claims clash close club coach cold collision column come comes coming commuters company
    concern confirm confirms congress consumer control cost costs could country county couple court crash create
    crisis critical critics crowd cup customers cut cuts cycle cyclist daily data date daughter day days dead
    deadline deal deals death debate debut december decision defends defense demand department detail details die
    died dies digest director dollar door down draw dream drive driver drop drug early earnings earth economy
    edition editor election end ends energy enter episode european event ever exclusive executive expect expected
    experts face faces fail fails fall falling falls family fan fans fear fears features february federal fence
    fight figures file filed files film final finale financial find finds fire firm first five fix follow food
    football force forces foreign former forward found four free friday friend fuel full fund funds future gain
    gains game games gas get gets girl give gives global goal going gold good government group grow growth guide gun
    hand happy hard head health hear hearing heart heat help helps high highest hit hits hold holds home hope hopes
    hospitalized host hot hour hours house huge human hundreds idea images impact important improve increase
    industry injured injures injuring inside interest interview investigation investors issue issues january job
    jobs join joins judge july jump june keep key kill killed kills king know known lack largest last late latest
    launch launched launches law lawsuit lead leader leaders leads league learn leave leaves legal less letter level
    life light like likely limit line link links list little live lives living local long look looking looks lorry
    lose loss lost love low made major make makes making man manager many march mark market markets mass match
    matter may meet meeting members men michael miles military million minister minute missing mobile monday money
    month months morning mother motion motorcyclist motorist move moves movie music name named names nation national
    near need needs network never new news newsletter next night north note november number october offer offers
    office officer official officials old online open opens opinion order outside pact part party pass passengers
    past pay pedestrian people percent performance person phone photo photos pick plan plane planned planning plans
    play played player players plays podcast point pole police policy political poll poor post potential power
    premiere present president press pressure preview price prices prime problem production profit program project
    protect protection protest protests prove public push put question questions quit race rain raise raised ranking
    rankings rate rates reach reaches read ready real reason reasons recall record records red release released
    releases remain report reported reports rescue research residents response rest result results retail return
    returns reveal revealed reveals revenue review reviewed reviews rise rises rising risk road robbery role roundup
    rule rules run running russia safety sales saturday save says school science scientists score season seat second
    secret security see seek seeks seen sell senate send september series serious seriously service services set
    sets seven share shares shift shoot shooting shot show shows side sign signs single site six small snow social
    sold son song source south spark speak speaks special spot spring staff stage stand star stars start started
    starts state statement states stay step stock stocks stop store stores storm story streaming street strike
    strong student students study suit summer sunday super supply support surge talk talks target tax team tech
    technology tell tells ten test tests thing things think third thousands threat three thursday time times tip
    title today told top total touch tour town trade trailer train travel travelers travellers tree trial tribute
    trip trouble truck trust try tuesday turn turns two unemployment universities university unveil unveiled unveils
    update updates urge urges use user users uses vehicle version victim victims video view visit volume vote vows
    wait walk wall want wants war warn warned warning warns watch water way weather web website wednesday week
    weekend weekly west white wife win winner winning wins winter witnesses woman women word words work workers
    works world worst worth write year years yet york young
    """,
    "fr": """
    accident accidents accord accuse action actu actualite affaire affirme aide ajoute allemagne an annee annees
    annonce annoncent annuelle anti aout appel arbre arret arrete arretes article assemblee attaque attend attendu
    attente augmente automobiliste avance avenir avril baisse banque battu bien bilan blesse blesses bon budget bus
    camion campagne candidat candidats capitale carriere cas cause centre chaleur chaque chef chiffre chiffres
    chomage chronique chute cinq classement client clients coeur college collision commission commune communes
    compte conducteur conseil contrat coup coupe couple cour cours crash crise critique cycliste date debut debute
    decembre decide decision decouvrir defaite defend demande demi depart departement dernier derniere dernieres
    derniers deuxieme devant devient dimanche direct directeur direction dit dix doit dossier droit droite echec
    ecole economie edition edito effet election elections eleve elu elus emission emploi encore enfant enfants
    enquete ensemble entreprise entreprises equipe espoir est etat etats ete etude europe europeen europeenne euros
    evacue evacuee evacues evenement expert experts explique face faire famille faut femme femmes ferme fermee
    fermeture feu fevrier fille film fils fin finale finance fois foot football force forces forme francais
    francaise francaises france frappe froid futur gagne gauche gouvernement grand grande grave gravement greve
    groupe guerre habitants hausse haut hebdo heure heures histoire hiver homme hommes hopital hui idee image images
    impressionnantes incendie info infos inquiete inquietude interdit international investissement janvier jeu jeudi
    jeune jeunes jour journal journee jours juge juillet juin jusque justice lance lancement leader liberte lieu
    ligne ligue liste livre logement loi lundi lutte lycee lycees mai main maire mairie maison malgre manifestants
    manifestation marche mardi mariage mars match mauvaise medecin meilleur meilleure mercredi mere mesure mesures
    meteo mieux milliard milliards million millions ministre mis mise mois monde mondial mort morts mot motard moto
    mouvement moyen municipales mur musique nation national nationale neige nom nombre nord nouveau nouveaux nouvel
    nouvelle nouvelles novembre nuit numero objectif obtient octobre orage ouest ouvert ouverte ouvre palmares
    parents parlement part parti partie passagers passe patron pays percute percutee perd perdu personne personnes
    petit petite pieton place plan pluie plusieurs podcast point police policier politique porte possible poursuit
    premier premiere premiers pres presente presidence president presse prevention prevision prix probleme procedure
    proces prochain production produit professeur profil progresse progression projet propose propositions public
    publie quartier quatre question raison rapport recherche record recul recule reforme regard region rejoint
    remporte rencontre rendez rentre repond reponse reprise republique resultat resultats retour retraite retraites
    reunion reussit revele revient revue rien risque riverains rouge route rue saison salaire salaries samedi sante
    scene secteur securite semaine semaines septembre service services seul situation social sociale societe soir
    solution sortie soutien spectacle spectaculaires sport succes suite sujet sur syndicat syndicats systeme table
    taux taxe technique tempete temps tennis terme terrain tete titre tombe touche tour tourisme trafic train
    tranche transport travail trois trouve tue tues universite usagers usine valeur velo vendredi vente veut victime
    victimes victoire vie vieux ville violence violences visite voie voir voiture voix vol vote voyage voyageurs
    vrai
    """,
    "de": """
    abend abgeordnete absage abschied achtung afd aktie aktien aktuell aktuelle alarm alkohol allein alt alte
    angebot angefahren angeklagt angriff angriffe angst ankundigung anprall anstieg antrag anwohner anzahl april
    arbeit arbeiten arbeitslose arbeitslosigkeit arbeitsmarkt armee aufprall aufprallen auftakt auftrag august
    ausbau ausgabe ausland auswirkungen auto autofahrer autofahrerin autos bahn baum bayern bedeutet beenden beginn
    beginnen beginnt behorde behorden beide beifahrer beifahrerin beitrag bekommen bekommt belastung bericht
    berichte berlin beschaftigte bessere beste besten besucher betrieb betroffen bevor bilanz bild bilder billig
    blick boden borse brand brauchen braucht brief bringen bringt buch bund bundesliga bundesregierung bundestag
    burger bus cdu chance chef chefin club csu dame dank dax debatte deutlich deutsch deutsche deutschen deutscher
    deutschland dezember dienstag donnerstag dorf drei dritte drogen druck ehe eigene eigenes einfach einfluss einig
    einigung einsatz einwohner einzug ende endet energie englisch entscheidet entscheidung entwurf erbe erfolg
    erfolgreich ergebnis erhalten erhebt erhoht erinnert erklart erlebt erlebte erneut eroffnet erreicht ersten
    erwarten erwartet euro europa europaische experte experten export fahren fahrer fahrgaste fahrrad fahrt fall
    falle falsch familie fans fdp februar fehler feier feiert feuer feuerwehr film final finale findet firma flucht
    flug flughafen folge folgen fordert forderung forscher frage fragen frankreich frau frauen frei freitag freund
    frist fruh fruhling fuhren fuhrt funf fussball fussganger gast geben gebiet geburtstag gefahr gefahrlich
    gefordert gefunden gegner gehen geld gemeinde gericht gesagt geschichte gesellschaft gesetz gesetze gestartet
    gesteigert gestiegen gestorben gesucht gesundheit gesunken getotet gewalt gewinn gewinnen gewinnt gewitter
    gewonnen gilt glaubt gold grad grenze gross grosse grossen grosser grosste grund grunde grune grunen gruppe gut
    gute halb halten hamburg hand handel haus heim helfen hilfe himmel hinter hintergrund hintergrunde hinweis hitze
    hoch hochste hoffen hoffnung hohe holt hund idee info infos innenstadt insassen insgesamt internet investiert
    jahr jahre jahren jahrige jahrlich januar job jugend jugendliche juli jung junge jungen juni kalte kalteste
    kampf kampft kanzler karriere kasse kauf kaufen kaum kind kinder kindern kirche klage klar klein kleine kleiner
    klima koalition kollidiert kollision koln kolumne kommen kommentar kommission kommt konflikt konnten kontrolle
    konzern kosten kostet kraft krank krankenhaus krieg kriegs krise kritik kritisiert kultur kunden kunst kunstler
    kurs kurz land lander lange lastwagen laufen lauft leben lebensgefahr legt lehrer leicht leiden leistung letzte
    letzten letzter leute licht liebe liefert liegt linke liste live lkw loben losung madchen mai mal mann manner
    mannern markt marz mauer medien meer mehrere meint meister meldung mensch menschen milliarde milliarden million
    millionen minister ministerin ministerprasident mittag mitte mittwoch modell moglich moglichkeit monat monate
    monaten montag mord morgen motorrad motorradfahrer musik mutter nachricht nachrichten nacht nahe name namen
    nation nennt netz neu neue neuen neuer neues newsletter niederlage niemand norden not november nummer nutzen
    nutzer oben offen offene offentlich offizieller oktober ol olympia opfer opposition ort osten paar partei
    parteien partner passagiere patienten pause pendler person personal personen pkw plan plane planen plant platz
    podcast polen politik politiker polizei polizist post prallen prallt prasident prasidentin preis preise premiere
    presse problem probleme produktion programm projekt protest proteste prozent prozess prufen radfahrer ranking
    rat raumen reagiert reaktion recht rechte rede reform regeln regen regierung region reihe reise reisende rekord
    rente retten rettung richter risiko rolle roman rot ruckkehr ruft ruhe runde russland sache sagen sagt saison
    samstag schaden schafft schickt schlag schlagt schlecht schlimm schluss schnee schneefall schnell schuld schule
    schuler schutz schutzen schwach schwer schwere schweren seite sender september serie setzt sicher sicherheit
    sieben sieg signal situation soldaten sommer sonne sonntag sorge sorgen sozial spd spiel spiele spielen spieler
    spielt sport sprache sprechen spricht spur staat stadion stadt stark starke stars start starten startet statt
    stehen steht steigen steigt stelle stellen stellt sterben stimmen stimmt stimmung stirbt stoppt strafe strasse
    streik streit strom studie stunde stunden sturm suche sucht suden tag tage tagen tat tater tausende team technik
    teil teilen test teuer thema tier tiere tod todesopfer todlich topspiel tor tote toten trainer treffen trennt
    trifft trotz turkei tut ubernahme ubernimmt uhr ukraine umfrage umwelt unfall union universitat unklar unten
    unternehmen urlaub urteil usa vater verbot verbraucher verdacht verein verfahren vergleich verhandlung
    verhindern verkauf verkehr verklagt verlangt verletzt verletzte verlieren verliert verlust versorgung verstehen
    versuch vertrag verurteilt video vier volk vorerst vorstellung vorwurf vorwurfe wachst wachstum waffe waffen
    wagen wahl wahlen wahlt wald warmste warnt warnung warten wasser weg weihnachten weist weitere weiterhin welt
    weltmeister weltweit wenig weniger werk werte westen wetter wichtig wichtige wichtigsten winter wirbt wirtschaft
    wirtschaftlich wissen wissenschaft woche wochen wochenende wochenruckblick wohl wohnung wollen wort wunsch zahl
    zahlen zahlt zeigen zeigt zeit zeiten zeitung zentrum zeuge ziehen zieht ziel ziele zug zukunft zunachst zuruck
    zusammen zusammenstoss zwei zweite zweiten
    """,
}


@cache
def everyday_stems(language: str) -> frozenset[str]:
    """Return the stems of the everyday words of a language; of an unknown one, those of all."""
    if language not in _WORDS:
        return frozenset().union(*(everyday_stems(name) for name in _WORDS))
    return frozenset(stems(terms_in(f"{_WORDS[language]} {_GENERIC[language]}"), language))
