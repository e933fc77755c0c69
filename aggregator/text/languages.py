"""Languages: codes in one spelling, which one a text is in, its words without endings and small words."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable

import Stemmer

from aggregator.text.folding import fold
from aggregator.text.tongues import primary

_STEMMERS = {"en": "english", "fr": "french", "de": "german"}

# Words that say nothing about what a text is about, and by which a language is known. Folded, as words are.
_SMALL = {
    "en": "a about above after again against all also am among an and any are as at be because been before being "
    "between both but by can could did do does down during each few for from further get gets had has have he her "
    "here him his how i if in into is it its itself just may me might more most my no nor not now of off on once "
    "one only or other our out over own per s said same say says see she should so some still such t than that the "
    "their them then there these they this those through to too under until up upon us very was we were what when "
    "where which while who whom why will with within without would yet you your st nd rd th",
    "fr": "a afin ai ainsi alors apres as au aucun aussi autre autres aux avait avant avec avoir c ca car ce cela ces "
    "cet cette ceux chez ci comme comment contre d dans de deja depuis des deux donc dont du elle elles en encore "
    "entre est et etait ete etre eu fait faut il ils j je jusqu l la le les leur leurs lors lui m ma mais me meme mes "
    "moins mon n ne ni nos notre nous on ont ou par parce pas peu peut plus pour pourquoi puis qu quand que quel "
    "quelle quelles quels qui quoi s sa sans se selon sera ses si son sont sous sur t ta te tes ton tous tout toute "
    "toutes tres trop tu qu jusqu lorsqu puisqu un une vers voici voila vos votre vous y er ere eme emes",
    "de": "ab aber alle allem allen aller alles als also am an andere anderen auch auf aus ausser bei beim bereits bin "
    "bis bleibt da dabei dadurch dafur dagegen daher damit danach dann dann daran darauf darf darum das dass davon "
    "dazu dem den denn der des dessen deshalb die dies diese diesem diesen dieser dieses doch dort du durch eher ein "
    "eine einem einen einer eines er erst es etwas euch fast fur gab ganz gar gegen geht gibt hat hatte hatten ich "
    "ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja je jede jedem jeden jeder jedes jetzt kann kein "
    "keine keinem keinen keiner konnen konnte lasst machen macht man mehr mein meine mich mir mit mussen muss nach "
    "nachdem nicht noch nun nur ob oder ohne schon sehr sei sein seine seinem seinen seiner seit sich sie sind so "
    "soll sollen sollte sondern sonst uber um und uns unser unsere unter viel viele vom von vor wann war waren warum "
    "was wegen weil weiter welche welcher wenn wer werde werden weshalb wie wieder will wir wird wo wollen wollte "
    "worden wurde wurden zu zum zur zwischen",
}
_SMALL_WORDS = {language: frozenset(words.split()) for language, words in _SMALL.items()}
_ANY_SMALL = frozenset().union(*_SMALL_WORDS.values())
# Small words that are words of another of these languages too tell nothing about the language.
_AMBIGUOUS = (
    "a also am an as art bald chez die dies do fast gab hat in lasst machen man me more on par plus pour sans so son "
    "tous ton tu un war was will wo"
)
_TELLTALE = {language: small - set(_AMBIGUOUS.split()) for language, small in _SMALL_WORDS.items()}
_ANY_TELLTALE = frozenset().union(*_TELLTALE.values())
# So many of them must be there to believe that a language is not the one that was declared.
_AGAINST_DECLARED, _WITHOUT_DECLARED = 3, 2

# So many it takes where nothing is declared and any language is possible; and the small words of those beside it.
_UNDECLARED = 3
_OTHER_SMALL = {
    "es": "a al como con de del el en es esta la las lo los mas no o para por que se sin sobre su un una y",
    "it": "a al alla che con da dal dei del della di e gli ha il in la le nel non per piu si sono su un una",
    "pt": "a ao as com como da das de do dos e em mais na nas no nos o os para pela por que se um uma",
    "ca": "a amb al als de del dels el els en es la les mes no o pel per que una un i",
    "ro": "a ai al care ce cu de din doi in la mai nu o pe pentru prin sa se si sunt un una",
    "nl": "aan bij dat de den die een en er het in is met naar niet of om op te tot uit van voor was wordt zijn",
    "lb": "am an as awer dat de den der dei di eng en et fir gett hien huet inn mat net op sech si sinn um vun zu",
    "sv": "att av de den det en ett for fran har i med men och om pa som till ut var",
    "da": "af at de den der det en er et for fra har i ikke med og om pa som til ved var",
    "af": "aan as dat deur die en het in is met na nie om op sal te ten uit van vir was word",
    "pl": "co dla do i jak jest na nie o od po przez sie to w we z za ze",
}
_SMALL_IN_ALL = {**_SMALL_WORDS, **{language: frozenset(words.split()) for language, words in _OTHER_SMALL.items()}}
_SMALL_IN_ANY = frozenset().union(*_SMALL_IN_ALL.values())

# Numbers stay whole ("3-1", "1.8", "2026-03-01"); apostrophes, dots and hyphens part words.
_TERM = re.compile(r"\d+(?:[.,:-]\d+)*|[^\W\d_]+")
_TERM_IN_ASCII = re.compile(r"[A-Za-z]+|[0-9]+(?:[.,:-][0-9]+)*")
_BETWEEN_LETTERS = "".join(chr(code) if chr(code).isalpha() else " " for code in range(0x80))

_CODE = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?(?:-.*)?", re.IGNORECASE)
_NO_LANGUAGE = {"und", "zxx", "mul", "mis"}

_kept = threading.local()


def terms_in(text: str) -> list[str]:
    """Return the words and numbers of plain text, folded."""
    folded = fold(text)
    return (_TERM_IN_ASCII if folded.isascii() else _TERM).findall(folded)


def language_of(terms: Iterable[str], declared: str | None) -> str:
    """Return "en", "fr", "de", or what was declared ("" when nothing was): feeds often declare a wrong one.

    The small words of a text decide, when they are clear; a headline alone often has too few.
    """
    said = primary(declared)
    if said and said not in _SMALL_WORDS:
        return said
    words = _ANY_TELLTALE.intersection(terms)
    (second, _), (most, best) = sorted([(len(words & small), name) for name, small in _TELLTALE.items()])[1:]
    if most >= (_AGAINST_DECLARED if said else _WITHOUT_DECLARED) and most >= 2 * second:
        return best
    return said or (best if most > second else "")


def detected_language(text: str) -> str | None:
    """Return "en", "fr" or "de" where the small words of plain text leave no doubt; None else.

    Nobody has said which language it is, so it may be any: the small words of others count against these.
    """
    folded = fold(text)
    terms = folded.translate(_BETWEEN_LETTERS).split() if folded.isascii() else _TERM.findall(folded)
    words = _SMALL_IN_ANY.intersection(terms)
    if len(words) < _UNDECLARED:
        return None
    counts = {name: len(words & small) for name, small in _SMALL_IN_ALL.items()}
    best = max(_SMALL_WORDS, key=counts.__getitem__)
    others = max(count for name, count in counts.items() if name != best)
    return best if counts[best] >= _UNDECLARED and counts[best] >= 2 * others else None


def is_small(word: str, language: str) -> bool:
    """Whether a folded word says nothing about what a text is about."""
    return word in _SMALL_WORDS.get(language, _ANY_SMALL)


def stems(terms: Iterable[str], language: str) -> tuple[str, ...]:
    """Return the words that say something, without endings, in order, each once."""
    small = _SMALL_WORDS.get(language, _ANY_SMALL)
    kept = [word for word in terms if word not in small and (len(word) > 1 or word.isdigit())]
    stemmer = _stemmer(language)
    return tuple(dict.fromkeys(stemmer.stemWords(kept) if stemmer else kept))


def stem(word: str, language: str) -> str:
    """Return a folded word without its ending."""
    stemmer = _stemmer(language)
    return str(stemmer.stemWord(word)) if stemmer else word


def _stemmer(language: str) -> Stemmer.Stemmer | None:
    """Return what knows the endings of a language: one for each thread, they are not for several at once."""
    stemmers: dict[str, Stemmer.Stemmer | None] = _kept.__dict__
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(_STEMMERS[language], 0) if language in _STEMMERS else None
    return stemmers[language]


def language_code(written: str | None) -> str | None:
    """Return a BCP 47 code as language, script and region in their usual case ("de-LU"), None for what is none."""
    found = _CODE.fullmatch((written or "").strip().replace("_", "-"))
    if found is None or found[1].lower() in _NO_LANGUAGE:
        return None
    script, region = found[2], found[3]
    return "-".join(
        part for part in (found[1].lower(), script and script.capitalize(), region and region.upper()) if part
    )
