"""What a mail server's refusal is about, by its place, its code and its words: one table, which docs show too.

Servers say the same in many words. The order counts: an enhanced status code (RFC 3463) says more than words do, but
for some that large services use for something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class About(StrEnum):
    """Who must do something about it."""

    US = "us"
    MAILBOX = "mailbox"
    READER = "reader"
    MESSAGE = "message"
    UNCLEAR = "unclear"


class Step(StrEnum):
    """What a server answers to."""

    GREETING = "connecting"
    SENDER = "the sender"
    RECIPIENT = "the recipient"
    MESSAGE = "the message"


@dataclass(frozen=True, slots=True)
class Rule:
    """Answers that match ``pattern``, in lower case with the code in front, and what they are about."""

    pattern: str
    about: About
    examples: tuple[str, ...]


CONSEQUENCES: Final = {
    About.US: "tried again for three days; nobody is stopped",
    About.MAILBOX: "tried again for three days",
    About.READER: "the reader is stopped, once the server took this issue for another one",
    About.MESSAGE: "failed; the next issue is tried",
    About.UNCLEAR: "failed; the reader is stopped when it happened in three issues in a row",
}

_NOBODY: Final = (
    r"(unknown|no such|invalid|non-?existent|unrouteable) (local )?(user|address|mailbox|recipient|person)"
    r"|(user|recipient|mailbox|address|account) (is )?(unknown|not found|unavailable|disabled|inactive|invalid)"
    r"|(does not|doesn'?t) (exist|have an? \S+ account)|(user|mailbox) not (local|here)|no mailbox here"
    r"|recipient not found"
)
_OURS: Final = (
    r"relay|rcpthosts|authenticat|log ?in|\brbl\b|dnsbl|block|black ?list|deny ?list|spam|junk|reputation|policy"
    r"|denied|not permitted|not allowed|not authori[sz]ed|prohibit|\bspf\b|dkim|dmarc|reverse dns|\bptr\b"
    r"|\bhelo\b|your (ip|host|server)|\brate\b|too many"
)


def _enhanced(rest: str) -> str:
    """Return a pattern for enhanced status codes (5.1.1), which addresses of networks (203.5.1.77) are not."""
    return rf"(?<![\d.])5\.(?:{rest})(?![\d]|\.\d)"


RULES: Final = (
    Rule(r"^(530|534|535|538)\b", About.US, ("530 Authentication required", "535 5.7.8 bad credentials")),
    Rule(
        _enhanced(r"4\.1") + ".*recipient address rejected|" + _enhanced(r"5\.0") + ".*mailbox unavailable",
        About.UNCLEAR,
        (
            "550 5.4.1 Recipient address rejected: Access denied",
            "550 5.5.0 Requested action not taken: mailbox unavailable",
        ),
    ),
    Rule(
        _enhanced(r"3\.4|2\.3|6\.\d+") + r"|message (is )?too (large|big|long)|message size|virus|malware",
        About.MESSAGE,
        ("552 5.3.4 Message size exceeds fixed limit", "554 5.6.0 Message content rejected"),
    ),
    Rule(
        _enhanced(r"[3457]\.\d+|1\.[789]"),
        About.US,
        ("554 5.7.1 Relay access denied", "553 that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
    ),
    Rule(_enhanced(r"2\.2"), About.MAILBOX, ("552 5.2.2 Over quota",)),
    Rule(
        _enhanced(r"1\.(?:[123456]|10)|2\.1"),
        About.READER,
        ("550 5.1.1 User unknown", "550 5.2.1 The account is disabled"),
    ),
    Rule(
        r"\bsender\b|mail from|from address|return[- ]path",
        About.US,
        ("550 Sender address rejected: Domain not found",),
    ),
    Rule(
        r"quota|mailbox (is )?full|full mailbox|insufficient (system )?storage|over ?quota",
        About.MAILBOX,
        ("550 mailbox full: quota exceeded",),
    ),
    Rule(
        f"(?=.*(?:{_NOBODY}))(?=.*(?:{_OURS}))",
        About.UNCLEAR,
        ("550 mailbox unavailable: rejected due to policy restrictions",),
    ),
    Rule(
        _NOBODY,
        About.READER,
        ("550 No such user here", "550 mailbox unavailable", "550 that address does not exist"),
    ),
    Rule(_OURS, About.US, ("550 relay not permitted", "550 JunkMail rejected - host is in an RBL")),
)


def judge_refusal(step: Step, code: int, words: str) -> About:
    """Return what a refusal (400 to 599) at a step is about. Only the last two say anything of reader or message."""
    if code < 500 or step in {Step.GREETING, Step.SENDER}:
        return About.US
    answer = f"{code} {words}".lower()
    unclear = About.MESSAGE if step is Step.MESSAGE else About.UNCLEAR
    about = next((rule.about for rule in RULES if re.search(rule.pattern, answer)), unclear)
    return unclear if about is About.UNCLEAR else about


def refusals_table() -> str:
    """Return the table of the docs, in Markdown."""
    lines = ["| a server answers, for example | it is about | what follows |", "|---|---|---|"]
    early = judge_refusal(Step.SENDER, 550, "")
    lines.append(f"| 4xx to anything; any refusal before the recipient is named | {early} | {CONSEQUENCES[early]} |")
    for rule in RULES:
        examples = "; ".join(f"`{example}`" for example in rule.examples)
        lines.append(f"| {examples} | {rule.about} | {CONSEQUENCES[rule.about]} |")
    for step in (Step.RECIPIENT, Step.MESSAGE):
        about = judge_refusal(step, 550, "")
        lines.append(f"| any other 5xx to {step} | {about} | {CONSEQUENCES[about]} |")
    return "\n".join(lines)
