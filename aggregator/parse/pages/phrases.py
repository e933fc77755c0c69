"""What links, headings and class names say on pages, in the languages we know."""

from __future__ import annotations

import re
from functools import lru_cache

# The whole text of a link that leads on and names nothing, without what is no letter.
_NO_LETTER = re.compile(r"[\W\d_]+")


def plain_words(text: str) -> str:
    """Return the words of a text, in small letters and without anything else."""
    return _NO_LETTER.sub(" ", text.casefold()).strip()


_LEADS_ON = frozenset(
    plain_words(each)
    for each in """
    more|read|read on|read more|learn more|find out more|see more|view more|view|view all|show more|continue|details
    continue reading|read the article|read article|read full article|full story|full article|read full story|more info
    read the full story|read post|read the post|more details|more information|view details|see details|go|open|here
    link
    click here|download|pdf|download pdf|discover|discover more|explore|watch|watch now|listen|info|see all
    keep reading
    register|register now|read now|read this|view article|view post|view story|permalink|comments|comment|share|source
    reply|article|news|press release|read press release|read the press release|leave a comment|no comments|add comment
    mehr|weiter|weiterlesen|lesen|mehr lesen|mehr erfahren|mehr dazu|mehr informationen|mehr infos|zum artikel|details
    artikel lesen|zum beitrag|beitrag lesen|weitere informationen|jetzt lesen|ansehen|anzeigen|hier|herunterladen|alle
    zur meldung|zur pressemitteilung|meldung lesen|ganzen artikel lesen|zur veranstaltung|kommentare|teilen
    alle anzeigen
    méi|weider|weiderliesen|méi liesen|liesen|méi gewuer ginn
    suite|la suite|lire|lire la suite|en savoir plus|lire plus|voir|voir plus|voir tout|plus|découvrir|plus d infos
    lire l article|plus d informations|savoir plus|consulter|télécharger|ici|voir l article|je découvre|tout voir
    lire le communiqué|accéder|continuer la lecture|continuer|détails|commentaires|partager|suite de l article
    leer|leer más|leer mas|más|ver|ver más|ver mas|más información|saber más|seguir leyendo|continuar leyendo|ver todo
    sigue leyendo|continuar|detalles|descargar|aquí|comentarios|compartir|leia mais|ler mais|saiba mais|mais|ver mais
    continue lendo|continuar a ler|continuar lendo|detalhes|descarregar|comentários|llegir més|més informació
    leggi|leggi tutto|leggi di più|continua|continua a leggere|approfondisci|scopri|scopri di più|vedi|dettagli|di più
    lees|lees meer|lees verder|meer|meer lezen|meer weten|meer informatie|verder lezen|bekijk|lees het artikel
    læs mere
    les mer|läs mer|läs vidare|lue lisää|mere|mer|lisää|les videre|fortsæt|čti dál|číst dál|číst více|více|celý článek
    čítať ďalej|viac|czytaj|czytaj dalej|czytaj więcej|więcej|zobacz|zobacz więcej|tovább|bővebben|részletek
    olvass tovább
    tovább olvasom|citește|citește mai mult|mai mult|detalii|citeste mai mult|devamı|devamını oku|devamı için|detay
    opširnije|pročitaj više|više|preberi več|več|daugiau|skaityti daugiau|lasīt vairāk|vairāk|loe edasi
    loe lähemalt|rohkem
    далее|читать|читать далее|читать дальше|читать полностью|подробнее|ещё|еще|подробно|детальніше|читати далі
    докладніше
    прочети|прочетете повече|виж повече|още|διαβάστε περισσότερα|περισσότερα|δείτε περισσότερα
    اقرأ المزيد|المزيد|اقرأ|التفاصيل|קרא עוד|עוד|ادامه مطلب|بیشتر|और पढ़ें|आगे पढ़ें|पूरा पढ़ें
    続きを読む|もっと見る|詳細|詳しくはこちら|詳細はこちら|詳しく見る|こちら|続き|more view|一覧|一覧を見る|一覧へ
    更多|查看更多|阅读更多|閱讀更多|阅读全文|閱讀全文|查看详情|详细|详情|詳情|全文|了解更多|更多内容|繼續閱讀|继续阅读
    더보기|더 보기|자세히|자세히 보기|xem thêm|đọc thêm|chi tiết|selengkapnya|baca selengkapnya|อ่านต่อ|อ่านเพิ่มเติม
    """.replace("\n", "|").split("|")
)
_LEADING = tuple(
    each.strip()
    for each in """
        read more|learn more|continue reading|find out more|read the full|read full|more about|view details|more on
        weiterlesen|mehr erfahren|mehr lesen|mehr zu|mehr über|weitere informationen|lire la suite|en savoir plus
        lire l article|lire plus|leer más|leer mas|seguir leyendo|continuar leyendo|leggi tutto|leggi di più|lees meer
        lees verder|leia mais|saiba mais|czytaj dalej|читать далее|подробнее|läs mer|les mer|læs mere|続きを読む
        continue a leggere|continua a leggere|číst dál|阅读全文|查看更多|comments on|skip to|jump to|go to
        """.replace("\n", "|").split("|")
    if each.strip()
)
_LONGEST = 120  # characters

