"""The configuration's JSON Schema, for editors: ``python -m aggregator.config.schema`` prints config/schema.json."""

from __future__ import annotations

import json
import sys

from aggregator.config.shape import Schema, nodes, resolve, shape

_FROM_ENVIRONMENT = {
    "FromEnvironment": {
        "type": "string",
        "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}",
        "description": "A value from the environment: `${NAME}` or `${NAME:-default}`.",
    }
}


def published_schema() -> Schema:
    """Return the schema for files (draft 2020-12), in which any value may come from the environment."""
    schema: Schema = json.loads(json.dumps(shape()))
    for node in list(nodes(schema)):
        for holder, key in _values_of(node):
            if _may_be_refused(resolve(holder[key], schema)):
                holder[key] = _or_from_environment(holder[key])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of aggregator",
        **schema,
        "$defs": {**schema["$defs"], **_FROM_ENVIRONMENT},
    }


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
