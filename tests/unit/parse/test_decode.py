from __future__ import annotations

from contextlib import suppress
from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.parse.decode import decode_body, without_forbidden


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_goes_before_everything(charset: str) -> None:
    body = '<?xml version="1.0" encoding="iso-8859-1"?><a>ü</a>'.encode(charset)

    assert decode_body(body, "text/xml; charset=koi8-r").endswith("<a>ü</a>")


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_known_without_their_mark(charset: str) -> None:
    assert decode_body("<a>ü</a>".encode(charset), None) == "<a>ü</a>"


def test_the_charset_parameter_goes_before_the_declaration() -> None:
    body = '<?xml version="1.0" encoding="iso-8859-2"?><a>ж</a>'.encode("koi8-r")

    assert "ж" in decode_body(body, 'text/xml; Charset="KOI8-R"')


def test_text_xml_without_charset_is_what_the_declaration_says() -> None:
    body = '<?xml version="1.0" encoding="iso-8859-2"?><a>ł</a>'.encode("iso-8859-2")

    assert "ł" in decode_body(body, "text/xml")


def test_utf_8_is_recognized_under_a_single_byte_label() -> None:
    assert decode_body("<a>für</a>".encode(), "text/xml; charset=ISO-8859-1") == "<a>für</a>"


def test_a_multi_byte_label_is_believed() -> None:
    body = '<?xml version="1.0" encoding="gb2312"?><a>港口</a>'.encode("gb18030")

    assert "港口" in decode_body(body, None)


@pytest.mark.parametrize("label", ["punycode", "utf-7", "rot13", "hex", "utf-16", "klingon", ""])
def test_a_label_that_is_no_charset_or_cannot_be_true_is_passed_over(label: str) -> None:
    assert decode_body("<a>für</a>".encode(), f"text/xml; charset={label}") == "<a>für</a>"


def test_bytes_that_are_no_utf_8_are_windows_1252() -> None:
    assert decode_body(b"<a>f\xc3\xbcr 5 \x80, \x81</a>", None) == "<a>für 5 €, \x81</a>"


def test_ascii_under_a_single_byte_label_is_itself() -> None:
    assert decode_body(b"<a>for</a>", "text/xml; charset=windows-1251") == "<a>for</a>"


def test_bytes_that_fit_no_charset_are_marked() -> None:
    assert decode_body(b"<a>\x81\xff</a>", "text/xml; charset=shift_jis").count("\ufffd") >= 1


def test_characters_that_xml_forbids_are_taken_out() -> None:
    assert decode_body("<a>\x00x\x0b\ufffe\ty\n</a>".encode(), None) == "<a>x\ty\n</a>"


def test_the_fallback_is_for_reading_only() -> None:
    with pytest.raises(UnicodeEncodeError):
        "ż".encode("latin-1", "aggregator.windows-1252")


@given(
    st.text(st.sampled_from("\x00\x08\t\n\x0b\x0c\r\x1f ~\x7f\x80\x9fé\ud7ff\ud800\udfff\ue000\ufffd\ufffe\uffff😀"))
    | st.text()
)
def test_what_xml_forbids_goes_and_all_else_stays(text: str) -> None:
    def may_be(character: str) -> bool:  # XML 1.0 §2.2
        code = ord(character)
        return character in "\t\n\r" or 0x20 <= code < 0xD800 or 0xE000 <= code <= 0xFFFD or code >= 0x10000

    assert without_forbidden(text) == "".join(filter(may_be, text))


SAYINGS = {
    "windows-1250": "Přistání na Měsíci",
    "windows-1251": "Привет, Луна!",
    "windows-1253": "Αθήνα, Σάμος",
    "windows-1255": "שלום עולם",
    "iso-8859-2": "źródło wieści",
    "iso-8859-15": "5 € à Genève",
    "koi8-r": "Привет, Луна!",
    "mac_roman": "café à gogo",
    "cp437": "naïve café",
    "ibm850": "für größere Boote",
    "cp866": "Привет, Луна!",
    "gbk": "月球着陆器今日升空",
    "big5": "月球登陸器今日升空",
    "shift_jis": "火星探査のニュース",
    "euc-jp": "火星探査のニュース",
    "euc-kr": "화성 탐사 소식",
    "iso-2022-jp": "火星探査のニュース",
}


@pytest.mark.parametrize("charset", SAYINGS)
@pytest.mark.parametrize("content_type", [None, "text/xml", "text/xml; charset=utf-8", "text/xml; charset=US-ASCII"])
def test_what_a_document_declares_is_read_where_the_server_says_nothing_or_something_untrue(
    charset: str, content_type: str | None
) -> None:
    if content_type and "ASCII" in content_type and charset != "iso-2022-jp":
        content_type = "text/xml; charset=utf8"  # what is called ASCII is windows-1252, which fits nearly all bytes
    body = f'<?xml version="1.0" encoding="{charset}"?><a>{SAYINGS[charset]}</a>'.encode(charset)

    assert decode_body(body, content_type).endswith(f"<a>{SAYINGS[charset]}</a>")


