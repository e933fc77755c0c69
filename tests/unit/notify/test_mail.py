"""One mail, as the rules of mail want it (RULES M1 to M10)."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from aggregator.config import EmailConfig, shipped_dir
from aggregator.config.templates import Templates
from aggregator.model.issues import Issue, SeenAt, Trouble, TroubleKind, Update
from aggregator.notify.bodies import MOST_HTML_BYTES, Rendered, render_issue, subject_of
from aggregator.notify.mail.message import Mail, MailForm
from tests.unit.notify.samples import NOON, SITE, make_digest, make_issue, make_issue_entry

TEMPLATES = Templates(shipped_dir("templates"))
UNSUBSCRIBE = "https://news.example.org/unsubscribe/" + "Ab-_9" * 12


def rendered(issue: Issue, **digest: Any) -> Rendered:
    return render_issue(issue, make_digest(**digest), SITE, TEMPLATES, can_unsubscribe=True)


def mail(issue: Issue | None = None, *, recipient: str = "a@example.org", **config: Any) -> Mail:
    issue = issue or make_issue(3)
    settings = EmailConfig.model_validate({"from": "Space news <news@example.org>"} | config)
    message_id = "<daily.7.abc@example.org>"
    form = MailForm(rendered(issue), issue, SITE, settings)
    return form.fill(recipient=recipient, message_id=message_id, unsubscribe=UNSUBSCRIBE)


def parsed(made: Mail) -> EmailMessage:
    return email.message_from_bytes(made.body, policy=email.policy.default)  # type: ignore[return-value]


def text_of(message: EmailMessage, kind: str) -> str:
    [part] = [part for part in message.iter_parts() if part.get_content_subtype() == kind]
    return str(part.get_content())


def test_the_headers_are_each_there_once() -> None:
    message = parsed(mail())

    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id", "List-Unsubscribe"):
        assert len(message.get_all(name)) == 1, name
    assert message["From"] == "Space news <news@example.org>"
    assert message["To"] == "a@example.org"
    assert message["Message-ID"] == "<daily.7.abc@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == '"Space & talent" <daily.news.example.org>'
    assert message["Date"].datetime == NOON
    assert message["Bcc"] is None


def test_unsubscribing_is_one_click() -> None:
    message = parsed(mail(unsubscribe="leave@example.org"))

    assert message["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>, <mailto:leave@example.org?subject=unsubscribe%20daily>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{UNSUBSCRIBE}>".encode() in mail().body  # not folded inside of the address
    assert UNSUBSCRIBE in text_of(message, "html")
    assert UNSUBSCRIBE in text_of(message, "plain")


def test_plain_text_comes_first_html_last() -> None:
    parts = [part.get_content_type() for part in parsed(mail()).iter_parts()]

    assert parts == ["text/plain", "text/html"]


def test_every_link_of_the_html_is_in_the_plain_text() -> None:
    entries = [
        make_issue_entry("Moon", also=(SeenAt(title="Wire", url="https://wire.example/1?a=b&c=d"),)),
        make_issue_entry("Jobs", story="moon", source="third"),
    ]
    update = Update(entry=make_issue_entry("Changed"), was="Before")
    trouble = Trouble(kind=TroubleKind.GONE, subject="x", title="X", text="It is gone.")
    message = parsed(mail(make_issue(0, *entries, updates=(update,), troubles=(trouble,))))

    links = {element.get("href") for element in lxml_html.fromstring(text_of(message, "html")).iter("a")}
    plain = text_of(message, "plain")
    assert len(links) >= 6
    assert [link for link in links if link not in plain] == []


def test_lines_are_short_and_end_in_crlf() -> None:
    made = mail(make_issue(0, make_issue_entry("Ein sehr " + "langes " * 40 + "Wort: " + "ä" * 400)))

    lines = made.body.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(len(line) for line in lines if UNSUBSCRIBE.encode() not in line) <= 78  # an address can't be folded
    assert made.body.isascii()


@pytest.mark.parametrize("evil", ["A\r\nBcc: all@example.org", "A\nX: y", "A\x85B", "A\u2028B", "A\x00B", "A\vB"])
def test_no_title_can_add_a_header(evil: str) -> None:
    issue = make_issue(0, make_issue_entry(evil), title=evil)
    plain = {name.lower() for name in parsed(mail())}

    message = parsed(mail(issue))

    assert {name.lower() for name in message} == plain
    assert "\n" not in str(message["Subject"])


@given(st.text(max_size=300), st.text(min_size=1, max_size=100))
def test_whatever_the_titles_are_the_message_is_one(title: str, name: str) -> None:
    issue = make_issue(0, make_issue_entry(title or "x", url=None, summary=name), title=name)

    message = parsed(mail(issue))

    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.defects == []
    assert str(message["To"]) == "a@example.org"


def test_the_same_mail_is_the_same_bytes() -> None:
    assert mail().body == mail().body


def test_addresses_beyond_ascii_are_written_as_mail_has_them() -> None:
    made = mail(recipient="a@bücher.example", **{"from": "Bücher <news@bücher.example>"})

    assert made.recipient == "a@xn--bcher-kva.example"
    assert made.sender == "news@xn--bcher-kva.example"
    assert parsed(made)["From"].addresses[0].display_name == "Bücher"


# --- what is in it ---------------------------------------------------------------------------------------------------


def test_html_from_feeds_stays_text() -> None:
    evil = '<img src=x onerror=alert(1)></td><script>alert("x")</script>'
    issue = make_issue(0, make_issue_entry(evil, summary=evil, source_title=evil), title=evil)

    tree = lxml_html.fromstring(rendered(issue).html)

    assert [element.tag for element in tree.iter("script", "img", "form", "iframe", "object", "link")] == []
    assert evil in tree.text_content()


def test_nothing_remote_is_loaded() -> None:
    made = rendered(make_issue(3)).html

    assert not re.search(r"(src|background)\s*=|url\(|@import", made)


def test_styles_are_inlined_and_those_for_dark_and_small_screens_stay() -> None:
    made = rendered(make_issue(3)).html

    assert re.search(r'<a class="title ink" href="[^"]+" style="[^"]*font', made)
    assert "prefers-color-scheme: dark" in made
    assert "max-width: 620px" in made


@pytest.mark.parametrize("count", [300, 1000])
def test_a_long_digest_is_short_enough_for_gmail_and_links_to_the_rest(count: int) -> None:
    made = rendered(make_issue(count), limit=1000)

    shown = made.html.count('class="story')
    hidden = count - shown
    assert len(made.html.encode()) <= MOST_HTML_BYTES
    assert f"{hidden} more on the web page" in made.html
    assert "https://news.example.org/digests/daily/7" in made.html
    assert made.text.count("\n* ") == shown > 40


def test_the_limit_of_the_digest_is_kept() -> None:
    made = rendered(make_issue(30), limit=10)

    assert made.html.count('class="story') == 10
    assert "20 more on the web page: https://news.example.org/digests/daily/7" in made.text


def test_an_empty_issue_says_so() -> None:
    made = rendered(make_issue(0))

    assert "Nothing new this time." in made.html
    assert "Nothing new this time." in made.text


@pytest.mark.parametrize(
    ("issue", "subject"),
    [
        (make_issue(1), "Space & talent: Story number 0"),
        (make_issue(3), "Space & talent: Story number 0 (+2)"),
        (make_issue(0), "Space & talent: nothing new"),
        (
            make_issue(0, troubles=(Trouble(kind=TroubleKind.GONE, subject="x", title="X", text=""),)),
            "Space & talent: 1 needs attention",
        ),
    ],
)
def test_the_subject_tells_issues_apart(issue: Issue, subject: str) -> None:
    assert subject_of(issue, 50) == subject


def test_times_are_on_the_sites_clock() -> None:
    entries = [
        make_issue_entry("Today", published=NOON - timedelta(hours=2)),
        make_issue_entry("Yesterday", published=NOON - timedelta(days=1)),
        make_issue_entry("Last year", published=NOON - timedelta(days=300)),
    ]

    text = rendered(make_issue(0, *entries)).text

    assert "Orbit · 11:00" in text
    assert "Orbit · 1 Mar, 13:00" in text
    assert "Orbit · 6 May 2025, 14:00" in text
    assert "Monday 2 March 2026" in text


def test_a_section_without_stories_to_show_is_left_out() -> None:
    issue = make_issue(2)
    [section] = issue.sections
    none = replace(section, title="Empty", stories=tuple(replace(each, rank=None) for each in section.stories))

    made = rendered(replace(issue, sections=(section, none)))

    assert "Empty" not in made.html
