"""From the address in the configuration, in Apprise's notation or the service's own, to the one that is asked."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from aggregator.config import ChatService

_NOT_UNDERSTOOD: Final = "expected {}"


def webhook_address(address: str, service: ChatService) -> str:
    """Return the http address of an incoming webhook. Raises ValueError, in words, when it can't be made out."""
    parts = urlsplit(address)
    if parts.scheme.lower() in {"http", "https"}:
        return _waiting(address) if service is ChatService.DISCORD else address
    # Apprise takes the first token for the host: it is not lower case there
    host, _, _ = parts.netloc.rpartition("@")[2].partition("?")
    tokens = [unquote(each) for each in (host, *parts.path.split("/")) if each]
    match service:
        case ChatService.SLACK if len(tokens) >= 3:
            return f"https://hooks.slack.com/services/{'/'.join(tokens[:3])}"
        case ChatService.DISCORD if len(tokens) >= 2:
            return _waiting(f"https://discord.com/api/webhooks/{tokens[0]}/{tokens[1]}")
        case ChatService.MATTERMOST if len(tokens) >= 2:
            scheme = "https" if parts.scheme.lower() == "mmosts" else "http"
            return f"{scheme}://{host}{''.join(f'/{each}' for each in tokens[1:-1])}/hooks/{tokens[-1]}"
        case ChatService.TEAMS if len(tokens) >= 3:
            query = urlencode({"api-version": "2016-06-01", "sp": "/triggers/manual/run", "sv": "1.0"})
            path = f"workflows/{tokens[1]}/triggers/manual/paths/invoke"
            return f"https://{host}/{path}?{query}&{urlencode({'sig': tokens[2]})}"
        case _:
            raise ValueError(_NOT_UNDERSTOOD.format(_EXAMPLES.get(service, "an address")))


_EXAMPLES: Final = {
    ChatService.SLACK: "https://hooks.slack.com/services/T…/B…/… or slack://T…/B…/…",
    ChatService.DISCORD: "https://discord.com/api/webhooks/…/… or discord://…/…",
    ChatService.MATTERMOST: "mmosts://host/token or the https address with service: mattermost",
    ChatService.TEAMS: "the https address of the workflow or workflows://host/workflow/signature",
}


def _waiting(address: str) -> str:
    """Return a Discord address that answers when the message is there, with what is wrong with it (S11)."""
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "wait"]
    return parts._replace(query=urlencode([*query, ("wait", "true")])).geturl()
