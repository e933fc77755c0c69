"""What links, headings and class names say on pages, in the languages we know."""

from __future__ import annotations

import re
from functools import lru_cache

# The whole text of a link that leads on and names nothing, without what is no letter.
_NO_LETTER = re.compile(r"[\W\d_]+")


def _plain(text: str) -> str:
    return _NO_LETTER.sub(" ", text.casefold()).strip()


_LEADS_ON = frozenset(
    _plain(each)
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
_COUNT = re.compile(r"\d+\s+(?:comments?|kommentare?|commentaires?|comentarios?|replies|reply|shares?|views?|likes?)")


def leads_on(text: str) -> bool:
    """Tell whether a link's text names nothing: "Read more", "Weiterlesen »", "En savoir plus", "3 comments", "…"."""
    return len(text) <= _LONGEST and _leads_on(text)


@lru_cache(maxsize=10_000)
def _leads_on(text: str) -> bool:
    plain = _plain(text)
    return not plain or plain in _LEADS_ON or plain.startswith(_LEADING) or bool(_COUNT.fullmatch(text.casefold()))


_OTHER_LISTS = re.compile(
    r"""^\W{0,3}(?:
    related|recommended|you\ (?:may|might)|more\ (?:from|in|on|like|stories|articles)|most\ (?:read|popular|viewed
    |shared)
    |popular|trending|recent\ (?:comments|posts|articles)|latest\ comments|archives?\b|categories|tags\b|tag\ cloud
    |see\ also|also\ (?:read|on|in)|follow\ us|share|subscribe|links\b|blogroll|sponsored|advert|from\ the\ web
    |editor.?s
    |ähnliche|verwandte|mehr\ (?:zum|aus|von)|lesen\ sie\ auch|das\ könnte|auch\ interessant|meistgelesen|beliebt
    |weitere\ (?:artikel|themen|beiträge|links)|kategorien|archiv\b|schlagwörter|letzte\ kommentare
    |neueste\ kommentare
    |empfohlen|top-?themen|à\ lire\ aussi|lire\ aussi|sur\ le\ même|articles?\ (?:similaires|liés|récents|populaires)
    |vous\ aimerez|les\ plus\ (?:lus|consultés)|catégories|étiquettes|voir\ aussi|mots-clés|suivez
    |relacionad|te\ puede\ interesar|también|lo\ más|más\ (?:leído|visto)|categorías|etiquetas|entradas\ recientes
    |potrebbe|correlati|articoli\ correlati|categorie|più\ letti|gerelateerd|lees\ ook|meest\ gelezen|categorieën
    |関連|人気|おすすめ|カテゴリ|アーカイブ|ランキング|相关|相關|热门|熱門|推荐|推薦|排行|友情链接|点击排行|похожие|популярн|рубрики
    |upcoming|events?\b|calendar|agenda\b|veranstaltung|termine\b|kalender|événements|prochain|eventos
    |архив|метки|читайте\ также|teilen|partager|cookies?\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def names_another_list(heading: str) -> bool:
    """Tell whether a heading is of what stands beside a page's list: related articles, archives, tags, events."""
    return bool(_OTHER_LISTS.match(heading[:60]))


# What servers say that have nothing at an address, and what pages are called that are about the site itself.
GONE = re.compile(
    r"""
    (?:error|erreur|fehler)?\W{0,3}404(?:\W*$|\W+(?:error|erreur|fehler|page|seite|file|not|nicht)\b)
    |(?:oops\W{1,3})?(?:sorry\W{1,3})?(?:the\ |that\ |this\ |die\ |la\ |cette\ )?(?:page|seite|página|pagina)\b.{0,24}
    (?:not\ (?:be\ )?found|t\ be\ found|doesn.t\ exist|does\ not\ exist|nicht\ gefunden|existiert\ nicht|introuvable
    |n.existe\ pas|n.a\ pas\ été\ trouvée|no\ encontrada|no\ existe|non\ trovata|niet\ gevonden)
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

FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navbar|navigation|mainnav|topnav|subnav|menu|mainmenu|submenu|dropdown|breadcrumbs?|"
    r"(?<!card[_-])(?<!post[_-])(?<!item[_-])(?<!entry[_-])(?<!teaser[_-])(?<!article[_-])(?<!card__)footer|foot|site-?header|masthead|topbar|toolbar|pagination|pager|paging|pagenavi|page-numbers|social|share|sharing|"
    r"sharedaddy|cookies?|consent|banner|lang|languages?|language-switcher|tagcloud|tag-cloud|login|skip-links?|"
    r"ads?|advert|advertisement|sponsor|modal|popup|offcanvas|megamenu|comment-list|commentlist|facets?|filters?)"
    r"(?=$|[\s_-])"
)
SIDE_CLASSES = re.compile(
    r"(?:^|[\s_-])(?:sidebar|side-?bar|aside|widget|widgets|rightcol|right-?column|secondary|marginal|rail|right-rail)"
    r"(?=$|[\s_\d-])"
)
RELATED_CLASSES = re.compile(
    r"(?:^|[\s_-])(?:related|recommended|recommendations|recommend|popular|most-?read|most-?popular|most-?viewed|trending|"
    r"hot|ranking|similar|upsell|promo|outbrain|taboola|recirc|recirculation|more-?stories|also-?like|see-?also)"
    r"(?=$|[\s_\d-])"
)
TITLE_CLASSES = re.compile(
    r"(?:title|headline|heading|subject|(?:^|[\s_-])(?:titre|titel|titulo|hl|name))(?=$|[\s_\d-])"
)
DATE_CLASSES = re.compile(
    r"(?:(?<!up)(?<!candi)date|datum|datetime"
    r"|(?:^|[\s_-])(?:time|day|month|published|posted|pubdate|zeit|fecha|timestamp|ago|when))(?=$|[\s_\d-])"
)
SUMMARY_CLASSES = re.compile(
    r"(?:^|[\s_-])(?:summary|excerpt|teaser-?text|desc|description|intro|introtext|lead|abstract|body|text|content|"
    r"chapo|dek|snippet|subtitle)(?=$|[\s_\d-])"
)
AUTHOR_CLASSES = re.compile(
    r"(?:^|[\s_-])(?:author|byline|by|user|username|autor|auteur|category|categories|cat|tags?|kicker|label|topic|"
    r"rubrik|rubrique|section|meta|eyebrow|comments?|pill|badge|chip)(?=$|[\s_\d-])"
)
