"""digest and deliveries: issues made, looked at and sent, and the ledger of what became of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr, ValidationError
from rich.text import Text

from aggregator.app import Aggregator
from aggregator.config import ChatChannel, Config, DigestConfig, EmailChannel, Secrets, WebhookChannel
from aggregator.digests.delivering import Attempted, deliver_due, open_channels
from aggregator.digests.issuing import Digests
from aggregator.entrypoints.commands.hubs import (
    STATUS_STYLE,
    ping_json,
    pings_of,
    retry_pings,
    say_pings,
    split_ids,
)
from aggregator.entrypoints.commands.options import ConfigOption, JsonOption, LimitOption
from aggregator.entrypoints.logs import LogFormat, configure_logging
from aggregator.entrypoints.opening import opened
from aggregator.entrypoints.terminal import ago, complain, console, counted, print_json, rfc3339, say, show, table
from aggregator.errors import DeliveryError, UsageError
from aggregator.model.issues import ChannelKind, Delivery, DeliveryStatus, Issue, StopCause
from aggregator.notify import Target, chat_target, email_target, targets_of, webhook_target
from aggregator.publish import write_named

_SHOWN = 50


def digest(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The digest, as the configuration names it.")],
    preview: Annotated[
        Path | None, typer.Option("--preview", metavar="FILE", help="Write the HTML of the mail; send nothing.")
    ] = None,
    is_sending: Annotated[
        bool, typer.Option("--send", help="Make an issue of everything new now, and send it.")
    ] = False,
    to: Annotated[
        str | None, typer.Option("--to", metavar="ADDRESS", help="Send a test to this address; nothing is recorded.")
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume", metavar="ADDRESS", help="Resume sending to an address that unsubscribed or was rejected."
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Show the next issue of a digest, preview, test or send it.

    Example: aggregator digest daily --preview daily.html
    """
    if sum((preview is not None, is_sending, to is not None, resume is not None)) > 1:
        raise UsageError("use only one of --preview, --send, --to and --resume")
    configure_logging(LogFormat.HUMAN)
    with opened(config) as aggregator:
        digests = Digests(aggregator)
        configured = digests.digest(name)
        if resume is not None:
            _resume(aggregator, configured, resume)
        elif is_sending:
            _send(aggregator, digests, name)
        elif to is not None:
            _test(aggregator, digests, configured, to)
        else:
            _preview(aggregator, digests, configured, preview)


def _draft(digests: Digests, name: str) -> Issue:
    """Return the next issue as it would be now; while nothing is new, the last one, to have something to look at."""
    draft = digests.draft(name)
    if draft.sections or draft.troubles:
        return draft
    last = digests.latest(name)
    say("nothing is new since the last issue" + (f"; this is number {last.number} again" if last else ""))
    return last or draft


def _preview(aggregator: Aggregator, digests: Digests, configured: DigestConfig, file: Path | None) -> None:
    from aggregator.notify.channels import preview

    issue = _draft(digests, configured.name)
    rendered = preview(issue, configured, aggregator.config)
    if file is None:
        typer.echo(rendered.text)
        say(f"nothing was sent; {_who_would_get_it(configured)}")
        return
    write_named(file, rendered.html.encode())
    say(f"{file}: “{rendered.subject}”; nothing was sent")


def _who_would_get_it(configured: DigestConfig) -> str:
    recipients = targets_of(configured)
    return f"--send sends it to {counted(len(recipients), 'recipient')}" if recipients else "the digest has no `to`"


def _send(aggregator: Aggregator, digests: Digests, name: str) -> None:
    issue = digests.make_now(name)
    if issue is None:
        say("nothing is new since the last issue, so none was made")
        ids: list[int] = []
    else:
        say(f"issue {issue.number} of {name}: {counted(issue.entry_count, 'entry')}")
        ids = [each.id for each in aggregator.store.ledger.deliveries_of(issue)]
        if not ids:
            why = "all recipients have unsubscribed or refuse it; see `aggregator check`"
            say(f"it goes to nobody: {why if digests.digest(name).to else 'the digest has no `to`'}")
    waiting = aggregator.store.ledger.deliveries(statuses=[DeliveryStatus.WAITING])
    ids += [each.id for each in waiting if each.endpoint.digest == name and each.id not in ids]
    _attempt(aggregator, ids)


