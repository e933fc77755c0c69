"""Bytes as they came → text: still packed bodies unpacked within a bound, then the charset."""

from __future__ import annotations

import codecs
import re
import zlib
from contextlib import suppress
from functools import lru_cache

from aggregator.errors import ParseError

MAX_UNPACKED_BYTES = 15_000_000  # the default of fetch.max_body, which can't know of a .gz inside

# How a document ends, which may be whole where its gzip is not.
_END = re.compile(rb"[>}\]]\s*\Z")
_GZIP_MAGIC = b"\x1f\x8b"

_BOMS = (  # UTF-32 first: its little-endian mark starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (  # "<" and what follows it, without a mark (XML 1.0 appendix F)
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_CHARSET_PARAMETER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:+-]+)""", re.IGNORECASE)
_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][\w.:+-]*)["']""")

# What these labels mean in practice (https://encoding.spec.whatwg.org/#names-and-labels), by Python's codec names.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_jp": "euc_jis_2004",
    "euc_kr": "cp949",
}
# Python has codecs that are no charsets of documents (punycode is even quadratic): only these families.
_CHARSETS = re.compile(
    r"utf-8|cp\d+|iso8859-\d+|iso2022_\w+|koi8-\w|mac-\w+|gb\w+|hz|big5\w*|euc_\w+|\w*jis\w*|johab|hp-roman8|kz1048|ptcp154"
)
_IN_ASCII = re.compile(r"iso2022_\w+|hz")  # other characters are written with escapes there
# Labels that Python has under another name: "win-1251", "x-sjis", "iso-8859-8-i", "unicode-1-1-utf-8".
_CODE_PAGE = re.compile(r"(?:x-)*(?:cp|ibm|dos|ms|win(?:dows)?|oem)[-_]?0*(\d{3,5})", re.IGNORECASE)
_DECORATION = re.compile(r"^(?:x-)+|^unicode-\d-\d-|-[ie]$", re.IGNORECASE)
_MORE_LABELS = {
    "windows-31j": "cp932",
    "gb_2312-80": "gbk",
    "csgb2312": "gbk",
    "big5-eten": "big5",
    "latin-9": "latin9",
}
_EBCDIC_START = b"\x4c\x6f\xa7\x94"  # "<?xm" (XML 1.0 appendix F)
_UTF_8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"  # two to four bytes
)
_NOT_ASCII = bytes(range(0x80, 0x100))
_CESU_8 = re.compile(rb"\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])")

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])


def decode_body(body: bytes, content_type: str | None) -> str:
    """Return the text of a document, without its byte order mark and without characters that XML forbids.

    A byte order mark decides. Bytes beyond ASCII that are valid UTF-8 are UTF-8, whatever the labels say: they are that
    by accident practically never. Other bytes are what the ``charset`` parameter says, else the XML declaration
    (RFC 7303 §3): the first of the two by which they can be decoded without an error. Where neither is, bytes that are
    UTF-8 for the most part are that, and the others among them windows-1252, one by one. Raises ParseError
    when a packed body is broken or unpacks to more than MAX_UNPACKED_BYTES.
    """
    return _decoded(body, content_type)[0]


def utf_8_as_it_came(body: bytes, content_type: str | None) -> bytes | None:
    """Return a document's bytes where ``decode_body`` would decode them as UTF-8 if they are that, else None.

    Whether they are, and whether XML allows all characters, is for an XML parser to see.
    """
    marked = body.removeprefix(codecs.BOM_UTF8)
    if body.startswith(_GZIP_MAGIC) or any(marked.startswith(mark) for mark, _ in _BOMS) or _unlike_ascii(marked):
        return None
    return None if marked is body and body.isascii() and _escaped_charset(body, content_type) else marked


def decode_as_utf8(body: bytes, content_type: str | None) -> tuple[str, bytes]:
    """Return what ``decode_body`` does, and the same in UTF-8, which is mostly what came."""
    text, as_utf8 = _decoded(body, content_type)
    return text, text.encode("utf-8", "replace") if as_utf8 is None else as_utf8


def without_forbidden(text: str) -> str:
    """Return text without the characters that XML forbids (XML 1.0 §2.2)."""
    try:
        is_clean = _is_clean(text.encode())
    except UnicodeEncodeError:  # halves of characters
        is_clean = False
    return text if is_clean else _NOT_XML.sub("", text)


def _decoded(body: bytes, content_type: str | None) -> tuple[str, bytes | None]:
    """Return the text of a document, and the bytes that are just that text in UTF-8 if they are known."""
    text, as_utf8 = _decode(_unpack(body), content_type)
    if as_utf8 is None or not _is_clean(as_utf8) or text.startswith("\ufeff"):
        return without_forbidden(text).removeprefix("\ufeff"), None
    return text, as_utf8


def _is_clean(encoded: bytes) -> bool:
    """Tell whether XML allows all characters. A translation sees it in a tenth of the time that an expression needs."""
    return len(encoded.translate(None, _CONTROLS)) == len(encoded) and (
        encoded.isascii() or b"\xef\xbf" not in encoded or not any(map(encoded.count, _NO_CHARACTERS))
    )


