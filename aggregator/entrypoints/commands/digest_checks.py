"""What check has to say of digests: templates and addresses that won't do, and who gets nothing more."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.app import utc_now
from aggregator.config import ChatService, Config
from aggregator.config.templates import load_templates
from aggregator.entrypoints.terminal import ago, say
from aggregator.errors import ConfigError, Problem, PublishError, StoreError
from aggregator.model.issues import ChannelKind, Stop
from aggregator.notify import Target, targets_of
from aggregator.store import Store, database_exists


def check_digests(config: Config) -> None:
    """Raise ConfigError for templates that can't be rendered and addresses that can't be understood. Sends nothing."""
    problems = [*_templates(config), *_addresses(config)]
    if problems:
        raise ConfigError(*dict.fromkeys(problems))


def _templates(config: Config) -> Iterator[Problem]:
    templates = load_templates(config)
    for name in templates.names():
        try:
            templates.compile(name)
        except PublishError as error:
            yield _problem(error)
    if not config.digests:
        return
    from aggregator.notify.channels import preview
    from aggregator.notify.sample import empty_issue, sample_issue

    for digest in config.digests:
        for make in (sample_issue, empty_issue):
            try:
                preview(make(digest, utc_now()), digest, config)
            except PublishError as error:
                yield _problem(error)


def _problem(error: PublishError) -> Problem:
    place, _, message = str(error).partition(": ")
    return Problem(place, 0, message) if message else Problem("templates", 0, place)


def _addresses(config: Config) -> Iterator[Problem]:
    for digest in config.digests:
        for target in targets_of(digest).values():
            if target.endpoint.kind is ChannelKind.CHAT and (wrong := _wrong_chat(target)):
                yield Problem(str(config.path), 0, f"digest {digest.name}, {target.endpoint.label}: {wrong}")


def _wrong_chat(target: Target) -> str | None:
    service = target.service or ChatService.APPRISE
    address = target.address.get_secret_value()
    try:
        if service is ChatService.APPRISE:
            from aggregator.notify.chat.others import check_address

            check_address(address)
        else:
            from aggregator.notify.chat import SERVICES

            SERVICES[service].webhook(address)
    except ValueError as error:
        return str(error)
    return None


def tell_stops(config: Config) -> None:
    """List who gets nothing more of a digest, as far as the database knows; it is not made, nor changed."""
    if not config.digests or not database_exists(config.storage.url):
        return
    store = Store(config.storage.url)
    try:
        stops = [stop for stop in store.ledger.stops() if _is_configured(stop, config)]
    except StoreError as error:
        say(f"who has unsubscribed isn't known: {error}")
        return
    finally:
        store.close()
    if not stops:
        return
    say(f"{len(stops)} recipient{' gets' if len(stops) == 1 else 's get'} nothing more")
    for stop in stops:
        say(f"  {stop.endpoint.digest} to {stop.endpoint.label}: {stop.reason} ({ago(stop.since, utc_now())})")
    say("  `aggregator digest NAME --resume ADDRESS` sends to one again")


def _is_configured(stop: Stop, config: Config) -> bool:
    """Whether it would get issues if it weren't stopped."""
    digest = next((each for each in config.digests if each.name == stop.endpoint.digest), None)
    return digest is not None and stop.endpoint.key in targets_of(digest)
