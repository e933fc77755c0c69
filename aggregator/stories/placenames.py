"""Places that news tell apart: the same sentence about another town or country is another story."""

from __future__ import annotations

from functools import cache

from aggregator.text.languages import stems, terms_in

_PLACES = {
    "en": """
    afghanistan africa alabama alaska albania algeria america amsterdam angola argentina arizona armenia asia athens
    atlanta auckland australia austria azerbaijan baghdad bangkok bangladesh barcelona beijing beirut belarus
    belfast belgium berlin birmingham bolivia boston brazil bristol britain brussels bucharest budapest bulgaria
    cairo calgary california cambodia cambridge cameroon canada cardiff chicago chile china cleveland colombia
    colorado congo connecticut copenhagen croatia cuba cyprus dakota dallas damascus delaware delhi denmark denver
    detroit dubai dublin ecuador edinburgh egypt england estonia ethiopia europe finland florida france geneva
    georgia germany ghana glasgow greece guatemala haiti hamburg hawaii helsinki honduras houston hungary iceland
    idaho illinois india indiana indonesia iowa iran iraq ireland israel istanbul italy jakarta jamaica japan
    jerusalem jordan kansas kazakhstan kentucky kenya kosovo kuwait kyiv laos latvia lebanon leeds libya lisbon
    lithuania liverpool london louisiana luxembourg madrid maine malaysia mali malta manchester maryland
    massachusetts melbourne mexico miami michigan minnesota mississippi missouri moldova montana montenegro montreal
    morocco moscow mozambique mumbai munich myanmar nairobi namibia nebraska nepal netherlands nevada nicaragua
    niger nigeria norway nottingham ohio oklahoma oregon oslo ottawa oxford pakistan panama paraguay paris
    pennsylvania perth peru philadelphia philippines phoenix poland portugal prague qatar riga romania rome russia
    rwanda scotland seattle senegal seoul serbia sheffield singapore slovakia slovenia somalia spain stockholm sudan
    sweden switzerland sydney syria taiwan tallinn tanzania tehran tennessee texas thailand tokyo toronto tunisia
    turkey uganda ukraine uruguay utah uzbekistan vancouver venezuela vermont vienna vietnam virginia wales warsaw
    washington wisconsin wyoming yemen zambia zimbabwe zurich
    """,
    "fr": """
    afghanistan afrique ain aisne albanie alger algerie allemagne alpes alsace amerique amiens amsterdam angers
    angleterre annecy aquitaine ardeche ardennes argentine ariege asie athenes aude australie autriche auvergne
    aveyron avignon barcelone belfort belgique berlin besancon beziers bolivie bordeaux bourgogne bresil brest
    bretagne bruxelles budapest caen calais calvados cameroun canada cannes cantal centre chambery champagne
    charente chili chine clermont colmar colombie congo coree corse creuse croatie cuba danemark dijon dordogne
    doubs drome ecosse egypte espagne essonne estonie etats europe finistere finlande france gard geneve gers
    gironde grece grenoble guadeloupe guyane haiti havre herault hongrie inde indonesie irak iran irlande isere
    israel italie japon jura kosovo landes languedoc lausanne liban libye lille limoges limousin lisbonne lituanie
    loire londres lorient lorraine lot lozere luxembourg lyon macon madrid mali manche mans marne maroc marseille
    martinique mayenne mayotte metz meurthe meuse mexique milan montpellier morbihan moscou moselle mulhouse nancy
    nantes nevers nice nievre niger nimes niort normandie norvege occitanie oise orleans orne pakistan paris pau
    perpignan picardie poitiers poitou pologne portugal prague provence pyrenees quebec quimper reims rennes reunion
    rhone rochelle rodez rome rouen roumanie russie savoie senegal serbie strasbourg suede suisse syrie taiwan tarn
    thailande toulon toulouse tours troyes tunisie turquie ukraine valence valenciennes vannes var vaucluse vendee
    venezuela versailles vienne vietnam vosges yonne yvelines zurich
    """,
    "de": """
    aachen afghanistan afrika agypten albanien amerika anhalt asien athen augsburg australien baden basel bayern
    belgien berlin bern bielefeld bochum bonn brandenburg brasilien braunschweig bremen bremerhaven brussel
    bulgarien chemnitz china cottbus danemark darmstadt deutschland dortmund dresden duisburg dusseldorf england
    erfurt erlangen essen estland europa finnland flensburg frankfurt frankreich freiburg gelsenkirchen genf gera
    giessen gottingen graz griechenland grossbritannien hagen halle hamburg hamm hannover heidelberg heilbronn
    hessen holstein indien ingolstadt innsbruck irak iran irland israel italien japan jena kanada karlsruhe kassel
    kiel kiew koblenz koln kosovo kroatien leipzig leverkusen libanon linz lissabon litauen london lubeck
    ludwigshafen luxemburg luzern madrid magdeburg mailand mainz mannheim marburg mecklenburg mexiko monchengladbach
    moskau munchen munster mv niederlande niederosterreich niedersachsen norden nordrhein norwegen nrw nurnberg
    oberhausen oberosterreich oldenburg osnabruck osten osterreich paderborn pakistan paris pfalz pforzheim polen
    portugal potsdam prag regensburg reutlingen rheinland rom rostock rumanien russland saarbrucken saarland sachsen
    salzburg schleswig schottland schwaben schweden schweiz schwerin serbien siegen slowakei slowenien spanien
    steiermark stuttgart suden syrien thuringen tirol trier tschechien tubingen turkei ukraine ulm ungarn vorarlberg
    vorpommern warschau westen westfalen wien wiesbaden wolfsburg wuppertal wurttemberg wurzburg zurich zwickau
    """,
}


@cache
def place_stems(language: str) -> frozenset[str]:
    """Return the stems of the names of places in a language; of an unknown one, those of all."""
    if language not in _PLACES:
        return frozenset().union(*(place_stems(name) for name in _PLACES))
    return frozenset(stems(terms_in(_PLACES[language]), language))