# Links to more of the same, to the archive, or to a newsletter: all of their words, so that headlines which begin so
# ("All six crew members return", "Archive of early telescopes goes online") are none.
_THINGS = (
    r"(?:news|press|media|latest|blog|company|corporate|our|the|these|of|your|items?|stories|story|articles?"
    r"|posts?|entries|updates?"
    r"|releases?|press releases?|announcements?|events?|publications?|reports?|results?|topics?|insights?"
    r"|headlines?|more"
    r"|categories|category|resources|videos?|projects?|episodes?|features|list|overview|page|home ?page|start"
    r"|main|site|index"
    r"|archives?|years?|months?|newsroom|press room|section|top)"
)
_CHOSES = (
    r"(?:les|nos|la|le|de|des|d|du|toutes?|tous|aux?|à|autres?|actualités?|actus?|news|articles?|communiqués?"
    r"|presse|brèves?"
    r"|publications?|événements?|évènements?|dossiers?|nouvelles?|infos?|informations?|billets?|résultats?|page|accueil"
    r"|liste|suivante?s?|précédente?s?|ancien(?:ne)?s|récente?s|plus|archives?|l|une|rubrique|sommaire|haut)"
)
_SACHEN = (
    r"(?:die|der|den|das|zu|zur|zum|unsere[nr]?|weitere[nr]?|aktuellen?|neuesten|alle[nr]?|meldungen|meldung"
    r"|news|nachrichten"
    r"|artikel|artikeln|beiträge|beiträgen|beitrag|presse|pressemitteilungen|pressemeldungen|mitteilungen"
    r"|termine|terminen"
    r"|veranstaltungen|veröffentlichungen|neuigkeiten|berichte|themen|blog|blogbeiträge|ergebnisse|übersicht"
    r"|liste|startseite"
    r"|seite|archiv|nachrichtenarchiv|newsarchiv|pressearchiv|newsübersicht|aktuelles|ältere[nr]?|neuere[nr]?"
    r"|vorherige[nr]?"
    r"|nächste[nr]?|anzeigen|ansehen|lesen|zeigen|im|in|des|von)"
)
_COSAS = (
    r"(?:las|los|la|el|le|gli|i|o|as|os|noticias|notizie|notícias|artículos|articoli|artigos|comunicados"
    r"|comunicati|nieuws"
    r"|berichten|artikelen|entradas|publicaciones|eventos|eventi|nuestras|nostre|nossas|de|prensa|stampa"
    r"|imprensa|het|onze)"
)
_ELSEWHERE = re.compile(
    rf"""
    (?:(?:see|view|show|read|browse|explore|discover|go\ to|visit|check\ out)\ )?(?:all|more|older|newer
    |previous|next|other|earlier
    |recent|latest)(?:\ {_THINGS}){{1,4}}
    |(?:back|return|go\ back)\ to(?:\ {_THINGS}){{1,4}}|(?:(?:{_THINGS}\ ){{0,3}}archives?
    |load\ more(?:\ {_THINGS}){{0,2}})
    |(?:see|view|browse|visit)(?:\ {_THINGS}){{1,5}}
    |(?:please\ )?(?:subscribe|sign\ up|register|join|get|receive|follow)\ (?:to|for|our|the|us|by|on
    |in)\b(?:\ \w+){{0,5}}
    |(?:subscribe|newsletters?(?:\ (?:sign\ ?up|subscription|archive|anmeldung|abonnieren|bestellen|inscription
    |abo))?)(?:\ now)?
    |(?:e\ ?mail|press|news|our|presse|unser|notre|la|der)\ newsletter(?:\ {_THINGS}){{0,2}}|rss(?:\ feeds?)?|atom
    |(?:voir|lire|afficher|découvrir|consulter|parcourir|retrouve[rz])?\ ?(?:toute?s?|tous|autres
    |plus\ d)(?:\ {_CHOSES}){{1,5}}
    |(?:voir|retour|revenir|retourner|afficher|accéder)(?:\ {_CHOSES}){{1,6}}
    |(?:articles|actualités|billets|communiqués|nouvelles|brèves)\ (?:plus\ )?(?:ancien(?:ne)?s|récente?s
    |précédente?s|suivante?s)
    |(?:les\ |nos\ )?archives(?:\ {_CHOSES}){{0,4}}|page\ (?:suivante|précédente)
    |(?:s\ abonner|abonnez\ vous|inscrivez\ vous|s\ inscrire|je\ m\ abonne)(?:\ (?:à|au|aux|la|notre|nos
    |newsletters?|lettre|d
    |informations?|information|infolettre|alertes?|ici)){{0,5}}
    |alle(?:\ {_SACHEN}){{1,4}}|(?:zur|zum|zu|zurück)(?:\ {_SACHEN}){{1,4}}|(?:ältere|neuere|weitere|mehr
    |frühere)(?:\ {_SACHEN}){{1,3}}
    |(?:nachrichten|presse|news)?\ ?archiv|(?:unseren\ |den\ )?newsletter\ (?:abonnieren|bestellen|anmelden)
    |(?:jetzt\ )?(?:zum|für\ den|für\ unseren)\ newsletter(?:\ (?:an)?melden)?(?:\ an)?
    |(?:jetzt\ )?(?:abonnieren|anmelden)|(?:all|alleguer)\ (?:news|artikelen|noriichten)|zréck\ op\ d?\ ?\w+
    |(?:ver\ |vedi\ |bekijk\ |leer\ )?(?:todas|todos|tutte|tutti|todas|alle)(?:\ {_COSAS}){{1,4}}
    |(?:volver|torna|voltar|terug)\ (?:a|al|alla|à|ao|naar)(?:\ \w+){{1,3}}|archivo|archivio|arquivo|archief
    """,
    re.IGNORECASE | re.VERBOSE,
)
_COUNT = re.compile(r"\d+\s+(?:comments?|kommentare?|commentaires?|comentarios?|replies|reply|shares?|views?|likes?)")