def _attempt(aggregator: Aggregator, ids: list[int]) -> None:
    """Attempt these deliveries and tell; exit with 1 when one failed for good, or none arrived.

    One that waits beside others that arrived is not a failure: it is tried again.
    """
    if not ids:
        return
    statuses = set()
    for attempted in deliver_due(aggregator, ids=ids):
        console().print(_attempt_line(aggregator, attempted))
        statuses.add(attempted.outcome.status)
    if not statuses <= {DeliveryStatus.SENT, DeliveryStatus.WAITING} or DeliveryStatus.SENT not in statuses:
        raise typer.Exit(1)


def _attempt_line(aggregator: Aggregator, attempted: Attempted) -> Text:
    outcome, delivery = attempted.outcome, attempted.delivery
    status = Text(outcome.status.value, style=STATUS_STYLE[outcome.status])
    line = Text.assemble(f"{delivery.id} {_shown(aggregator.config, delivery)}: ", status)
    if outcome.error:
        line.append(f": {outcome.error}")
    if outcome.next_attempt is not None:
        line.append(f"; again {ago(outcome.next_attempt, aggregator.clock())}")
    return line


# --- a test to one address -------------------------------------------------------------------------------------------


def _test(aggregator: Aggregator, digests: Digests, configured: DigestConfig, address: str) -> None:
    from aggregator.notify.channels import Post

    target = _test_target(aggregator.config, configured, address)
    issue = _draft(digests, configured.name)
    unique = secrets.token_hex(12)
    is_mail = target.endpoint.kind is ChannelKind.EMAIL
    message_id = f"<test.{unique}@{_domain(aggregator.config)}>" if is_mail else f"msg_test{unique}"
    channels = open_channels(aggregator)
    try:
        channels.send(Post(issue=issue, digest=configured, target=target, message_id=message_id))
    except DeliveryError as error:
        complain(f"the test did not arrive: {_masked(aggregator.config, target, str(error))}")
        raise typer.Exit(1) from None
    finally:
        channels.close()
    say(f"sent to {address if is_mail else target.endpoint.label} as a test; the ledger does not know of it")


def _test_target(config: Config, configured: DigestConfig, address: str) -> Target:
    """Return the channel that an address means. Raises UsageError."""
    for target in targets_of(configured).values():
        if target.address.get_secret_value() == address:
            return target
    try:
        if "://" not in address:
            if config.email is None:
                raise UsageError("a test by mail needs the section email: how mail is sent")
            [mail] = EmailChannel(email=(address,)).email
            return email_target(configured.name, mail)
        is_web = address.lower().startswith(("http://", "https://"))
        if not is_web or _is_chat(address):
            return chat_target(configured.name, ChatChannel(chat=SecretStr(address)))
        return webhook_target(configured.name, WebhookChannel(webhook=SecretStr(address)).webhook)
    except ValidationError:
        raise UsageError("--to expects a mail address, the address of a webhook, or one of Apprise's") from None


def _is_chat(address: str) -> bool:
    try:
        ChatChannel(chat=SecretStr(address))
    except ValidationError:
        return False
    return True


def _domain(config: Config) -> str:
    from aggregator.notify.mail.message import mail_domain

    return mail_domain(config.email) if config.email else "localhost"


def _masked(config: Config, target: Target, text: str) -> str:
    return Secrets(config, target.address, target.secret).mask(text)


def _resume(aggregator: Aggregator, configured: DigestConfig, address: str) -> None:
    keys = [key for key, target in targets_of(configured).items() if target.address.get_secret_value() == address]
    if not keys:
        raise UsageError(f"{configured.name} does not go to this address")
    is_back = aggregator.store.ledger.resume(configured.name, keys[0])
    say("it gets issues again, from the next one on" if is_back else "it gets issues already")


# --- the ledger ------------------------------------------------------------------------------------------------------


