from __future__ import annotations

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
