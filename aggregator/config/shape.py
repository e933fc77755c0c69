"""The shape of the configuration, as a JSON Schema of its values: for the words of complaints, editors and docs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from aggregator.config.models import Config
from aggregator.text.durations import format_duration

Schema = dict[str, Any]

# What JSON has as it is: pydantic would build a serializer for each value.
_JSON = frozenset({str, int, float, bool})


class _Generator(GenerateJsonSchema):
    """Describes what people write: durations as text, and a key to leave out instead of null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - pydantic's signature
        return False

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 - pydantic's signature
        if isinstance(dft, timedelta):
            return format_duration(dft)
        # what a section is by default, its own keys tell
        if dft is None or isinstance(dft, BaseModel | tuple | dict):
            return None
        return dft if type(dft) in _JSON else super().encode_default(dft)


@cache
def shape() -> Schema:
    """Return the schema of the values themselves. Not to be changed."""
    schema = Config.model_json_schema(schema_generator=_Generator)
    for node in nodes(schema):
        if "properties" in node:
            node.pop("title", None)
        if node.get("default", ...) is None:
            del node["default"]
    return schema


def nodes(schema: Any) -> Iterator[Schema]:  # noqa: ANN401 - any part of a schema
    if isinstance(schema, dict):
        yield schema
        for key, part in list(schema.items()):
            if key in {"properties", "$defs"}:
                for inner in part.values():
                    yield from nodes(inner)
            elif key in {"items", "anyOf", "oneOf"}:
                yield from nodes(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from nodes(part)


def resolve(schema: Schema, root: Schema | None = None) -> Schema:
    """Follow a reference; what stands beside it, such as a default, is kept."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    target = (root or shape())["$defs"][reference.rpartition("/")[2]]
    return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}


def schema_at(location: tuple[str | int, ...]) -> Schema:
    """Return the schema of the value at a location; steps that no schema answers to are left out."""
    schema = shape()
    for step in location:
        if isinstance(step, int):
            schema = resolve(schema.get("items", schema))
        elif step.startswith("<"):  # one of several kinds, by its title
            schema = next((part for part in schema.get("oneOf", ()) if part.get("title") == step.strip("<>")), schema)
        else:
            schema = resolve(known_keys(schema).get(step) or schema.get("additionalProperties") or schema)
    return schema


def known_keys(schema: Schema) -> dict[str, Schema]:
    """Return the keys of a section with their schemas; of all alternatives where there are some."""
    keys: dict[str, Schema] = {}
    for part in (schema, *schema.get("oneOf", ())):
        keys |= resolve(part).get("properties", {})
    return keys


def in_words(schema: Schema) -> str:
    """Say what is expected: "duration", "auto, feed or page", "whole number from 1 to 1000", "list of names"."""
    schema = resolve(schema)
    if "enum" in schema:
        *most, last = schema["enum"]
        return f"{', '.join(most)} or {last}"
    match schema.get("type"):
        case "object":
            return str(schema.get("title", "section"))
        case "array":
            item = in_words(schema["items"])
            plural = "" if "enum" in resolve(schema["items"]) else "es" if item.endswith("s") else "s"
            return f"list of {item}{plural}"
        case "boolean":
            return "true or false"
        case "integer" | "number" as kind if "title" not in schema:
            return ("whole number" if kind == "integer" else "number") + _bounds(schema)
        case _:
            return str(schema.get("title", "channel"))


def _bounds(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        return f" above {schema['exclusiveMinimum']:g}, at most {most:g}"
    if least is None or most is None:
        return ("" if least is None else f", at least {least:g}") + ("" if most is None else f", at most {most:g}")
    return f" from {least:g} to {most:g}"
