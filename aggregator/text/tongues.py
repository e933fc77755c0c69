"""Languages for people: what each is called, and whether a text is in one that readers have to be told."""

from __future__ import annotations

from typing import Final

# As each is called in itself, so that its readers find it. What is missing here shows its tag.
_NAMES: Final = {
    "ar": "العربية", "bg": "Български", "ca": "Català", "cs": "Čeština", "da": "Dansk", "de": "Deutsch",
    "el": "Ελληνικά", "en": "English", "es": "Español", "et": "Eesti", "fa": "فارسی", "fi": "Suomi", "fr": "Français",
    "ga": "Gaeilge", "he": "עברית", "hi": "हिन्दी", "hr": "Hrvatski", "hu": "Magyar", "id": "Bahasa Indonesia",
    "is": "Íslenska", "it": "Italiano", "ja": "日本語", "ko": "한국어", "lb": "Lëtzebuergesch", "lt": "Lietuvių",
    "lv": "Latviešu", "mt": "Malti", "nl": "Nederlands", "no": "Norsk", "nb": "Norsk bokmål", "nn": "Norsk nynorsk",
    "pl": "Polski", "pt": "Português", "ro": "Română", "ru": "Русский", "sk": "Slovenčina", "sl": "Slovenščina",
    "sr": "Српски", "sv": "Svenska", "tr": "Türkçe", "uk": "Українська", "vi": "Tiếng Việt", "zh": "中文",
}  # fmt: skip


def primary(tag: str | None) -> str:
    """Return a tag (RFC 5646) without country and script, "" for none."""
    return (tag or "").partition("-")[0].lower()


def language_name(tag: str) -> str:
    """Return what a language is called in itself; its tag where that is not known."""
    return _NAMES.get(primary(tag), primary(tag))


def other_language(tag: str | None, than: str | None) -> str:
    """Return the name of the language of a text where it is known and another one than that around it, "" else."""
    return language_name(tag or "") if primary(tag) not in {"", primary(than)} else ""