def leads_on(text: str) -> bool:
    """Tell whether a link's text names nothing: "Read more", "Weiterlesen »", "En savoir plus", "3 comments", "…"."""
    return len(text) <= _LONGEST and _leads_on(text)


def only_leads_on(text: str) -> bool:
    """Tell the same of a part of a title, which may go on so: "Twelve start-ups", "join the programme"."""
    return _names_nothing(text, plain_words(text))


@lru_cache(maxsize=10_000)
def _leads_on(text: str) -> bool:
    plain = plain_words(text)
    return _names_nothing(text, plain) or _ELSEWHERE.fullmatch(plain) is not None


def _names_nothing(text: str, plain: str) -> bool:
    if not plain or plain in _LEADS_ON or plain.startswith(_LEADING):
        return True
    return _COUNT.fullmatch(text.casefold()) is not None


_RELATED = r"""
    related|recommended|you\ (?:may|might)|(?:customers|readers|people|others)\ (?:also|who)|more\ (?:from|in|on|like
    |stories|articles)
    |similar\ (?:products|items|articles|posts)|most\ (?:read|popular|viewed|shared)
    |popular|trending|see\ also|also\ (?:read|on|in)|sponsored|advert|from\ the\ web
    |ähnliche|verwandte|mehr\ (?:zum|aus|von)|lesen\ sie\ auch|das\ könnte|auch\ interessant|meistgelesen|beliebt
    |kunden\ (?:kauften|sahen|haben|interessierten)|passend\ dazu|weitere\ (?:artikel|themen|beiträge|links)|empfohlen
    |à\ lire\ aussi|lire\ aussi|sur\ le\ même|(?:articles?|produits)\ (?:similaires|liés|populaires|associés)
    |(?:les|nos)\ clients|vous\ aimerez|les\ plus\ (?:lus|consultés)|voir\ aussi
    |relacionad|te\ puede\ interesar|también|lo\ más|más\ (?:leído|visto)
    |potrebbe|correlati|articoli\ correlati|più\ letti|gerelateerd|lees\ ook|meest\ gelezen
    |関連|人気|おすすめ|ランキング|相关|相關|热门|熱門|推荐|推薦|排行|点击排行|похожие|популярн|читайте\ также
"""
_BESIDE = re.compile(rf"^\W{{0,3}}(?:{_RELATED})", re.IGNORECASE | re.VERBOSE)
_OTHER_LISTS = re.compile(
    rf"""^\W{{0,3}}(?:{_RELATED}
    |recent\ (?:comments|posts|articles)|latest\ comments|archives?\b|categories|tags\b|tag\ cloud
    |follow\ us|share|subscribe|links\b|blogroll|editor.?s
    |kategorien|archiv\b|schlagwörter|letzte\ kommentare|neueste\ kommentare|top-?themen
    |articles?\ récents|catégories|étiquettes|mots-clés|suivez|categorías|etiquetas|entradas\ recientes
    |categorie|categorieën|カテゴリ|アーカイブ|友情链接|рубрики
    |upcoming|events?\b|calendar|agenda\b|veranstaltung|termine\b|kalender|événements|prochain|eventos
    |архив|метки|teilen|partager|cookies?\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def names_another_list(heading: str) -> bool:
    """Tell whether a heading is of what stands beside a page's list: related articles, archives, tags, events."""
    return bool(_OTHER_LISTS.match(heading[:60]))


def names_what_is_related(heading: str) -> bool:
    """Tell whether a heading is of what goes with the one thing that a page is about."""
    return bool(_BESIDE.match(heading[:60]))


_JOBS = re.compile(
    r"""
    (?:(?:our|all|current|latest|open)\ )*(?:jobs?|vacanc(?:y|ies)|(?:open\ )?(?:positions?|roles)|(?:job\ )?openings
    |job\ (?:offers|opportunities|vacancies|listings?|board)|employment\ opportunities)(?:\ at(?:\ \w+){1,4})?
    |(?:unsere\ |aktuelle\ |alle\ )*(?:offene\ )?(?:stellen(?:angebote|anzeigen|ausschreibungen)?|jobangebote|jobs)
    |(?:(?:nos|les|toutes\ les)\ )?(?:offres?\ d\ emplois?|offres\ de\ postes?
    |postes?\ (?:vacants?|ouverts?|à\ pourvoir)
    |emplois\ vacants)
    |(?:fräi|oppe)\ (?:plazen|posten)|vacatures|offerte\ di\ lavoro|ofertas\ de\ empleo
    """,
    re.IGNORECASE | re.VERBOSE,
)


def names_jobs(name: str) -> bool:
    """Tell whether a page is called so as lists of vacancies are; "Careers" has all that is said of working there."""
    return len(name) <= _LONGEST and _JOBS.fullmatch(plain_words(name)) is not None


# What servers say that have nothing at an address, and what pages are called that are about the site itself.
GONE = re.compile(
    r"""
    (?:error|erreur|fehler)?\W{0,3}404(?:\W*$|\W+(?:error|erreur|fehler|page|seite|file|not|nicht)\b)
    |(?:oops\W{1,3})?(?:sorry\W{1,3})?(?:the\ |that\ |this\ |die\ |la\ |cette\ )?(?:page|seite|página|pagina)\b.{0,24}
    (?:not\ (?:be\ )?found|t\ be\ found|doesn.t\ exist|does\ not\ exist|nicht\ gefunden|existiert\ nicht|introuvable
    |n.existe\ pas|n.a\ pas\ été\ trouvée|no\ encontrada|no\ existe|non\ trovata|niet\ gevonden)
    |(?:(?:oops|ups|oups)\W{1,3})?(?:(?:sorry|entschuldigung|désolée?)\W{1,3})?(?:
      we\b.{0,16}(?:n.t|not)\b.{0,12}\b(?:find|locate)\b.{0,16}\bpage
      |wir\b.{0,16}\bseite\b.{0,16}nicht\ (?:finden|gefunden)|nous\ n.avons\ pas\b.{0,12}trouv.{0,16}\bpage)
    |(?:diese|die)\ seite\ (?:gibt\ es\ nicht|ist\ nicht\ (?:mehr\ )?(?:da|verfügbar))
    |something\ went\ wrong|an\ (?:unexpected\ )?error\ (?:has\ )?occurred|etwas\ ist\ schiefgelaufen
    |une\ erreur\ (?:est\ survenue|s.est\ produite)|es\ ist\ ein\ fehler\ aufgetreten
    |(?:not\ found|nicht\ gefunden|error|erreur|fehler|forbidden|access\ denied)$|internal\ server\ error|bad\ gateway
    |[45]\d\d\W{1,3}(?:internal|bad|service|forbidden|gateway|unauthorized|too\ many|gone|not)\b
    |(?:service|site|website)\ (?:is\ )?(?:temporarily\ |currently\ )?(?:unavailable|down)
    """,
    re.IGNORECASE | re.VERBOSE,
)
ABOUT_ITSELF = re.compile(
    r"""
    impressum|imprint|legal\ (?:notice|information)|mentions\ légales|aviso\ legal|note\ legali|datenschutz
    |data\ protection|privacy|cookie|politique\ de\ (?:confidentialité|cookies)|terms\ (?:of|and)|nutzungsbedingungen
    |agb$|conditions\ (?:générales|d.utilisation)|barrierefreiheit|accessibility|accessibilité|site\ ?map$
    |plan\ du\ site$|contact(?:\ us)?$|kontakt$|contactez-nous$|nous\ contacter$|copyright|disclaimer
    """,
    re.IGNORECASE | re.VERBOSE,
)

# Classes of how something looks (Tailwind, Bootstrap, Material): "text-gray-900", "md:text-xl", "body-large".
UTILITY = re.compile(
    r"(?<!\S)(?:[\w-]+:)*(?:(?:text|bg|font|border|from|via|to|fill|stroke|ring|shadow|leading|tracking|align|content"
    r"|object|justify|items|self|line)-(?!(?:text|teaser|excerpt|summary|body|title|headline|date|wrapper|container)\b)"
    r"[\w/.\[\]#%()-]+|(?:body|label|display)-(?:\d+|xs|s|sm|m|md|l|lg|xl|\dxl|small|medium|large|strong|bold))(?!\S)"
)
# What the links of a site's own pages are called: several of them in one list are no news.
OWN_PAGES = re.compile(
    r"""^\W*(?:
    (?:about|contact|privacy|cookies?|terms|careers?|jobs?|imprint|legal|disclaimer|accessibility|site\ ?map
    |help|faqs?|support
    |log\ ?in|sign\ (?:in|up)|register|copyright|home|our\ (?:team|services|people|mission|history)
    |who\ we\ are|what\ we\ do
    |impressum|datenschutz\w*|kontakt|nutzungsbedingungen|agb|karriere|stellenangebote|über\ uns|über\ (?:die
    |das|den)|hilfe
    |barrierefreiheit|anfahrt|startseite|unsere?\ (?:leistungen|team|angebote)|wer\ wir\ sind
    |haftungsausschluss|widerruf\w*
    |à\ propos|qui\ sommes|contactez|mentions\ légales|politique\ de|conditions\ (?:d|g)|carrières?
    |nous\ (?:contacter|rejoindre)
    |plan\ du\ site|accessibilité|aide|accueil|nos\ (?:services|équipes|missions)|recrutement|gestion\ des\ cookies
    |sobre\ nosotros|contacto|aviso\ legal|política\ de|chi\ siamo|contatti|over\ ons|vacatures)\b
    |[^.]{0,30}\b(?:privacy|cookies?|datenschutz\w*|confidentialité|terms\ of\ (?:use|service))\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
CONSENT = re.compile(
    r"""we\ (?:use|value|care)\b.{0,20}(?:cookies?|privacy)|your\ (?:privacy|cookie|consent)
    |before\ you\ continue|manage\ consent
    |wir\ (?:verwenden|nutzen|setzen|respektieren|schätzen)\b.{0,20}(?:cookies?|privatsphäre)
    |bevor\ sie\ (?:fortfahren|weiter)
    |nous\ (?:utilisons|respectons)\b.{0,20}(?:cookies?|vie\ privée)|avant\ de\ continuer|votre\ (?:vie\ privée
    |consentement)
    |ihre\ (?:privatsphäre|einwilligung|zustimmung)|usamos\ cookies|utilizziamo\ (?:i\ )?cookie|cookie\ consent
    |consent\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
LOG_IN = re.compile(
    r"(?:please )?(?:log ?in|sign ?in|log ?on)\b|login|anmelden|anmeldung|einloggen|connexion|se connecter"
    r"|connectez|identifi(?:ez|cation)"
    r"|iniciar sesión|accedi\b|inloggen|member(?:s'?)? (?:area|login)|my account|mein konto|mon compte|authenti",
    re.IGNORECASE,
)

# What class names say. They are looked for in lower case, each name behind a hyphen, and with hyphens in it for what
# parts its words: "-card--title -is-new". What an expression begins with is a letter or that hyphen, which is quick.
FURNITURE = re.compile(
    r"-(?:nav|navi|navbar|navigation|mainnav|topnav|subnav|menu|mainmenu|submenu|dropdown|breadcrumbs?|"
    r"(?<!card-)(?<!post-)(?<!item-)(?<!entry-)(?<!teaser-)(?<!article-)(?<!card--)footer"
    r"|foot|site-?header|masthead|topbar|toolbar|pagination|pager|paging|pagenavi|page-numbers|social|share|sharing|"
    r"sharedaddy|cookies?|consent|banner|lang|languages?|language-switcher|tagcloud|tag-cloud|login|skip-links?|"
    r"ads?|advert|advertisement|sponsor|modal|popup|offcanvas|megamenu|comment-list|commentlist|facets?|filters?)"
    r"(?=$|[\s-])"
)
SIDE_CLASSES = re.compile(
    r"-(?:sidebar|side-?bar|aside|(?<!elementor-)widgets?(?! -blog\b)|rightcol|right-?column"
    r"|secondary|marginal|rail|right-rail)"
    r"(?=$|[\s\d-])"
)
RELATED_CLASSES = re.compile(
    r"-(?:related|recommended|recommendations|recommend|popular|most-?read|most-?popular"
    r"|most-?viewed|trending|"
    r"hot|ranking|similar|upsell|promo|outbrain|taboola|recirc|recirculation|more-?stories|also-?like|see-?also)"
    r"(?=$|[\s\d-])"
)
TITLE_CLASSES = re.compile(r"(?:title|headline|heading|subject|-titre|-titel|-titulo|-hl|-name)(?=$|[\s\d-])")
DATE_CLASSES = re.compile(
    r"(?:date(?<!update)(?<!candidate)|datum|datetime"
    r"|-time|-day|-month|-published(?<!-state-published)|-posted|-pubdate|-zeit|-fecha|-timestamp|-ago|-when)(?=$|[\s\d-])"
)
SUMMARY_CLASSES = re.compile(
    r"-(?:summary|excerpt|teaser-?text|desc|description|intro|introtext|lead|abstract|body|text|content|"
    r"chapo|dek|snippet|subtitle)(?=$|[\s\d-])"
)
AUTHOR_CLASSES = re.compile(
    r"-(?:author|byline|by|user|username|autor|auteur|category|categories|cat|tags?|kicker|label|topic|"
    r"rubrik|rubrique|section|meta|eyebrow|topline|overline|dachzeile|spitzmarke|surtitre|pretitle|comments?|pill|badge|chip)(?=$|[\s\d-])"
)