def deliveries(
    retry: Annotated[
        list[str] | None, typer.Option("--retry", metavar="ID", help="Retry this delivery now; may be repeated.")
    ] = None,
    status: Annotated[DeliveryStatus | None, typer.Option("--status", help="Only deliveries with this status.")] = None,
    as_json: JsonOption = False,
    limit: LimitOption = None,
    config: ConfigOption = None,
) -> None:
    """List what was sent, what waits, what failed and why.

    The newest come first.

    Example: aggregator deliveries --retry 42
    """
    configure_logging(LogFormat.HUMAN)
    with opened(config) as aggregator:
        if retry:
            _retry(aggregator, retry)
            return
        statuses = [status] if status else []
        if as_json:
            found = aggregator.store.ledger.deliveries(limit=limit, statuses=statuses)
            rows = (delivery_json(each, aggregator.config) for each in found)
            print_json(islice(chain(rows, map(ping_json, pings_of(aggregator, statuses))), limit))
            return
        shown = list(aggregator.store.ledger.deliveries(limit=(limit or _SHOWN) + 1, statuses=statuses))
        if shown:
            _print_deliveries(shown[: limit or _SHOWN], aggregator.config, aggregator.clock())
        if not say_pings(aggregator, statuses) and not shown:
            say("nothing was sent yet" if status is None else f"none is {status}")
        elif limit is None and len(shown) > _SHOWN:
            say(f"the newest {_SHOWN}; --limit N shows more, --json all")


def _retry(aggregator: Aggregator, given: list[str]) -> None:
    ids, pings = split_ids(given)
    ledger, now = aggregator.store.ledger, aggregator.clock()
    unsubscribed = {
        (stop.endpoint.digest, stop.endpoint.key) for stop in ledger.stops() if stop.cause is StopCause.UNSUBSCRIBED
    }
    for delivery_id in ids:
        found = ledger.delivery(delivery_id)
        if found is None:
            raise UsageError(f"no delivery has the id {delivery_id}; `aggregator deliveries` lists them")
        endpoint = found.endpoint
        if (endpoint.digest, endpoint.key) in unsubscribed:
            raise UsageError(
                f"delivery {delivery_id} goes to a reader who has unsubscribed; if they want {endpoint.digest} back: "
                f"aggregator digest {endpoint.digest} --resume ADDRESS"
            )
    for delivery_id in ids:
        known = ledger.retry(delivery_id, now=now)
        if known is not None:
            ledger.resume(known.endpoint.digest, known.endpoint.key)
    are_told = retry_pings(aggregator, pings)
    _attempt(aggregator, ids)
    if not are_told:
        raise typer.Exit(1)


def _print_deliveries(shown: Iterable[Delivery], config: Config, now: datetime) -> None:
    listing = table(
        "id", "digest", "issue", "made", "to", "status", "tries", "next", "last error", wide=("last error",)
    )
    for each in shown:
        status = Text(each.status.value, style=STATUS_STYLE[each.status])
        upcoming = ago(each.next_attempt, now) if each.next_attempt else ""
        if each.next_attempt is not None and each.next_attempt <= now:
            upcoming = "now"
        listing.add_row(
            str(each.id),
            each.endpoint.digest,
            str(each.issue),
            ago(each.made_at, now),
            _shown(config, each),
            status,
            str(each.attempts),
            upcoming,
            Text(each.last_error or ""),
        )
    show(listing)


def _shown(config: Config, delivery: Delivery) -> str:
    """Return whom a delivery is for: the mail address where it stands in the file as it is, else a mask of it."""
    endpoint = delivery.endpoint
    for each in config.digests:
        if each.name == endpoint.digest and endpoint.kind is ChannelKind.EMAIL:
            for address in _written(each):
                if email_target(each.name, address).endpoint.key == endpoint.key:
                    return f"email {address}"
    return endpoint.label


def _written(digest: DigestConfig) -> Iterator[str]:
    """Yield the mail addresses of a digest that did not come from the environment."""
    for channel in digest.to:
        if isinstance(channel, EmailChannel) and not channel.is_hidden("email"):
            yield from channel.email


def delivery_json(delivery: Delivery, config: Config) -> dict[str, Any]:
    """Return a delivery's stable keys for scripts."""
    return {
        "id": delivery.id,
        "digest": delivery.endpoint.digest,
        "issue": delivery.issue,
        "feed": None,
        "channel": _shown(config, delivery),
        "kind": delivery.endpoint.kind.value,
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "next_attempt": rfc3339(delivery.next_attempt),
        "last_error": delivery.last_error,
        "made": rfc3339(delivery.made_at),
        "sent": rfc3339(delivery.sent_at),
        "message_id": delivery.message_id,
    }
