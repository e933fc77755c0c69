"""One mail, as the rules of mail want it (RULES M1 to M10)."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from aggregator.config import EmailConfig, shipped_dir
from aggregator.config.templates import Templates
from aggregator.model.issues import Issue, Section, SeenAt, Story, Trouble, TroubleKind, Update
from aggregator.notify.bodies import MOST_HTML_BYTES, Rendered, render_issue, subject_of
from aggregator.notify.mail.message import Mail, MailForm
from aggregator.notify.mail.refusals import RULES, About, Rule, Step, judge_refusal, refusals_table
from aggregator.text.locales import ENGLISH
from tests.conftest import ROOT
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


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("Space Agency, News <news@example.org>", "Space Agency, News"),
        ('"Space Agency, News" <news@example.org>', "Space Agency, News"),
        ('Jürgen "J." Müller, Köln <news@example.org>', 'Jürgen "J." Müller, Köln'),
        ('"J. \\"Jo\\" M." <news@example.org>', 'J. "Jo" M.'),
        ("News: daily <news@example.org>", "News: daily"),
        ("News; (daily) @ home <news@example.org>", "News; (daily) @ home"),
        ("<news@example.org>", SITE.title),
    ],
)
def test_a_senders_name_may_hold_whatever_names_hold(sender: str, name: str) -> None:
    made = mail(**{"from": sender})

    [address] = parsed(made)["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "news@example.org")
    assert made.sender == "news@example.org"


@pytest.mark.parametrize(
    "sender", ["News <news@example.org>, Other <o@example.org> x", "News <@example.org>", "News <>", "a, b@x.y"]
)
def test_a_sender_that_is_not_one_address_is_refused(sender: str) -> None:
    with pytest.raises(ValueError, match="expected a mail address"):
        EmailConfig.model_validate({"from": sender})


@pytest.mark.parametrize(("rule", "answer"), [(rule, answer) for rule in RULES for answer in rule.examples])
def test_a_refusal_is_about_what_the_table_says(rule: Rule, answer: str) -> None:
    code, words = answer.split(" ", 1)

    assert judge_refusal(Step.RECIPIENT, int(code), words) is rule.about


@pytest.mark.parametrize(
    ("answer", "about"),
    [
        ("550 5.1.1 <a@b.c>: Recipient address rejected: User unknown in relay recipient table", About.READER),
        ("550-5.1.1 The email account that you tried to reach does not exist.", About.READER),
        ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", About.US),
        ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example.org", About.US),
        ("550 Message rejected due to local policy", About.US),
        ("550 sorry", About.UNCLEAR),
        ("550 5.4.1 Recipient address rejected: Access denied. [x.prod.example.com 2026-11-29]", About.UNCLEAR),
        ("550 User unknown in relay recipient table", About.UNCLEAR),
        ("554 delivery error: This user doesn't have a example.com account (a@example.com)", About.READER),
        ("550 Your IP 203.5.1.77 is on our list: rejected", About.US),
        ("550 Host 203.5.2.1 blocked", About.US),
        ("550 5.1.8 <news@example.org>: Sender address rejected: Domain not found", About.US),
        ("550 5.1.7 Invalid address of the sender", About.US),
        ("550 5.1.0 Sender domain does not exist", About.US),
        ("553 5.1.0 no such user", About.READER),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", About.READER),
    ],
)
def test_words_of_real_servers_are_understood(answer: str, about: About) -> None:
    assert judge_refusal(Step.RECIPIENT, int(answer[:3]), answer[4:]) is about


@pytest.mark.parametrize(
    ("step", "answer", "about"),
    [
        (Step.GREETING, "554 5.7.1 go away", About.US),
        (Step.SENDER, "550 5.1.1 no such user", About.US),
        (Step.RECIPIENT, "450 4.2.1 no such user, for now", About.US),
        (Step.MESSAGE, "550 5.7.26 not authenticated: SPF and DKIM fail", About.US),
        (Step.MESSAGE, "552 5.2.2 mailbox full", About.MAILBOX),
        (Step.MESSAGE, "552 5.2.3 message too long", About.MESSAGE),
        (Step.MESSAGE, "554 not today", About.MESSAGE),
        (Step.MESSAGE, "554 virus found", About.MESSAGE),
    ],
)
def test_what_a_server_answers_to_says_what_it_can_be_about(step: Step, answer: str, about: About) -> None:
    assert judge_refusal(step, int(answer[:3]), answer[4:]) is about


def test_the_docs_have_the_table_of_refusals() -> None:
    assert refusals_table() in (ROOT / "docs" / "reference" / "digests.md").read_text()


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
    links = {link for link in links if not link.startswith("#")}
    plain = text_of(message, "plain")
    assert len(links) >= 6
    assert [link for link in links if link not in plain] == []


def test_lines_are_short_and_end_in_crlf() -> None:
    made = mail(make_issue(0, make_issue_entry("Ein sehr " + "langes " * 40 + "Wort: " + "ä" * 400)))

    lines = made.body.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(len(line) for line in lines if UNSUBSCRIBE.encode() not in line) <= 78  # an address can't be folded
    assert made.body.isascii()


@pytest.mark.parametrize("headline", ["budget of the region", "Budget für die Region", "予算を承認する", "🚀 launched"])
def test_a_subject_arrives_as_it_was_wherever_it_is_folded(headline: str) -> None:
    for length in range(40):
        entry = make_issue_entry(f"{headline} {'o' * length} end", summary="")
        issue = make_issue(0, entry, *(make_issue_entry(f"Story {number}") for number in range(9)))
        body = mail(issue).body

        [written] = re.findall(rb"(?m)^Subject: ((?:.|\r\n[ \t])*)\r\n", body)
        subject = str(make_header(decode_header(written.replace(b"\r\n", b"").decode("ascii"))))
        assert subject == rendered(issue).subject
        assert max(len(line) for line in written.split(b"\r\n")) <= 78


@pytest.mark.parametrize(
    "name", ["Jürgen “J.” Müller, Köln", "Überblick " * 9, "Новости космоса и инноваций", "Space news " * 9]
)
def test_no_headers_first_line_is_empty(name: str) -> None:
    made = mail(make_issue(3, title=name), **{"from": f"{name} <news@example.org>"})

    head, _, _ = made.body.partition(b"\r\n\r\n")
    assert [line for line in head.split(b"\r\n") if line.endswith(b":") or not line.strip()] == []
    [written] = re.findall(rb"(?m)^From: ((?:.|\r\n[ \t])*)\r\n", head + b"\r\n")
    shown = str(make_header(decode_header(written.replace(b"\r\n", b"").decode("ascii"))))
    assert shown == f"{' '.join(name.split())} <news@example.org>"


@pytest.mark.parametrize("evil", ["A\r\nBcc: all@example.org", "A\nX: y", "A\x85B", "A\u2028B", "A\x00B", "A\vB"])
def test_no_title_can_add_a_header(evil: str) -> None:
    issue = make_issue(0, make_issue_entry(evil), title=evil)
    plain = {name.lower() for name in parsed(mail())}

    message = parsed(mail(issue))

    assert {name.lower() for name in message} == plain
    assert "\n" not in str(message["Subject"])


@settings(deadline=None)
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


def test_the_name_of_a_language_that_goes_to_the_left_turns_nothing_around_it() -> None:
    issue = make_issue(0, make_issue_entry("الوكالة", language="ar"))

    [name] = [each for each in lxml_html.fromstring(rendered(issue).html).iter() if each.text == "العربية"]

    assert name.get("dir") == "auto"


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
        (make_issue(1), "Story number 0"),
        (make_issue(3), "Story number 0 · 2 more"),
        (make_issue(0), "Space & talent: nothing new"),
        (
            make_issue(0, troubles=(Trouble(kind=TroubleKind.GONE, subject="x", title="X", text=""),)),
            "Space & talent: 1 needs attention",
        ),
    ],
)
def test_the_subject_tells_issues_apart(issue: Issue, subject: str) -> None:
    assert subject_of(issue, 50, ENGLISH) == subject


@given(st.text(min_size=1, max_size=400), st.integers(1, 1200))
def test_a_subject_has_fewer_than_78_characters_and_counts_the_rest(title: str, count: int) -> None:
    issue = make_issue(0, make_issue_entry(title), *(make_issue_entry(f"S{each}") for each in range(count)))

    subject = subject_of(issue, 50, ENGLISH)

    assert len(subject) < 78
    assert subject.endswith(f" · {count:,} more")


def test_a_long_headline_is_shortened_at_a_word() -> None:
    headline = "Agency announces the first five start-ups selected as part of its support programme for young firms"
    issue = make_issue(0, make_issue_entry(headline), make_issue_entry("Another"))

    assert (
        subject_of(issue, 50, ENGLISH) == "Agency announces the first five start-ups selected as part of its… · 1 more"
    )


def test_the_subject_and_the_preheader_are_the_most_important_headlines_of_all_sections() -> None:
    issue = make_issue_of_sections(space=9, talent=3)
    [space, talent] = issue.sections
    best = replace(talent, stories=tuple(replace(each, place=-1) for each in talent.stories[:1]) + talent.stories[1:])

    made = rendered(replace(issue, sections=(space, best)))

    assert made.subject == "talent 0 · 11 more"
    assert '<div class="preheader" style="' in made.html
    assert ">space 0 · space 1 · space 2</div>" in made.html


def test_without_a_name_of_its_own_the_sender_is_the_site() -> None:
    assert parsed(mail(**{"from": "news@example.org"}))["From"].addresses[0].display_name == "News"


def test_times_are_on_the_sites_clock() -> None:
    entries = [
        make_issue_entry("Today", published=NOON - timedelta(hours=2)),
        make_issue_entry("Yesterday", published=NOON - timedelta(days=1)),
        make_issue_entry("Last year", published=NOON - timedelta(days=300)),
    ]

    text = rendered(make_issue(0, *entries)).text

    assert "Orbit · 11:00" in text
    assert "Orbit · 1 Mar\n" in text
    assert "Orbit · 6 May 2025\n" in text
    assert "Monday 2 March 2026" in text


def test_a_section_without_stories_to_show_is_left_out() -> None:
    issue = make_issue(2)
    [section] = issue.sections
    none = replace(
        section, name="empty", title="Empty", stories=tuple(replace(each, rank=None) for each in section.stories)
    )

    made = rendered(replace(issue, sections=(section, none)))

    headings = [each.text_content() for each in lxml_html.fromstring(made.html).iter("h2")]
    assert headings == ["Space"]
    assert f'href="{SITE.page_of(issue)}#empty"' in made.html  # the line of contents leads to the web page
    assert f"Empty: {SITE.page_of(issue)}#empty" in made.text


# --- what stands on top, and how it is told --------------------------------------------------------------------------


def make_issue_of_sections(**counts: int) -> Issue:
    """Return an issue with so many stories in each section, the first of all most important."""
    sections, place = [], 0
    for name, count in counts.items():
        stories = []
        for number in range(count):
            entry = make_issue_entry(f"{name} {number}", categories=(name,))
            stories.append(Story(entries=(entry,), rank=place, place=place))
            place += 1
        sections.append(Section(name=name, title=name.title(), stories=tuple(stories)))
    return make_issue(0, sections=tuple(sections))


def lines(made: Rendered) -> list[str]:
    tree = lxml_html.fromstring(made.html)
    return [" ".join(each.text_content().split()) for each in tree.iter("td") if not each.findall(".//td")]


def test_the_essentials_stand_on_top_each_with_its_source() -> None:
    made = rendered(make_issue_of_sections(space=6, talent=6), top=3)

    [essentials] = [each for each in lines(made) if each.startswith("The essentials")]
    assert essentials == "The essentials space 0 Orbit space 1 Orbit space 2 Orbit"
    assert "- space 0 (Orbit)\n  https://orbit.example/space-0\n" in made.text


def test_an_essential_in_another_language_says_which_it_is() -> None:
    issue = make_issue_of_sections(space=6)
    [space] = issue.sections
    first = space.stories[0]
    french = replace(first, entries=(replace(first.lead, language="fr"), *first.entries[1:]))

    made = rendered(replace(issue, sections=(replace(space, stories=(french, *space.stories[1:])),)), top=2)

    assert "The essentials space 0 Orbit · Français space 1 Orbit" in lines(made)
    assert "- space 0 (Orbit · Français)\n" in made.text
    assert "- space 1 (Orbit)\n" in made.text


@pytest.mark.parametrize(("stories", "top"), [(3, 3), (9, 0)])
def test_there_are_no_essentials_where_all_is_essential_or_none_is_wanted(stories: int, top: int) -> None:
    assert "The essentials" not in rendered(make_issue(stories), top=top).html


def test_what_cannot_lead_is_no_essential() -> None:
    issue = make_issue_of_sections(space=6)
    [space] = issue.sections
    undated = replace(space.stories[0], can_lead=False)

    made = rendered(replace(issue, sections=(replace(space, stories=(undated, *space.stories[1:])),)), top=1)

    assert "The essentials space 1 Orbit" in lines(made)
    assert made.subject.startswith("space 1")


def test_a_line_of_contents_counts_and_leads_to_the_sections() -> None:
    made = rendered(make_issue_of_sections(space=32, innovation=9, talent=4), limit=35)

    assert "Space 32 · Innovation 9 · Talent 4" in lines(made)
    assert "Space 32 · Innovation 9 · Talent 4\n" in made.text
    tree = lxml_html.fromstring(made.html)
    anchors = {each.get("href")[1:] for each in tree.iter("a") if each.get("href").startswith("#")}
    assert anchors == {"space", "innovation"}
    assert anchors <= {each.get("id") for each in tree.iter("td")}
    assert f"Talent: {SITE.page_of(make_issue())}#talent" in made.text  # none of it is shown


def test_each_section_says_how_many_more_it_has_and_where() -> None:
    made = rendered(make_issue_of_sections(space=32, talent=4), limit=10)

    assert "22 more in Space" in lines(made)
    assert f"22 more in Space: {SITE.page_of(make_issue())}#space" in made.text
    assert "more on the web page" not in made.html


def test_the_other_sources_of_a_story_are_one_line_of_names() -> None:
    lead = make_issue_entry("Moon", story="m", also=(SeenAt(title="Wire", url="https://wire.example/1"),))
    others = [make_issue_entry("Moon", story="m", source=name) for name in ("delano", "paperjam", "wort", "rtl")]
    made = rendered(
        make_issue(0, sections=(Section(name="", title="", stories=(Story(entries=(lead, *others), rank=0),)),))
    )

    assert "Moon Orbit · 12:00 · also Wire, Delano, Paperjam, +2 Ice lies below the dust." in lines(made)
    assert "Orbit · 12:00 · also Wire, Delano, Paperjam, +2\n" in made.text
    assert "Wire: https://wire.example/1" in made.text


def test_a_source_whose_headline_is_shown_is_not_named_a_second_time() -> None:
    lead = make_issue_entry("Agency picks five start-ups for its programme", story="m")
    told = make_issue_entry("Critics doubt the money will suffice", story="m", source="blog", source_title="Blog")
    named = make_issue_entry("Five start-ups picked for agency programme", story="m", source="w", source_title="Wire")
    story = Story(entries=(lead, told, named), rank=0)

    made = rendered(make_issue(0, sections=(Section(name="", title="", stories=(story,)),)))

    whole = " ".join(lines(made))
    assert "Orbit · 12:00 · also Wire Ice lies" in whole
    assert "Critics doubt the money will suffice Blog · 12:00" in whole
    assert whole.count("Blog") == 1
    assert "Orbit · 12:00 · also Wire\n" in made.text


def test_another_headline_of_the_story_is_shown_where_it_says_something_else() -> None:
    lead = make_issue_entry("Agency picks five start-ups for its programme", story="m")
    same = make_issue_entry("Five start-ups picked for agency programme", story="m", source="wire")
    other = make_issue_entry("Critics doubt the money will suffice", story="m", source="blog")
    story = Story(entries=(lead, same, other), rank=0)
    made = rendered(make_issue(0, sections=(Section(name="", title="", stories=(story,)),)))

    assert same.title not in made.html
    assert other.title in made.html
    assert f"- {other.title}" in made.text


def test_a_story_in_several_languages_is_one_line_with_a_headline_of_each_marked_by_its_name() -> None:
    lead = make_issue_entry("Probe reaches Venus", story="m")
    others = [
        make_issue_entry("La sonde atteint Vénus", story="m", source="ciel", source_title="Ciel", language="fr-LU"),
        make_issue_entry("Sonde erreicht Venus", story="m", source="stern", source_title="Stern", language="de"),
        make_issue_entry("Venus erreicht", story="m", source="kurier", source_title="Kurier", language="de"),
    ]
    story = Story(entries=(lead, *others), rank=0)

    made = rendered(make_issue(0, sections=(Section(name="", title="", stories=(story,)),)))

    assert made.text.count("\n* ") == 1
    told = next(each for each in lines(made) if each.startswith("Probe reaches Venus"))
    assert "La sonde atteint Vénus Ciel · Français" in told
    assert "- Sonde erreicht Venus\n  Stern · Deutsch" in made.text
    assert "Venus erreicht" not in made.html + made.text
    assert '<span lang="fr-LU" dir="auto">Français</span>' in made.html


def test_a_lead_in_another_language_than_the_sites_says_so() -> None:
    made = rendered(make_issue(0, make_issue_entry("Sonde erreicht Venus", language="de")))

    assert "Orbit · Deutsch" in made.text
    assert "Orbit · Deutsch" in " ".join(lines(made))


def test_an_undated_entry_has_no_time() -> None:
    made = rendered(make_issue(0, make_issue_entry("About", is_dated=False, summary="")))

    assert "About Orbit" in lines(made)


def test_a_day_without_a_time_is_shown_as_a_day() -> None:
    today = make_issue_entry("Today", is_day=True, summary="", published=NOON)
    before = make_issue_entry("Before", is_day=True, summary="", published=NOON - timedelta(days=1))

    made = rendered(make_issue(0, today, before))

    assert {"Today Orbit", "Before Orbit · 1 Mar"} <= set(lines(made))


def test_only_what_leads_has_a_summary() -> None:
    made = rendered(make_issue_of_sections(space=20, talent=20), limit=40, top=2)

    assert made.html.count("Ice lies below the dust.") == 3  # two essentials, and the first of talent
