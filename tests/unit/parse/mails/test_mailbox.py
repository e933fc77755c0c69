"""Mails read as entries: fifty newsletters of ten shapes, what is for one subscriber alone, broken mails."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator.model import Fetched, Items, ParsedEntry
from aggregator.normalize import normalize_feed
from aggregator.parse.mails import read_mailbox
from aggregator.parse.mails.read import Mailbox
from tests.builders import NOW
from tests.newsletters import EDITIONS, LISTED, OWN, PICTURE, PIXEL, Newsletter, head, listing_letter, newsletters, part


def read(*mails: bytes, items: Items = Items.MAILS) -> Mailbox:
    pages = tuple(Fetched(url="imaps://mail.example/INBOX", body=each, content_type="message/rfc822") for each in mails)
    answer = Fetched(url="imaps://mail.example/INBOX", body=b"", content_type="multipart/digest", pages=pages)
    return read_mailbox(answer, items=items, now=NOW)


def only(mail: bytes) -> ParsedEntry:
    [entry] = read(mail).document.entries
    return entry


@pytest.mark.parametrize("letter", list(newsletters()), ids=lambda each: each.name)
def test_a_newsletter_of_a_common_senders_shape_is_read(letter: Newsletter) -> None:
    mailbox = read(letter.raw)

    assert mailbox.request is None
    [entry] = normalize_feed(mailbox.document, now=NOW)
    assert entry.title == letter.edition.title
    assert entry.url == letter.link
    assert entry.authors == ("Institut für Weltraum",)
    assert entry.published is not None
    assert entry.published.isoformat() == "2026-02-28T07:30:00+00:00"
    for line in letter.edition.lines:
        assert line in entry.content
    for own in (OWN, PIXEL, "lists.example/u/", "preheader", "e=7f3a", "cid:", letter.edition.leave, "/mk/op/"):
        assert own not in entry.content
    assert letter.edition.on_the_web not in entry.content


def test_a_layouts_tables_become_blocks_and_a_table_with_data_stays() -> None:
    letters = {each.name: only(each.raw).content for each in newsletters() if each.name.endswith("-0")}

    assert "<table" not in letters["campaign_service-0"].value
    assert PICTURE in letters["campaign_service-0"].value
    ranking = letters["with_ranking-0"].value
    assert ranking.count("<table") == 1
    assert "<th>#</th>" in ranking
    assert "<td>4</td><td>LU</td>" in ranking


def test_each_article_that_a_letter_lists_can_be_an_entry() -> None:
    found = read(listing_letter(), items=Items.LINKS).document.entries

    assert [(entry.link, entry.title.value) for entry in found if entry.title] == [
        (f"https://institute.example/news/{slug}", title) for slug, title, _ in LISTED
    ]
    assert all(entry.published and entry.published.isoformat() == "2026-02-28T07:30:00+00:00" for entry in found)


def test_a_letter_that_lists_nothing_stays_one_entry() -> None:
    letter = next(newsletters())

    [entry] = read(letter.raw, items=Items.LINKS).document.entries

    assert entry.title is not None
    assert entry.title.value == letter.edition.title


def test_a_link_for_the_senders_app_and_a_token_that_names_the_subscriber_are_left_out() -> None:
    token = "eyJ1c2VyIjo0MX0.c2lnbmVk"
    page = (
        f"<p>What small states do well.</p><p><a href='https://open.a.example/p/4?token={token}'>READ IN APP</a></p>"
        f"<p><a href='https://a.example/p/5?token={token}&part=2'>The second part</a></p>"
    )

    entry = only(head(EDITIONS[0], "x@y") + part(page, EDITIONS[0]))

    assert entry.content is not None
    assert "open.a.example" not in entry.content.value
    assert token not in entry.content.value
    assert "https://a.example/p/5?part=2" in entry.content.value


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Please confirm your subscription", "Click below.\nhttps://a.example/confirm?t=1\nNot you? Ignore this."),
        ("Bitte bestätigen Sie Ihre Anmeldung", "Nur noch ein Klick:\nhttps://a.example/confirm?t=1"),
        ("Confirmez votre inscription", "Pour recevoir la lettre :\nhttps://a.example/confirm?t=1\n"),
        ("Willkommen", "Damit Sie den Newsletter erhalten, bestätigen Sie Ihre Adresse: https://a.example/confirm?t=1"),
    ],
)
def test_a_mail_that_wants_a_subscription_confirmed_is_told_and_is_no_entry(title: str, text: str) -> None:
    mail = f"From: Institut <a@b.example>\nSubject: {title}\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode()

    mailbox = read(mail)

    assert mailbox.document.entries == ()
    assert mailbox.request == (
        f"Institut wants its subscription confirmed ({title}): open https://a.example/confirm?t=1"
    )


def test_a_newsletter_that_speaks_of_confirming_is_no_request() -> None:
    page = f"<p>Parliament confirms the law.</p><p>{'A long report follows. ' * 200}</p><a href='https://a.example/x'>More</a>"

    mailbox = read(head(EDITIONS[0], "x@y") + part(page, EDITIONS[0]))

    assert mailbox.request is None
    assert len(mailbox.document.entries) == 1


def test_an_encrypted_mail_is_an_entry_that_says_so() -> None:
    entry = only(
        b"From: a@b.example\nSubject: Secret\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIIG"
    )

    assert entry.content is not None
    assert entry.content.value == "This mail is encrypted."


def test_a_mail_in_a_mail_is_not_taken_for_it() -> None:
    outer = (
        b"From: a@b.example\nSubject: Outer\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        b"Content-Type: message/rfc822\nContent-Disposition: attachment\n\nSubject: Inner\n\ninner text\n"
        b"--x\nContent-Type: text/plain\n\nouter text\n--x--\n"
    )

    entry = only(outer)

    assert entry.title is not None
    assert entry.content is not None
    assert (entry.title.value, entry.content.value) == ("Outer", "outer text")


@settings(max_examples=150, deadline=None)
@example(cut=96, noise=b"//A", where=54, shape=0)  # an encoded word that is no base64
@given(cut=st.integers(0, 3000), noise=st.binary(max_size=40), where=st.integers(0, 3000), shape=st.integers(0, 49))
def test_a_broken_mail_raises_nothing_and_hides_no_other(cut: int, noise: bytes, where: int, shape: int) -> None:
    whole = LETTERS[shape].raw
    broken = whole[:where] + noise + whole[where : max(cut, where)]

    found = read(broken, LETTERS[0].raw)

    assert found.document.entries[-1].title is not None
    assert found.document.entries[-1].title.value == LETTERS[0].edition.title


LETTERS = list(newsletters())


def test_tables_in_tables_in_tables_are_read_in_little_time() -> None:
    page = "<table><tr><td>" * 20_000 + "deep" + "</td></tr></table>" * 20_000

    entry = only(head(EDITIONS[0], "x@y") + part(page, EDITIONS[0]))

    assert entry.title is not None