def _unpack(body: bytes) -> bytes:
    """Unpack a feed that is stored as a ``.gz`` file; no deeper than one layer."""
    if not body.startswith(_GZIP_MAGIC):
        return body
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(body, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise ParseError(f"gzip that can't be unpacked: {error}") from error
    if not unpacker.eof:
        if unpacker.unconsumed_tail:
            raise ParseError(f"the gzipped feed is larger than {MAX_UNPACKED_BYTES // 1_000_000} MB")
        if not _END.search(unpacked):
            raise ParseError("gzip that can't be unpacked: it ends too early")
    return unpacked


def _decode(body: bytes, content_type: str | None) -> tuple[str, bytes | None]:
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return _read(body.removeprefix(mark), charset)
    if unlike_ascii := _unlike_ascii(body):
        return body.decode(unlike_ascii, "replace"), None
    if body.isascii():
        escaped = _escaped_charset(body, content_type)
        return (body.decode(escaped, "replace"), None) if escaped else (body.decode("ascii"), body)
    with suppress(UnicodeDecodeError):
        return body.decode(), body
    if (repaired := _without_cesu_8(body)) is not body:
        return _decode(repaired, content_type)
    return _read_by_labels(body, _label(content_type), _declaration(body)), None


def _read(body: bytes, charset: str) -> tuple[str, bytes | None]:
    if charset == "utf-8":
        with suppress(UnicodeDecodeError):
            return body.decode(), body
    return body.decode(charset, _errors(charset)), None


def _read_by_labels(body: bytes, *labels: str | None) -> str:
    """Read bytes that are no valid UTF-8 by the first label that they bear out, else by what they are most like."""
    is_utf_8 = _is_mostly_utf_8(body)
    charsets = [label for label in labels if label and label != "utf-8" and not (is_utf_8 and _is_single_byte(label))]
    for charset in charsets:
        with suppress(UnicodeDecodeError):
            return body.decode(charset)
    charset = charsets[0] if charsets and not is_utf_8 else "utf-8"
    return body.decode(charset, _errors(charset))


def _is_single_byte(charset: str) -> bool:
    return charset.startswith(("cp125", "cp874", "iso8859", "koi8", "mac-"))


def _is_mostly_utf_8(body: bytes) -> bool:
    """Tell whether most bytes beyond ASCII are parts of valid sequences: text in another charset has few by chance."""
    valid = sum(map(len, _UTF_8_SEQUENCE.findall(body)))
    return 3 * valid > 2 * (len(body) - len(body.translate(None, _NOT_ASCII)))


def _without_cesu_8(body: bytes) -> bytes:
    """Return bytes in which each pair of surrogates, encoded one by one, is the character that it stands for.

    Java and older databases write emoji so (https://www.unicode.org/reports/tr26/).
    """

    def whole(found: re.Match[bytes]) -> bytes:
        first, second, third, fourth = (group[0] & 0x3F for group in found.groups())
        high, low = (first & 0x0F) << 6 | second, (third & 0x0F) << 6 | fourth
        return chr(0x10000 + (high << 10) + low).encode()

    return _CESU_8.sub(whole, body) if b"\xed" in body else body


def _escaped_charset(body: bytes, content_type: str | None) -> str | None:
    """Return the charset of a document whose bytes are ASCII all the same."""
    labels = (_label(content_type), _declaration(body))
    return next((label for label in labels if label and _IN_ASCII.fullmatch(label)), None)


def _label(content_type: str | None) -> str | None:
    found = _CHARSET_PARAMETER.search(content_type or "")
    return _codec(found[1]) if found else None


def _declaration(body: bytes) -> str | None:
    found = _DECLARED_ENCODING.search(body[:1024])
    return _codec(found[1].decode("ascii")) if found else None


def _unlike_ascii(body: bytes) -> str | None:
    """Return the charset of a document whose "<" is not that of ASCII."""
    wide = next((charset for start, charset in _UNMARKED if body.startswith(start)), None)
    return wide or (_ebcdic(body) if body.startswith(_EBCDIC_START) else None)


def _ebcdic(body: bytes) -> str:
    """Return the code page of a document in EBCDIC, whose declaration is the same in all of them."""
    found = _DECLARED_ENCODING.search(body[:1024].decode("cp037").encode("ascii", "replace"))
    charset = _codec(found[1].decode("ascii")) if found else None
    return charset if charset and charset.startswith("cp") and charset not in _SUPERSETS.values() else "cp037"


@lru_cache(maxsize=64)
def _codec(label: str) -> str | None:
    """Return Python's name of a charset; None for one that can't be true or isn't known.

    Where the bytes were readable as ASCII so far, the document is not in UTF-16 or UTF-32, whatever it says.
    """
    page = _CODE_PAGE.fullmatch(label)
    for written in (_MORE_LABELS.get(label.lower(), label), f"cp{page[1]}" if page else "", _DECORATION.sub("", label)):
        with suppress(LookupError):
            name = codecs.lookup(written).name
            name = _SUPERSETS.get(name, name)
            return name if _CHARSETS.fullmatch(name) else None
    return None


def _errors(charset: str) -> str:
    return _AS_WINDOWS_1252 if charset in {"utf-8", "cp1252"} else "replace"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as windows-1252, and the five that are undefined there as ISO 8859-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_WINDOWS_1252[byte] for byte in wrong), error.end


_WINDOWS_1252 = [bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)]
_AS_WINDOWS_1252 = "aggregator.windows-1252"
codecs.register_error(_AS_WINDOWS_1252, _as_windows_1252)
