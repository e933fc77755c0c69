"""Mails ─► entries: newsletters, each as one, or as the articles that it lists.

Inside: ``read`` makes a document of a batch of mails; ``mime`` takes a mail apart (heads, parts, charsets),
``newsletter`` takes out of its HTML what is for one subscriber alone or for mail programs, and ``confirmation``
recognizes the mail that asks whether one wants any.
"""

from aggregator.parse.mails.read import read_mailbox

__all__ = ["read_mailbox"]
