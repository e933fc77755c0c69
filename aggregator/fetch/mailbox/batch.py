"""What is wanted of a mailbox, and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import getaddresses

# What of a mail's head says whose it is.
SENDER_FIELDS = ("From", "Sender", "List-Id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which mails are wanted: those behind ``cursor`` ("" is the beginning) of one of ``senders``, or of anybody.

    Of a mailbox that is new only the newest are, unless it is wanted ``with_backlog``. ``is_marking``: those that the
    last answer had, which are stored by now, are marked as read.
    """

    cursor: str
    senders: tuple[str, ...]
    is_marking: bool
    most: int
    most_bytes: int
    with_backlog: bool

    def fits(self, head: bytes) -> bool:
        """Whether a mail is of one of the senders, by the fields of SENDER_FIELDS in its head."""
        return not self.senders or bool(self._keys_of(head) & {each.lower().lstrip("@") for each in self.senders})

    def _keys_of(self, head: bytes) -> set[str]:
        """Return what a mail may be wanted by: the senders' addresses, their domains with all above, the list's id."""
        fields = message_from_bytes(head, policy=policy.compat32)
        named = [str(value) for name in ("From", "Sender") for value in fields.get_all(name, [])]
        addresses = {address.lower() for _, address in getaddresses(named) if "@" in address}
        lists = re.findall(r"<([^<>\s]+)>", " ".join(map(str, fields.get_all("List-Id", []))))
        names = {address.rpartition("@")[2] for address in addresses} | {each.lower() for each in lists}
        labels = (name.split(".") for name in names)
        return addresses | {".".join(each[start:]) for each in labels for start in range(len(each) - 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Mails as they were sent, the oldest first, and the cursor behind them."""

    mails: tuple[bytes, ...]
    cursor: str
