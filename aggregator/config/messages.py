"""The part of the configuration that digests are made of: schedules, channels, and how mail is sent."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from aggregator.config import network_values, values
from aggregator.config.settings import Settings


class ChatService(StrEnum):
    """A chat service with a layout of its own; ``apprise`` is any of the others."""

    # How an address is known to be one of a service: by the schemes of Apprise (https://github.com/caronc/apprise/wiki),
    # or by the host of its own webhooks. What else a service is says notify.chat.SERVICES.
    schemes: tuple[str, ...]
    hosts: tuple[str, ...]

    def __new__(cls, value: str, schemes: tuple[str, ...] = (), hosts: tuple[str, ...] = ()) -> Self:
        member = str.__new__(cls, value)
        member._value_, member.schemes, member.hosts = value, schemes, hosts
        return member

    AUTO = "auto"
    SLACK = "slack", ("slack",), ("hooks.slack.com", "hooks.slack-gov.com")
    DISCORD = "discord", ("discord",), ("discord.com", "discordapp.com")
    TEAMS = (
        "teams",
        ("workflow", "workflows"),
        ("logic.azure.com", "api.powerplatform.com", "webhook.office.com"),
    )
    MATTERMOST = "mattermost", ("mmost", "mmosts")
    APPRISE = "apprise"

    @classmethod
    def with_layouts(cls) -> tuple[ChatService, ...]:
        return tuple(each for each in cls if each not in {cls.AUTO, cls.APPRISE})


class EmailChannel(Settings):
    """A message to mail addresses, one for each."""

    email: Annotated[tuple[network_values.EmailAddress, ...], AfterValidator(values.not_empty)] = Field(
        description="Who gets it.", json_schema_extra={"minItems": 1}
    )


class WebhookChannel(Settings):
    """A signed POST (Standard Webhooks)."""

    webhook: network_values.SecretHttpAddress = Field(description="Address that gets the POST.")
    secret: network_values.WebhookSecret | None = Field(
        None, description="Signs the message: `whsec_` and 24 to 64 bytes in base64; best from the environment."
    )


class ChatChannel(Settings):
    """A message to a chat service."""

    chat: network_values.SecretChatAddress = Field(
        description=(
            "Address of the incoming webhook (`https://hooks.slack.com/…`), or the Apprise address of any service, "
            "such as `tgram://…`."
        )
    )
    service: ChatService = Field(
        ChatService.AUTO, description="Which service's layout the message has; `auto` decides by the address."
    )

    @model_validator(mode="after")
    def _check_service(self) -> Self:
        if self.spoken is None:
            *names, last = ChatService.with_layouts()
            raise ValueError(f"the service of this webhook is not known; add service: {', '.join(names)} or {last}")
        return self

    @property
    def spoken(self) -> ChatService | None:
        """The service whose layout the message has; None when that can't be told."""
        return service_of(self.chat.get_secret_value()) if self.service is ChatService.AUTO else self.service


