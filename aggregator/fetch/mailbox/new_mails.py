"""A mailbox as a source like any other: its new mails are the answer, none is a 304."""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.fetch.mailbox.batch import Batch, Wish
from aggregator.fetch.mailbox.imap import new_on_server
from aggregator.fetch.mailbox.maildir import new_in_folder
from aggregator.http import HttpClient
from aggregator.model import Claim, Fetched, NotModified, Validators

# Of a mailbox that is new, so many mails are read; of all of them, so many at a time.
MAX_MAILS = 200


def fetch_mails(client: HttpClient, claim: Claim, *, secrets: Mapping[str, str] | None = None) -> Fetched | NotModified:
    """Return the mails that came since the last answer, the oldest first, each as it was sent (``Fetched.pages``).

    There are at most MAX_MAILS of them, and about as many bytes as an answer over HTTP may have; the rest comes with
    the next polls. ``secrets`` are ``user`` and ``password``. Raises FetchError and its kin.
    """
    source, known = claim.source, claim.state.validators
    wish = Wish(
        cursor=(known.etag if known else None) or "",
        senders=source.senders,
        is_marking=source.mark == "read",
        most=MAX_MAILS,
        most_bytes=client.max_body,
        with_backlog=source.backlog is None,
    )
    if source.url.startswith("maildir:"):
        batch = new_in_folder(source.url.partition("#")[0].removeprefix("maildir:"), wish)
    else:
        batch = new_on_server(client, source.url, wish, secrets=secrets or {})
    return _answer(source.url, batch)


def _answer(url: str, batch: Batch) -> Fetched | NotModified:
    validators = Validators(url=url, etag=batch.cursor)
    if not batch.mails:
        return NotModified(url=url, validators=validators)
    mails = tuple(Fetched(url=url, body=mail, content_type="message/rfc822") for mail in batch.mails)
    return Fetched(url=url, body=b"", content_type="multipart/digest", validators=validators, pages=mails)
