"""The catalogues: every sentence of pages and messages is in each of them, translated, and compiled as it stands."""

from __future__ import annotations

import ast
import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import aggregator
from aggregator.model import PollOutcome, SourceKind, SourceStatus
from aggregator.model.issues import DeliveryStatus, TroubleKind
from aggregator.text.locales import ENGLISH, languages
from aggregator.text.states import state_in_words

PACKAGE = Path(aggregator.__file__).parent
ROOT = PACKAGE.parent
CATALOGUES = PACKAGE / "text" / "catalogues"
TRANSLATED = [each for each in languages() if each != "en"]

# As `make messages` does: the same keywords, methods and options (Makefile, pyproject.toml).
KEYWORDS = {**DEFAULT_KEYWORDS, "marked": None, "plural": (1, 2)}
TEMPLATES = {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}

# The others would take as long.
_SPEAKS = re.compile(r"\b(?:marked|plural|[np]?gettext)\b")
SPEAKING = [path for path in PACKAGE.rglob("*.py") if _SPEAKS.search(path.read_text(encoding="utf-8"))]

_PLACE = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def said() -> set[tuple[str | None, str]]:
    """Everything that the code and the templates say, by context and message."""
    found = [
        *(each for path in SPEAKING for each in extract_from_file("python", path, keywords=KEYWORDS)),
        *extract_from_dir(ROOT / "templates", [("**.j2", "jinja2")], {"**.j2": TEMPLATES}, keywords=KEYWORDS),
    ]
    return {(context, message[0] if isinstance(message, tuple) else message) for *_, message, _, context in found}


def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def test_french_and_german_are_spoken() -> None:
    assert {"fr", "de"} <= set(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_in_the_catalogue_and_nothing_else(language: str, said: set[tuple[str | None, str]]) -> None:
    known = {(each.context, each.id[0] if each.pluralizable else each.id) for each in messages(language)}

    assert len(said) > 200
    assert said - known == set(), "run `make messages`, and translate what it adds"
    assert known - said == set(), "run `make messages`: these sentences are said no more"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_a_guess(language: str) -> None:
    untranslated = [each.id for each in messages(language) if not all(_forms(each))]
    guessed = [each.id for each in messages(language) if each.fuzzy]

    assert (untranslated, guessed) == ([], [])


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_every_form_and_the_values_of_its_message(language: str) -> None:
    forms = catalogue(language).num_plurals

    for each in messages(language):
        wanted = _forms_of_id(each)
        values = set(_PLACE.findall(wanted[-1]))
        assert len(_forms(each)) == (forms if each.pluralizable else 1), each.id
        for number, text in enumerate(_forms(each)):
            # what is said of one may leave out the number
            own = set(_PLACE.findall(text))
            assert own == values or (each.pluralizable and number == 0 and own == values - {"count"}), (each.id, text)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_the_tags_and_the_code_of_its_message(language: str) -> None:
    tags = re.compile(r"<[^>]+>")

    for each in messages(language):
        for text in _forms(each):
            assert tags.findall(text) == tags.findall(_forms_of_id(each)[-1]), text


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_that_of_the_text(language: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))

    stored = (CATALOGUES / language / "LC_MESSAGES" / "messages.mo").read_bytes()

    assert stored == compiled.getvalue(), "run `make messages`"


def test_french_has_its_spaces_and_quotes() -> None:
    for each in messages("fr"):
        for text in _forms(each):
            words = re.sub(r"<code>.*?</code>|<[^>]*>|https?://|\?\w+=", "", text)
            assert not re.search(r" [:;?!»]|« |\w[;!»]|'", words), text
            assert "“" not in words, text


def test_german_has_its_quotes() -> None:
    for each in messages("de"):
        for text in _forms(each):
            assert not re.search(r"”|\"(?![^<]*>)|(?<!„)“[^,.:;!?) ]|'", text), text


@pytest.mark.parametrize("state", [*SourceStatus, *SourceKind, *PollOutcome, *DeliveryStatus, *TroubleKind], ids=repr)
def test_every_state_has_a_word(state: str) -> None:
    assert state_in_words(state, ENGLISH)


def _forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if message.pluralizable else (message.string,)


def _forms_of_id(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if message.pluralizable else (message.id,)


def test_the_tools_see_every_sentence_that_the_code_says(said: set[tuple[str | None, str]]) -> None:
    """Babel sees none within an f-string, and none that is said through another name (``say = locale.gettext``)."""
    unseen, renamed, seen = [], [], {message for _, message in said}
    for path in SPEAKING:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in _GETTEXT and id(node) not in called:
                renamed.append(f"{path.name}:{node.lineno}")
            if isinstance(node, ast.Call) and _called(node) in {*_GETTEXT, "marked", "plural"}:
                texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
                is_placed = _called(node) == "pgettext" and len(texts) > 1
                unseen += [text for text in texts[is_placed : is_placed + 1] if text not in seen]

    assert unseen == []
    assert [each for each in renamed if not each.startswith("locales.py")] == []


_GETTEXT = {"gettext", "ngettext", "pgettext"}


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))
