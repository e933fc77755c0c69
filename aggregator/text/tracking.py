"""What an address carries that says who sent a reader and not where to: parameters, wrappers, AMP copies.

The rules are N14 and N15 of docs/explanation/normalization.md.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote

# A "*" at the end stands for every parameter that starts so.
TRACKING_PARAMETERS = (
    *("utm_*", "mtm_*", "pk_*", "piwik_*", "matomo_*", "hsa_*", "itm_*", "guce_*", "wt_mc*", "wt.*", "at_campaign*"),
    *("at_creation", "at_custom*", "at_emplacement", "at_format", "at_general", "at_link*", "at_medium", "at_ptr_name"),
    *("at_recipient*", "at_send_date", "at_variant", "xtor", "wt_zmc", "ns_campaign", "ns_fee", "ns_linkname"),
    *("ns_mchannel", "ns_source", "_branch_match_id", "_ga", "_gl", "_hsenc", "_hsmi", "_openstat", "__hsfp", "__hssc"),
    *("__hstc", "__s", "__twitter_impression", "action_object_map", "action_ref_map", "action_type_map", "cmp"),
    *("cmpid", "dclid", "dm_i", "epik", "fb_action_ids", "fb_action_types", "fb_ref", "fb_source", "fbclid", "ftag"),
    *("gbraid", "gclid", "gclsrc", "guccounter", "hsctatracking", "icid", "igsh", "igshid", "ito", "li_fat_id", "mbid"),
    *("mc_cid", "mc_eid", "mkt_tok", "ml_subscriber", "ml_subscriber_hash", "msclkid", "ncid", "ocid", "oly_anon_id"),
    *("oly_enc_id", "rb_clickid", "ref_src", "ref_url", "s_cid", "s_kwcid", "sc_campaign", "sc_cid", "sfnsn", "smid"),
    *("smtyp", "spm", "sr_share", "srsltid", "ss_campaign_id", "ss_source", "taid", "trk", "trkinfo", "ttclid"),
    *("twclid", "vero_conv", "vero_id", "wbraid", "wickedid", "wprov", "yclid", "zanpid", "maca"),
    *("__source", "cx_artpos", "cx_testid", "cx_testvariant", "dicbo", "ftcamp", "gaa_*", "intcid", "nr_email_referer"),
    "xtref",
)
_NAMES = frozenset(name for name in TRACKING_PARAMETERS if not name.endswith("*"))
_PREFIXES = tuple(name[:-1] for name in TRACKING_PARAMETERS if name.endswith("*"))

# These count only when their value says "from the feed".
ORIGIN_PARAMETERS = frozenset(
    ("cid", "emc", "feature", "from", "mod", "origin", "partner", "ref", "source", "src", "traffic_source", "via")
)
_FEED_VALUE = re.compile(r"(?:news)?(?:rss|atom)?(?:feeds?|feedburner|rss|atom)(?:$|[^a-z])", re.IGNORECASE)

# And these when it is a host: that of the page where the link stood, as Ghost and newsletters add it.
REFERRERS = frozenset(("ref", "referer", "referrer"))
_HOST = re.compile(
    r"(?:https?(?::|%3a)(?:/|%2f){2})?(?:[a-z0-9-]+\.)+(?!(?:html?|php|md|py|js|ts|json|xml|txt|pdf|png|jpg|zip)$)[a-z]{2,24}(?:/|%2f)?"
)

_SIGNED = re.compile(r"[?&](?:x-\w+-)?(?:signature|sig|hmac)=", re.IGNORECASE)

_AMP_PARAMETERS = frozenset(("amp", "output", "outputtype"))
_AMP_VALUES = frozenset(("", "1", "true", "amp"))

# Pages that forward to the address in a parameter.
WRAPPERS = {
    ("google.com", "/url"): ("url", "q"),
    ("facebook.com", "/l.php"): ("u",),
    ("l.facebook.com", "/l.php"): ("u",),
    ("lm.facebook.com", "/l.php"): ("u",),
    ("l.instagram.com", ""): ("u",),
    ("l.messenger.com", "/l.php"): ("u",),
    ("out.reddit.com", ""): ("url",),
    ("youtube.com", "/redirect"): ("q",),
    ("t.umblr.com", "/redirect"): ("z",),
    ("bing.com", "/news/apiclick.aspx"): ("url",),
    ("duckduckgo.com", "/l"): ("uddg",),
    ("steamcommunity.com", "/linkfilter"): ("url", "u"),
    ("vk.com", "/away.php"): ("to",),
    ("getpocket.com", "/redirect"): ("url",),
    ("slack-redir.net", "/link"): ("url",),
    ("go.redirectingat.com", ""): ("url",),
    ("go.skimresources.com", ""): ("url",),
    ("click.linksynergy.com", "/deeplink"): ("murl",),
    ("awin1.com", "/cread.php"): ("ued", "p"),
    ("linkedin.com", "/redir/redirect"): ("url",),
    ("medium.com", "/r"): ("url",),
    ("exit.sc", ""): ("url",),
    ("link.zhihu.com", ""): ("target",),
    ("redirect.viglink.com", ""): ("u",),
    ("linkprotect.cudasvc.com", "/url"): ("a",),
}
_SAFELINKS = ".safelinks.protection.outlook.com"
_GOOGLE = re.compile(r"google\.[a-z]{2,3}(?:\.[a-z]{2})?")
_AMP_CACHE = re.compile(r"(?:.*\.)?cdn\.ampproject\.org")
_AMP_CACHE_PATH = re.compile(r"/(?:c|v|wp)/(s/)?([\w-]+(?:\.[\w-]+)+(?::[0-9]+)?(?:/.*)?)")
_AMP_VIEWER_PATH = re.compile(r"/amp/(s/)?([\w-]+(?:\.[\w-]+)+(?::[0-9]+)?(?:/.*)?)")


def is_tracking(name: str, value: str) -> bool:
    """Whether a parameter says where a reader came from, or asks for the AMP form of a page."""
    name, value = name.lower(), value.lower()
    return (
        name in _NAMES
        or name.startswith(_PREFIXES)
        or (name in ORIGIN_PARAMETERS and _FEED_VALUE.match(value) is not None)
        or (name in REFERRERS and _HOST.fullmatch(value) is not None)
        or (name in _AMP_PARAMETERS and value in _AMP_VALUES)
    )


def without_tracking(url: str) -> str:
    """Return an address without what is tracking in its query and its fragment; all else is as it was given.

    A signed address stays as it is, as its signature may be for the whole.
    """
    address, mark, fragment = url.partition("#")
    if _SIGNED.search(address):
        return url
    kept = _without_pairs(fragment) if "?" in fragment else _kept(fragment.partition(":~:")[0], fragment)
    return f"{_without_pairs(address)}{mark if kept or not fragment else ''}{kept}"


def _without_pairs(address: str) -> str:
    path, mark, query = address.partition("?")
    kept = _kept(query, query)
    return f"{path}{mark if kept else ''}{kept}" if kept != query else address


def _kept(pairs: str, otherwise: str) -> str:
    """Return the parameters that are not tracking; ``otherwise`` when none of them is."""
    given = pairs.split("&")
    kept = [pair for pair in given if not _tracks(pair)]
    return otherwise if kept == given else "&".join(kept)


def _tracks(pair: str) -> bool:
    name, _, value = pair.removeprefix("amp;").partition("=")
    return is_tracking(unquote(name), unquote(value))


def unwrapped(host: str, path: str, query: str) -> str | None:
    """Return the address that a forwarding page or an AMP cache stands for; None when it is neither.

    ``host`` is lower-case and without ``www.``. What is returned is shorter than what was given.
    """
    host = "google.com" if _GOOGLE.fullmatch(host) else host
    if _AMP_CACHE.fullmatch(host):
        return _amp_target(_AMP_CACHE_PATH.fullmatch(path), query)
    if host == "google.com" and path.startswith("/amp/"):
        return _amp_target(_AMP_VIEWER_PATH.fullmatch(path), query)
    names = ("url",) if host.endswith(_SAFELINKS) else WRAPPERS.get((host, path.rstrip("/")), ())
    parameters = parse_qs(query) if names else {}
    targets = (target for name in names for target in parameters.get(name, ()))
    return next((target for target in targets if target.startswith(("http://", "https://"))), None)


def _amp_target(found: re.Match[str] | None, query: str) -> str | None:
    return f"http{'s' if found[1] else ''}://{found[2]}{'?' if query else ''}{query}" if found else None