@pytest.mark.parametrize(
    "label", ["gbk", "gb2312", "Shift_JIS", "big5", "euc-kr", "windows-1251", "ISO-8859-1", "cp437"]
)
def test_utf_8_is_utf_8_whatever_is_said(label: str) -> None:
    body = f'<?xml version="1.0" encoding="{label}"?><a>月球 für 5 €</a>'.encode()

    assert decode_body(body, f"text/xml; charset={label}").endswith("<a>月球 für 5 €</a>")


def test_one_wrong_byte_makes_utf_8_no_other_charset() -> None:
    body = '<?xml version="1.0" encoding="iso-8859-1"?><a>größere Boote für März, '.encode() + b"\xe9</a>"

    assert decode_body(body, None).endswith("<a>größere Boote für März, é</a>")


def test_a_label_is_believed_though_a_few_bytes_are_wrong() -> None:
    body = '<?xml version="1.0" encoding="shift_jis"?><a>火星探査のニュース'.encode("shift_jis") + b"\x81</a>"

    assert decode_body(body, "text/xml; charset=utf-8").endswith("<a>火星探査のニュース\ufffd</a>")


def test_an_untrue_label_gives_way_to_the_declaration_and_a_true_one_does_not() -> None:
    body = '<?xml version="1.0" encoding="windows-1251"?><a>Лун</a>'.encode("windows-1251")

    assert decode_body(body, "text/xml; charset=gbk").endswith("<a>Лун</a>")
    assert "Ëóí" in decode_body(body, "text/xml; charset=iso-8859-1")  # RFC 7303: nothing disproves it


@pytest.mark.parametrize(
    ("label", "charset"),
    [
        ("win-1251", "cp1251"), ("x-cp1251", "cp1251"), ("IBM866", "cp866"), ("dos-866", "cp866"), ("CP-866", "cp866"),
        ("x-sjis", "shift_jis"), ("windows-31j", "shift_jis"), ("x-gbk", "gbk"), ("gb_2312-80", "gbk"),
        ("x-euc-jp", "euc-jp"), ("x-mac-cyrillic", "mac-cyrillic"), ("iso-8859-8-i", "iso-8859-8"),
        ("latin-9", "iso-8859-15"), ("unicode-1-1-utf-8", "utf-8"),
    ],
)  # fmt: skip
def test_a_charset_is_known_by_its_other_names(label: str, charset: str) -> None:
    text = {"shift_jis": "火星", "gbk": "火星", "euc-jp": "火星", "iso-8859-8": "שלום", "iso-8859-15": "5 €"}.get(
        charset, "Луна"
    )

    assert decode_body(f"<a>{text}</a>".encode(charset), f"text/xml; charset={label}") == f"<a>{text}</a>"


@pytest.mark.parametrize("charset", ["cp037", "cp500", "cp1140", "cp273"])
def test_a_document_in_ebcdic_is_read_by_its_declaration(charset: str) -> None:
    body = f'<?xml version="1.0" encoding="{charset}"?><a>für [1]!</a>'.encode(charset)

    assert decode_body(body, None).endswith("<a>für [1]!</a>")


def test_characters_in_cesu_8_are_whole_again() -> None:
    body = "<a>größer \ud83d\ude00</a>".encode("utf-8", "surrogatepass")

    assert decode_body(body, None) == "<a>größer 😀</a>"
    assert decode_body(body, "text/xml; charset=iso-8859-1") == "<a>größer 😀</a>"


def test_chinese_in_hz_and_japanese_with_escapes_are_read_though_they_are_ascii() -> None:
    assert decode_body("<a>火星</a>".encode("hz"), "text/xml; charset=hz-gb-2312") == "<a>火星</a>"
    assert decode_body("<a>火星</a>".encode("iso-2022-kr"), "text/xml; charset=iso-2022-kr").endswith("<a>火星</a>")


NO_CHARSETS = {"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec", "mbcs"}
# The first writes quotation marks as no other does, the others are refused on purpose.
NOT_READ = {"cp1026", "utf_7", "idna", "punycode", "raw_unicode_escape", "unicode_escape", "oem"}
CHARSETS = sorted({*aliases.values()} - NO_CHARSETS - NOT_READ)
WORDS = ["Café", "Привет", "Αθήνα", "שלום", "火星", "月球", "화성", "żółć", "ğüş", "สวัสดี", "مرحبا"]


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_document_is_read_in_every_charset_that_it_may_declare(charset: str) -> None:
    for word in WORDS:
        document = f'<?xml version="1.0" encoding="{charset}"?><a>{word}</a>'
        with suppress(UnicodeEncodeError):
            assert decode_body(document.encode(charset), "text/xml").endswith(f"<a>{word}</a>")
