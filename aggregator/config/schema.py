"""The configuration's JSON Schema, for editors: ``python -m aggregator.config.schema`` prints config/schema.json."""

from __future__ import annotations

import json
import sys

from aggregator.config.natural import NAMED
from aggregator.config.shape import Schema, nodes, resolve, shape

_FROM_ENVIRONMENT = {
    "FromEnvironment": {
        "type": "string",
        "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}",
        "description": "A value from the environment: `${NAME}` or `${NAME:-default}`.",
    }
}


# What stands behind a name: a section that takes its ``name`` from the key, or a source's address.
_NAMED_ITEM: Schema = {"type": ["object", "string", "null"]}


def published_schema() -> Schema:
    """Return the schema for files (draft 2020-12), in which any value may come from the environment."""
    schema: Schema = json.loads(json.dumps(shape()))
    for node in list(nodes(schema)):
        for holder, key in _values_of(node):
            if _may_be_refused(resolve(holder[key], schema)):
                holder[key] = _or_from_environment(holder[key])
    for node in list(nodes(schema)):
        _allow_short_forms(node, schema)
    schema["patternProperties"] = {"^x-": {"description": "A place for anchors; what is here has no meaning."}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of aggregator",
        **schema,
        "$defs": {**schema["$defs"], **_FROM_ENVIRONMENT},
    }


def _allow_short_forms(node: Schema, root: Schema) -> None:
    """Allow what ``natural.py`` writes out: one value for a list of one, bare addresses, names as keys."""
    for key, value in node.get("properties", {}).items():
        if value.get("type") != "array":
            continue
        about = {name: value.pop(name) for name in ("title", "description", "default") if name in value}
        kinds = [value, value["items"]]
        if key in {"sources", "to"}:
            address: Schema = {"type": "string", "pattern": "://|@"}
            value["items"] = {"anyOf": [value["items"], address]}
            kinds.append(address)
        if key in NAMED and node is root:
            kinds.append({"type": "object", "not": {"required": ["name"]}, "additionalProperties": _NAMED_ITEM})
        node["properties"][key] = {**about, "anyOf": kinds}


def _values_of(node: Schema) -> list[tuple[Schema, str]]:
    """Return where the schemas of single values are: holder and key."""
    holders = [(node["properties"], key) for key in node.get("properties", {})]
    if "items" in node:
        holders.append((node, "items"))
    return holders


def _may_be_refused(schema: Schema) -> bool:
    """Tell whether a schema refuses text that a variable stands for: all but free text, lists and sections do."""
    if schema.get("type") in {"array", "object"} or "oneOf" in schema:
        return False
    return schema.get("type") != "string" or "pattern" in schema or "enum" in schema


def _or_from_environment(schema: Schema) -> Schema:
    about: Schema = {key: schema.pop(key) for key in ("title", "description", "default", "writeOnly") if key in schema}
    return {
        **about,
        "anyOf": [*schema.pop("anyOf", []), *([schema] if schema else []), {"$ref": "#/$defs/FromEnvironment"}],
    }


def main() -> None:
    sys.stdout.write(json.dumps(published_schema(), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
