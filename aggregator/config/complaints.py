"""What pydantic found wrong, in the operator's words and with the line where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from aggregator.config.shape import in_words, known_keys, resolve, schema_at
from aggregator.config.suggest import did_you_mean, without_userinfo
from aggregator.config.yaml_lines import List, Location, Node, Place, Scalar, Section, nearest
from aggregator.errors import Problem

_MAX_SHOWN = 60

# Keys as other programs call them, in the order in which they are tried.
_MEANT: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("address", "feed", "href", "link", "uri", "xmlurl", "xml_url"), ("url",)),
    **dict.fromkeys(("all", "include", "keywords", "matches", "patterns", "terms", "words"), ("any",)),
    **dict.fromkeys(("exclude", "ignore", "not"), ("none", "drop")),
    **dict.fromkeys(("at", "interval", "refresh", "schedule", "update", "when"), ("every",)),
    **dict.fromkeys(("channels", "recipient", "recipients", "send_to"), ("to",)),
    **dict.fromkeys(("filter", "query", "select", "match"), ("where", "keep")),
    **dict.fromkeys(("group", "tag", "tags", "topic", "topics"), ("categories",)),
    **dict.fromkeys(("database", "db", "path"), ("storage", "url")),
    **dict.fromkeys(("format", "type"), ("kind",)),
    **dict.fromkeys(("label", "text"), ("title", "name")),
    **dict.fromkeys(("max", "max_items", "size"), ("limit",)),
    **dict.fromkeys(("pass", "secret", "token"), ("password",)),
    **dict.fromkeys(("login", "username"), ("user",)),
    "server": ("host",),
    "tz": ("timezone",),
    "lang": ("language",),
}


def complaints(error: ValidationError, tree: Node) -> list[Problem]:
    """Return a problem for each error. No secret is in them: variables stand there by name."""
    found = error.errors(include_url=False, include_input=False)
    return [_complaint(each["type"], each["loc"], each.get("ctx", {}), tree) for each in found]


def _complaint(kind: str, location: Location, context: dict[str, Any], tree: Node) -> Problem:
    node = nearest(tree, location)
    match kind:
        case "extra_forbidden":
            return _unknown_key(location, tree)
        case "missing":
            return _place_without(location, tree).problem(f"'{location[-1]}' is missing")
        case "value_error":
            expectation, mark, advice = str(context["error"]).partition(";")
            is_expectation = expectation.startswith("expected") and isinstance(node, Scalar)
            return node.place.problem(expectation + _got(node, location) * is_expectation + mark + advice)
        case "channel":
            return node.place.problem("expected a channel: email, webhook or chat, such as email: me@example.org")
        case _:
            schema = schema_at(location)
            expectation = f"expected {_with_article(schema)}{_example(location, node)}"
            return node.place.problem(f"{expectation}{_got(node, location)}{_advice(schema, node)}")


def _example(location: Location, node: Node) -> str:
    """Show one where a value stands that is nothing like what is expected there."""
    if isinstance(node, Scalar):
        match location:
            case ("sources", int()):
                return " such as url: https://example.org/feed, or an address alone"
            case ("digests", int(), "to"):
                return ", or an address such as reader@example.org or https://hooks.example.org/in"
    return ""


def _advice(schema: dict[str, Any], node: Node) -> str:
    """Say what would make it right: quotes, one of the known words, the space behind a key's colon."""
    if not isinstance(node, Scalar) or node.value is None:
        return ""
    schema = resolve(schema)
    if "enum" in schema:
        return did_you_mean(node.written, schema["enum"])
    if schema.get("type") == "string":
        would_do = re.search(schema.get("pattern", ""), node.written) is not None
        return "; put it in quotes" if would_do else ""
    is_section = schema.get("type") == "object" or "properties" in schema
    if is_section and re.match(r"[A-Za-z_][\w-]*:\S", node.written):
        return "; a space is missing behind the colon"
    return ""


def _place_without(location: Location, tree: Node) -> Place:
    """Return where a key is missing: at its empty value, else at the key of the section that lacks it, or its start."""
    section, around = nearest(tree, location[:-1]), nearest(tree, location[:-2])
    for holder, key in ((section, location[-1]), (around, location[-2] if len(location) > 1 else "")):
        if isinstance(holder, Section) and key in holder.keys:
            return holder.keys[str(key)]
    return section.place


def _unknown_key(location: Location, tree: Node) -> Problem:
    section, key = nearest(tree, location[:-1]), str(location[-1])
    place = section.keys[key] if isinstance(section, Section) else section.place
    known = known_keys(schema_at(location[:-1]))
    meant = next((each for each in _MEANT.get(key.lower(), ()) if each in known), None)
    hint = f"; did you mean '{meant}'?" if meant else did_you_mean(key, known)
    return place.problem(f"unknown key '{key}'{hint or _listed(known)}")


def _listed(keys: Iterable[str]) -> str:
    return f"; there are: {', '.join(sorted(keys))}"


def _with_article(schema: dict[str, Any]) -> str:
    words = in_words(schema)
    if " or " in words or words.endswith("text"):
        return words
    return f"an {words}" if words[0].lower() in "aeiou" else f"a {words}"


def _got(node: Node, location: Location) -> str:
    """Say what is written there, and for which key: a line may have several."""
    key = next((step for step in reversed(location) if isinstance(step, str) and not step.startswith("<")), None)
    for_key = f" for '{key}'" if key else ""
    if isinstance(node, List):
        return f", got a list{for_key}"
    if isinstance(node, Section):
        return f", got a section{for_key}"
    if schema_at(location).get("writeOnly") and not node.is_from_environment:
        return for_key
    if not node.written:
        return f", got nothing{for_key}"
    shown = without_userinfo(node.written)
    shown = shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}…"
    return f", got '{shown}'" + (" from the environment" if node.is_from_environment else "") + for_key