def service_of(address: str) -> ChatService | None:
    """Return the chat service that an address belongs to; None when that can't be told."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"}:
        known = (each for each in ChatService if parts.scheme.lower() in each.schemes)
        return next(known, ChatService.APPRISE)
    host = f".{parts.hostname or ''}"
    return next((each for each in ChatService if any(host.endswith(f".{end}") for end in each.hosts)), None)


_CHANNELS: dict[str, type[Settings]] = {"email": EmailChannel, "webhook": WebhookChannel, "chat": ChatChannel}


def _channel_tag(value: Any) -> str | None:  # noqa: ANN401 - whatever the YAML holds
    # a tag can't be the same as a key: it stands in the location of errors
    if isinstance(value, dict):
        return next((f"<{key}>" for key in _CHANNELS if key in value), None)
    return next((f"<{key}>" for key, model in _CHANNELS.items() if isinstance(value, model)), None)


Channel = Annotated[
    Annotated[EmailChannel, Tag("<email>")]
    | Annotated[WebhookChannel, Tag("<webhook>")]
    | Annotated[ChatChannel, Tag("<chat>")],
    Discriminator(
        _channel_tag, custom_error_type="channel", custom_error_message="expected a channel: email, webhook or chat"
    ),
]


class WhenEmpty(StrEnum):
    SKIP = "skip"
    SEND = "send"


class DigestSettings(Settings):
    """What a digest is but for which entries it has."""

    name: values.Slug = Field(description="Short name for commands and addresses.")
    title: values.Line | None = Field(
        None, description="Title of the message; made from the site's and the name when left out."
    )
    language: values.Spoken | None = Field(
        None, description="Language of its messages: their words, dates and numbers; the site's when left out."
    )
    every: values.Every | None = Field(
        None,
        description=(
            "`day at 07:30`, `week on monday at 08:00`, a duration, or `now`: one message per poll with news. `daily`, "
            "`weekly` and `hourly` are understood."
        ),
    )
    cron: values.Cron | None = Field(None, description="Instead of `every`: a crontab line such as `30 7 * * 1-5`.")
    limit: values.Whole = Field(
        25,
        ge=1,
        le=1000,
        description="How many stories a message shows, shared among its sections; the rest is behind links.",
    )
    top: values.Whole = Field(
        5, ge=0, le=20, description="How many stories, the most important of all sections, stand on top; 0 is none."
    )
    per_source: values.Whole | None = Field(
        None, ge=1, le=1000, description="The most stories of one source; without it sources take turns."
    )
    settle: values.Duration | None = Field(
        None, description="Wait this long before sending an entry, so that corrections are included."
    )
    when_empty: WhenEmpty = Field(WhenEmpty.SKIP, description="Whether to `send` a message when nothing is new.")
    updates: values.Switch = Field(
        default=False, description="Whether to list entries that changed after they were sent."
    )
    health: values.Switch | None = Field(
        None,
        description="Whether to tell which sources are in trouble; left out, the digest named `operator` does.",
    )
    entries: values.Switch = Field(
        default=True, description="Whether it has entries; with `false` it has the health of the sources only."
    )
    template: values.Slug | None = Field(
        None, description="Look: `NAME` stands for `NAME.html.j2` and `NAME.txt.j2` in the folder `templates`."
    )
    to: Annotated[tuple[Channel, ...], AfterValidator(values.not_empty)] = Field(
        (),
        description=(
            "The channels it goes to. Without any its issues are only on the web page; `--preview` shows the next one."
        ),
        json_schema_extra={"minItems": 1},
    )

    @model_validator(mode="after")
    def _check_schedule(self) -> Self:
        if (self.every is None) == (self.cron is None):
            raise ValueError("expected either every or cron" + (", not both" if self.every else ""))
        if self.every == "now" and self.when_empty is WhenEmpty.SEND:
            raise ValueError("when_empty: send needs a time; every: now has none")
        if not self.entries and not self.tells_health:
            raise ValueError("a digest without entries has nothing to say unless health is true")
        return self

    @property
    def tells_health(self) -> bool:
        return self.name == "operator" if self.health is None else self.health


class SmtpSecurity(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class SmtpConfig(Settings):
    """The server that takes outgoing mail."""

    host: network_values.Host = Field("localhost", description="Name or address of the server.")
    port: values.Whole = Field(25, ge=1, le=65535, description="Its port: mostly 25, 587 (starttls) or 465 (tls).")
    security: SmtpSecurity = Field(SmtpSecurity.NONE, description="How the connection is encrypted.")
    user: values.Line | None = Field(None, description="User name, where the server asks for one.")
    password: network_values.Secret | None = Field(None, description="Password; best from the environment.")
    connections: values.Whole = Field(8, ge=1, le=20, description="Connections at the same time; each is reused.")
    timeout: values.ShortDuration = Field(
        timedelta(seconds=60),
        le=timedelta(minutes=4),
        description="Timeout for one message to be accepted, longer with each attempt; at most 4m.",
    )


class EmailConfig(Settings):
    """How mail is sent; digests with an `email` channel need it."""

    sender: network_values.Mailbox = Field(
        alias="from", description="Sender of the digests: `Space news <news@example.org>`."
    )
    envelope: network_values.EmailAddress | None = Field(
        None, description="Where bounces go (the envelope sender); the sender's address when left out."
    )
    unsubscribe: network_values.EmailAddress | None = Field(
        None, description="Address that takes requests to unsubscribe by mail, in addition to the link."
    )
    smtp: SmtpConfig = Field(SmtpConfig(), description="The server that takes it.")
    maildir: values.NewFolder | None = Field(None, description="Instead of a server: a Maildir to write into.")
    sendmail: values.Line | None = Field(
        None, description="Instead of a server: the program that takes mail, such as `/usr/sbin/sendmail`."
    )

    @model_validator(mode="after")
    def _check_one_way(self) -> Self:
        given = [name for name in ("smtp", "maildir", "sendmail") if name in self.model_fields_set]
        if len(given) > 1:
            raise ValueError(f"mail can go one way only; keep one of {', '.join(given)}")
        return self
