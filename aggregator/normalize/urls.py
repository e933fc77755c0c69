"""Addresses: absolute for readers, and one canonical form for comparing (normalization.md, N10 to N15)."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urlsplit

from aggregator.text.schemes import joined
from aggregator.text.schemes import repaired as with_scheme
from aggregator.text.tracking import is_tracking, unwrapped

MAX_URL_CHARS = 2_000  # of a canonical one: indexes have limits, and beyond it no two publishers mean the same page
MAX_WRAPPED_CHARS = 4 * MAX_URL_CHARS  # what is longer before it is unwrapped is not looked at

_EDGES = " \xa0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x2010)))
_NEVER = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_PATH = "%/:@!$&'()*+,;=~"
_IN_QUERY = "%/:@!$'()*,;?~"
# What resolving and repairing would leave as it is, which goes without saying for nearly all addresses.
PLAIN = re.compile(
    r"https?://[A-Za-z0-9.-]+(?:/[\w.~/%+@!$&'()*,=:-]*)?(?:\?[\w.~/%+@!$&'()*,=:?-]+)?(?:#[\w.~/%+=-]+)?", re.ASCII
)
# What is in canonical form but for its beginning and end, which nearly all addresses are: those of articles by a path,
# and those that WordPress gives them by a number.
_ORDINARY = re.compile(
    r"https?://(?:www\.)?(?!(?:www|m|mobile|amp|google|cdn|youtu|youtube|youtube-nocookie)\.)((?:[a-z0-9-]+\.)+[a-z]+)"
    r"(?:((?:/[\w~-][\w.~-]*+)*+)/?|/?(\?p=[0-9]+))",
    re.ASCII,
)
_SPECIAL = ("/index.", "/default.", ".amp", "/amp", "ampproject")  # may have more to it
# Ids that are no addresses: "tag:example.org,2026:1", "urn:uuid:…", or a number in some notation.
_NO_ADDRESS = re.compile(r"(?:tag|urn):|[\w-]*\Z")
_DEFAULT_PORTS = {None, 80, 443}
_HOST = re.compile(r"[a-z0-9._-]+")
_IPV6 = re.compile(r"[0-9a-f.]*:[0-9a-f:.]+")
_MIRROR_PREFIXES = ("www.", "m.", "mobile.", "amp.")
_INDEX = re.compile(r"/(?:index\.(?:html?|php|aspx?)|default\.aspx?)$", re.IGNORECASE)
_AMP_SUFFIX = re.compile(r"(?<=[^/])/amp$|\.amp(?=(?:\.html?)?$)", re.IGNORECASE)
_AMP_PREFIX = re.compile(r"^/amp(?=/[^/])", re.IGNORECASE)
_YOUTUBE = frozenset(("youtube.com", "youtube-nocookie.com"))
_VIDEO_PATH = re.compile(r"/(?:shorts|live|embed|v|e)/([\w-]{11})/?", re.ASCII)
_SHORT_PATH = re.compile(r"/([\w-]{11})/?", re.ASCII)
_VIDEO_QUERY = re.compile(r"(?:.*&)?v=([\w-]{11})(?:&.*)?", re.ASCII)
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)


def absolute_url(url: str | None, base: str | None) -> str | None:
    """Return an address that a reader can follow, else None: http or https, with a host, resolved against ``base``.

    Control characters and outer white space are taken out, blanks become ``%20``, "www.example.org" gets back its
    scheme; nothing else is changed, so that a publisher's server gets what it gave.
    """
    if url and PLAIN.fullmatch(url):
        return url
    resolved = resolve(url, base)
    parts = _split(resolved) if resolved else None
    return resolved if parts and parts.scheme in {"http", "https"} and parts.hostname else None


def resolve(url: str | None, base: str | None) -> str | None:
    """Return an address of any scheme, repaired as ``absolute_url`` says and resolved; None when it is none."""
    if url and PLAIN.fullmatch(url):
        return url
    repaired = _NEVER.sub("", url or "").strip(_EDGES).replace(" ", "%20")
    if not repaired:
        return None
    if repaired.lower() in {"http://", "https://"}:
        return None
    return joined(base or "", with_scheme(repaired))


def direct_url(url: str) -> str:
    """Return where an address leads that only forwards and says where to (N15 of normalization.md), else itself.

    ``url`` is an absolute one.
    """
    while _may_forward(url) and len(url) <= MAX_WRAPPED_CHARS:
        parts = _split(url)
        host = _host(parts) if parts else None
        inner = _inner(host, parts) if parts and host else None
        target = absolute_url(inner, None)
        if target is None:
            break
        url = target
    return url


def _may_forward(url: str) -> bool:
    """Tell whether there may be a target in a parameter, or in the path."""
    return "http" in url[len("http") :] or "/amp/" in url or "ampproject" in url


def canonical_url(url: str | None) -> str | None:
    """Return the form of an address in which two addresses of the same page are equal; None for other schemes.

    It is for comparing only: it may not lead anywhere. Applying it twice changes nothing more.
    """
    return comparable_url(url, keep_fragment=False)


def comparable_url(url: str | None, *, keep_fragment: bool) -> str | None:
    """Return ``canonical_url``, with the fragment when asked for and when it isn't tracking: the form of ids."""
    if url and len(url) < MAX_URL_CHARS and (found := _ORDINARY.fullmatch(url)):
        lowered = url.lower()
        if not any(special in lowered for special in _SPECIAL):
            return f"https://{found[1]}{found[2] or found[3] or ''}"
    while True:
        if url is None or len(url) > MAX_WRAPPED_CHARS or _NO_ADDRESS.match(url):
            return None
        parts = _split(resolve(url, None) or "")
        host = _host(parts) if parts else None
        if parts is None or host is None:
            return None
        inner = _inner(host, parts)
        if inner is None:
            break
        url = inner
    if video := _video(host, parts):
        return f"https://youtube.com/watch?v={video}"
    port = f":{parts.port}" if parts.port not in _DEFAULT_PORTS else ""
    query = _query(parts.query)
    section = parts.fragment.partition(":~:")[0]  # behind it a browser marks words (text fragments)
    fragment = (
        _percent(section, _IN_QUERY + "&=+") if keep_fragment and not _query_is_tracking(section.lstrip("?")) else ""
    )
    canonical = (
        f"https://{host}{port}{_path(parts.path)}{'?' if query else ''}{query}{'#' if fragment else ''}{fragment}"
    )
    return canonical if len(canonical) <= MAX_URL_CHARS else None


