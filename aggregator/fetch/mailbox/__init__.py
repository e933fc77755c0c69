"""Ask a mailbox, on an IMAP server (``imap``) or in a folder of this machine (``maildir``), for the mails that are new.

What was read is remembered as a cursor in the place of an ETag, which is stored in one transaction with the mails'
entries: a mail that came to nothing is asked for again, and one that is stored is not.
"""

from aggregator.fetch.mailbox.new_mails import fetch_mails

__all__ = ["fetch_mails"]
