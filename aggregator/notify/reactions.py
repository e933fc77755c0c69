"""The tables of the docs: what the answers of webhooks, chats and mail servers lead to, by asking those who judge them.

python -m aggregator.notify.reactions
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from aggregator.notify.chat import SERVICES, Service, reaction_to_answer
from aggregator.notify.mail.refusals import refusals_table
from aggregator.notify.posting import Reaction, reaction_to

_STATUSES: Final = range(200, 600)
_AGAIN: Final = "no connection; all answers but those named here and 2xx"
# What no answer says.
_WEBHOOKS_ALSO: Final = "; when nothing was taken for the whole schedule"
_PRIVATE: Final = "an address in a private network that is not allowed"


def answers_table() -> str:
    """Return the table in Markdown: a row for webhooks, one for chats that agree, one for all that Apprise knows."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for service in SERVICES.values():
        rows.setdefault(_of_service(service), []).append(service.name.capitalize())
    lines = ["| | tried again | failed | stopped |", "|---|---|---|---|"]
    failed, stopped = _found(reaction_to, Reaction.FAILED), _found(reaction_to, Reaction.STOPPED)
    lines.append(_row("webhook", _AGAIN, _joined(failed, _PRIVATE), stopped + _WEBHOOKS_ALSO))
    for (again, failed, stopped), names in rows.items():
        lines.append(_row(", ".join(names), again, _joined(failed, _PRIVATE), stopped))
    return "\n".join(
        [*lines, _row("through Apprise", "whatever is no success", "an address that Apprise does not know", "")]
    )


def _of_service(service: Service) -> tuple[str, str, str]:
    def judge(status: int, body: bytes = b"", *, is_page: bool = False) -> Reaction:
        return reaction_to_answer(service, status, body, is_page=is_page)

    again = _AGAIN
    pages = [status for status in _STATUSES if judge(status, is_page=True) is not judge(status)]
    pages += [status for status in service.ending.statuses if service.ending.codes and status not in pages]
    if pages:
        again += f"; a web page with {_listed(pages)}, which is from a proxy in front"
    stopped = _found(judge, Reaction.STOPPED)
    if service.ending.codes:
        bodies = [json.dumps({"code": code}).encode() for code in sorted(service.ending.codes)]
        ended = [each for each in _STATUSES if all(judge(each, body) is Reaction.STOPPED for body in bodies)]
        only = [each for each in ended if judge(each) is not Reaction.STOPPED]
        codes = " or ".join(str(code) for code in sorted(service.ending.codes))
        stopped = _joined(stopped, f"{_listed(only)} with the `code` {codes}")
    return again, _found(judge, Reaction.FAILED), stopped


def _found(judge: Callable[[int], Reaction], reaction: Reaction) -> str:
    return _listed([status for status in _STATUSES if judge(status) is reaction])


def _listed(statuses: list[int]) -> str:
    return ", ".join(map(str, sorted(statuses)))


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(answers_table(), refusals_table(), sep="\n\n")  # noqa: T201