def _inner(host: str, parts: SplitResult) -> str | None:
    return unwrapped(host, _without_dots(_percent(parts.path, _IN_PATH)), parts.query)


def _video(host: str, parts: SplitResult) -> str | None:
    """Return which video of YouTube an address leads to, however it is written, at whatever second."""
    if host == "youtu.be":
        found = _SHORT_PATH.fullmatch(parts.path)
    elif host in _YOUTUBE:
        is_player = parts.path.rstrip("/") == "/watch"
        found = _VIDEO_QUERY.fullmatch(parts.query) if is_player else _VIDEO_PATH.fullmatch(parts.path)
    else:
        return None
    return found[1] if found else None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it raises when it is no number
    except ValueError:
        return None
    return parts


def _host(parts: SplitResult) -> str | None:
    """Return the host in ASCII, without the prefixes under which sites show the same pages."""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    host = parts.hostname.rstrip(".")
    try:
        host = host.encode("idna").decode("ascii").lower() if not host.isascii() else host
    except UnicodeError:
        return None
    while host.startswith(_MIRROR_PREFIXES) and "." in host.partition(".")[2]:
        host = host.partition(".")[2]
    if _IPV6.fullmatch(host):
        return f"[{host}]"
    return host if _HOST.fullmatch(host) else None


def _path(path: str) -> str:
    """Return the path without what servers add to the same page, and its percent-encoding in one form."""
    path = _percent(_SESSION.sub("", path), _IN_PATH)
    while (shorter := _without_dots(_AMP_SUFFIX.sub("", _AMP_PREFIX.sub("", _INDEX.sub("", path))))) != path:
        path = shorter
    return path


def _without_dots(path: str) -> str:
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            segments = segments[:-1]
        elif segment not in {"", "."}:
            segments.append(segment)
    return "".join(f"/{segment}" for segment in segments)


def _query(query: str) -> str:
    """Return the parameters that choose a page, sorted, each once."""
    kept = set()
    for pair in query.split("&"):
        name, equals, value = pair.removeprefix("amp;").partition("=")
        name, value = (_percent(part.replace("+", "%20"), _IN_QUERY) for part in (name, value))
        if name and not is_tracking(name, value):
            kept.add(f"{name}{equals if value else ''}{value}")
    return "&".join(sorted(kept))


def _query_is_tracking(fragment: str) -> bool:
    pairs = [pair.partition("=") for pair in fragment.split("&")]
    return all(is_tracking(name, value) for name, _, value in pairs)


def _percent(text: str, allowed: str) -> str:
    """Return text with percent-encoding where it must be and nowhere else (RFC 3986 §6.2.2)."""
    return quote(_PERCENT.sub(_percent_code, text), safe=allowed)


def _percent_code(found: re.Match[str]) -> str:
    if found[1] is None:
        return "%25"
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()
