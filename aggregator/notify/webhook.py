"""An issue as signed POSTs (Standard Webhooks, RULES W1 to W8); the schema is docs/reference/webhook.schema.json."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import SecretStr
from standardwebhooks import Webhook

from aggregator.config.network_values import webhook_key
from aggregator.http import HttpClient
from aggregator.model.issues import Issue, IssueEntry, Section
from aggregator.notify.bodies import Site
from aggregator.notify.posting import post
from aggregator.text.moments import rfc3339

# Moves when a receiver that read the one before would misread this one.
SCHEMA_VERSION: Final = 1
EVENT: Final = "digest.issue"

# RULES W3: below 20 kB.
MOST_BYTES: Final = 19_500


def send_webhook(
    client: HttpClient,
    url: str,
    bodies: Sequence[bytes],
    *,
    message_id: str,
    secret: SecretStr | None,
    parts_sent: int,
    note_part: Callable[[int], None],
    clock: Callable[[], datetime],
) -> None:
    """POST the parts that were not accepted yet, in order. Raises DeliveryError, Refused."""
    for number, body in list(enumerate(bodies, start=1))[parts_sent:]:
        part_id = message_id if len(bodies) == 1 else f"{message_id}-{number}"
        now = clock()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": part_id,
            "webhook-timestamp": str(int(now.timestamp())),
        }
        if secret is not None:
            signer = Webhook(webhook_key(secret.get_secret_value()))
            headers["webhook-signature"] = signer.sign(part_id, now.astimezone(UTC), body.decode())
        post(client, url, body, headers=headers, now=now)
        if number < len(bodies):
            note_part(number)


def webhook_bodies(issue: Issue, site: Site) -> list[bytes]:
    """Return an issue with all its entries as JSON, in as many parts as keep each below MOST_BYTES."""
    items = [_entry(entry, section) for section in issue.sections for entry in _entries(section)]
    notes = {
        "updates": [_entry(update.entry, None) | {"previous_title": update.was} for update in issue.updates],
        "troubles": [{"kind": each.kind.value, "subject": each.title, "text": each.text} for each in issue.troubles],
    }
    groups = _split(items, notes, _envelope(issue, site))
    return [
        _dump(_envelope(issue, site, part=number, parts=len(groups)), group)
        for number, group in enumerate(groups, start=1)
    ]


def _entries(section: Section) -> Iterator[IssueEntry]:
    for story in section.stories:
        yield from story.entries


def _envelope(issue: Issue, site: Site, *, part: int = 999, parts: int = 999) -> dict[str, Any]:
    return {
        "type": EVENT,
        "timestamp": rfc3339(issue.made_at),
        "data": {
            "version": SCHEMA_VERSION,
            "digest": issue.digest,
            "title": issue.title,
            "issue": issue.number,
            "issue_id": issue.id,
            "url": site.page_of(issue),
            "part": part,
            "parts": parts,
            "entry_count": issue.entry_count,
        },
    }


def _split(
    items: list[dict[str, Any]], notes: dict[str, list[dict[str, Any]]], envelope: dict[str, Any]
) -> list[dict[str, list[dict[str, Any]]]]:
    """Distribute entries, updates and troubles, in this order, over parts that are small enough; nothing is cut."""
    empty: dict[str, list[dict[str, Any]]] = {"entries": [], "updates": [], "troubles": []}
    room = MOST_BYTES - len(_dump(envelope, empty))
    groups: list[dict[str, list[dict[str, Any]]]] = [{name: [] for name in empty}]
    left = room
    for name, values in (("entries", items), *notes.items()):
        for value in values:
            size = len(_json(value)) + 1
            if size > left and left < room:
                groups.append({key: [] for key in empty})
                left = room
            groups[-1][name].append(value)
            left -= size
    return groups


def _entry(entry: IssueEntry, section: Section | None) -> dict[str, Any]:
    return {
        "id": entry.id,
        "story": entry.story,
        "title": entry.title,
        "url": entry.url,
        "summary": entry.summary,
        "published": rfc3339(entry.published),
        "updated": rfc3339(entry.updated),
        "language": entry.language,
        "source": {"name": entry.source, "title": entry.source_title},
        "categories": list(entry.categories),
        "section": section.name if section else None,
        "also": [{"title": other.title, "url": other.url} for other in entry.also],
    }


def _dump(envelope: dict[str, Any], group: dict[str, Any]) -> bytes:
    return _json(envelope | {"data": envelope["data"] | group})


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
