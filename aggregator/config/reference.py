"""The reference of all settings: ``python -m aggregator.config.reference`` prints docs/reference/configuration.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from aggregator.config.shape import Schema, in_words, resolve, shape

EXAMPLE = """\
# yaml-language-server: $schema=schema.json
site:
  title: Space, innovation and talent
  url: https://news.example.org/
  timezone: Europe/Luxembourg
storage:
  url: sqlite:///../var/aggregator.db
  keep: 400d
fetch:
  every: auto
  contact: https://news.example.org/about
judgement:
  semantic: auto
web:
  trusted_proxies: [127.0.0.1]
  tokens: {control_room: '${CONTROL_ROOM_TOKEN}'}
sources:
  - url: https://spacenews.example/feed/
    name: spacenews
    categories: [space]
    priority: 10
  - url: https://ministry.example/press
    kind: page
    keep: '"space resources" or satellite*'
categories:
  - name: space
    title: Space
    any: [space, lunar, satellite*, space resourc*, =ESA]
    none: [office space, parking space]
feeds:
  - name: all
    title: Everything
  - name: space
    where: {categories: [space]}
digests:
  - name: daily
    every: day at 07:30
    where: {categories: [space]}
    to:
      - email: [reader@example.org]
      - webhook: https://hooks.example.org/in
        secret: ${WEBHOOK_SECRET}
email:
  from: Space news <news@example.org>
  smtp: {host: mail.example.org, port: 587, security: starttls, user: news, password: '${SMTP_PASSWORD}'}
"""

_INTRODUCTION = f"""\
# Configuration

<!-- Made by python -m aggregator.config.reference; edit the models in aggregator/config/models.py, not this page. -->

The configuration is YAML. `aggregator check` reports every mistake in it, with file and line. Without
`--config FILE` it is `$AGGREGATOR_CONFIG`, else `config/aggregator.yaml`, else `aggregator.yaml`. All settings have
defaults; a list of sources is enough. A complete example:

```yaml
{EXAMPLE}```

## How values are written

- **Short forms.** One value stands for a list of one: `categories: space`, `email: me@example.org`. An address alone is
  a source, or a channel: `- https://a.example/feed`. Names may be keys: `sources: {{spacenews: https://…}}`. `<<`
  merges sections, and keys at the top that begin with `x-` are a place for anchors.
- **Durations** have a unit: `90s`, `15m`, `2h`, `7d`; `2 hours` and `daily` are understood.
- **Sizes** have one too: `512kB`, `15MB` (10⁶ bytes), `15MiB` (2²⁰ bytes).
- **Paths** (database, templates, includes) are relative to the file that names them.
- **From the environment:** `${{NAME}}`, or `${{NAME:-default}}` for when it is missing or empty; `$${{` is a plain
  `${{`. What comes from there is never shown, nor are `password`, `headers`, `secret`, `webhook`, `chat` and tokens.
  Between the `{{` and `}}` of YAML itself it stands in quotes: `{{password: '${{SMTP_PASSWORD}}'}}`.
- **Terms** are whole words, without regard to case and accents: `lunar`; phrases: `space resources`, which do not reach
  across punctuation; stems: `satellite*`, also in phrases: `space resourc*`; words whose capitals matter: `=ESA`; and
  regular expressions for the text as it is: `/Ariane ?[56]/`. [Rules and filters](rules.md) has all about them.
- **Filters** join terms with `and`, `or`, `not`, `near` and parentheses; phrases stand in quotation marks:
  `satellite* and not ("office space" or =TV)`.
- **Schedules** are `now`, `day at 07:30`, `week on monday at 08:00` or a duration, in the time zone of the site.
  In **crontab lines** (minute, hour, day, month, weekday) 0 and 7 are Sunday.
"""


def reference() -> str:
    """Return the page, in Markdown."""
    return "\n".join([_INTRODUCTION, *(_section(*each) for each in _sections("", shape(), set()))])


def _sections(name: str, schema: Schema, seen: set[str]) -> Iterator[tuple[str, Schema]]:
    """Yield each kind of section once, with the path of keys where it stands first."""
    yield (f"`{name}`" if name else "At the top"), schema
    for key, value in schema["properties"].items():
        item = resolve(value).get("items", value)
        path = f"{name}.{key}".lstrip(".")
        for kind in item.get("oneOf", ()):
            if "properties" in resolve(kind) and kind["$ref"] not in seen:
                seen.add(kind["$ref"])
                yield f"`{path}`: {next(iter(resolve(kind)['properties']))}", resolve(kind)
        if "$ref" in item and item["$ref"] not in seen and "properties" in resolve(item):
            seen.add(item["$ref"])
            yield from _sections(path, resolve(item), seen)


def _section(heading: str, schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        f"| `{key}` | {_type(value)} | {_default(value, is_required=key in required)} | {value['description']} |"
        for key, value in ((key, resolve(value)) for key, value in schema["properties"].items())
    ]
    about = resolve(schema)["description"]
    return "\n".join(
        [f"## {heading}", "", about, "", "| key | type | default | meaning |", "|---|---|---|---|", *rows, ""]
    )


def _type(schema: Schema) -> str:
    words = in_words(schema)
    return f"{words}, see below" if "section" in words or "channel" in words else words


def _default(schema: Schema, *, is_required: bool) -> str:
    if is_required:
        return "required"
    default = schema.get("default")
    if default is None:
        return ""
    text = (
        str(default).lower()
        if isinstance(default, bool)
        else f"{default:g}"
        if isinstance(default, float)
        else str(default)
    )
    return f"`{text}`"


def main() -> None:
    sys.stdout.write(reference())


if __name__ == "__main__":
    main()
