"""Every complaint has a place and words that a person can act on."""

from itertools import pairwise

import pytest

from tests.unit.config.conftest import Complainer

HEAD = "aggregator.yaml"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("fetch: {every: 1h, workers: 0}", "expected a whole number from 1 to 500, got '0' for 'workers'"),
        ("site: {title: [a]}", "expected text, got a list for 'title'"),
        ("categories:\n  - name: space\n    any: [5]", "expected a term, got '5' for 'any'; put it in quotes"),
        ("feeds: [{name: a, titles: front}]", "expected published or source, got 'front' for 'titles'"),
        (
            "email: {from: a@b.example, smtp: {security: tsl}}",
            "expected none, starttls or tls, got 'tsl' for 'security'; did you mean 'tls'?",
        ),
    ],
)
def test_a_complaint_about_a_value_names_its_key_and_advises_quotes_only_where_they_help(
    text: str, problem: str, problems_of: Complainer
) -> None:
    assert problems_of(text)[0].partition(": ")[2] == problem


def test_all_mistakes_of_all_files_are_told_at_once_and_in_order(problems_of: Complainer) -> None:
    problems = problems_of(
        """\
include: [categories.yaml]
fetch:
  every: 5 bananas
sources:
  - url: https://a.example/feed
    name: a
    catgories: [space]
  - url: https://b.example/feed
    categories:
      - spac
  - url: https://c.example/feed
    name: a
""",
        categories="categories:\n  - name: space\n    any:\n      - lunar\n      - /[a/\n",
    )

    assert problems == [
        "aggregator.yaml:3: expected a duration such as 15m or 2h, got '5 bananas' for 'every'",
        "aggregator.yaml:7: unknown key 'catgories'; did you mean 'categories'?",
        "aggregator.yaml:10: unknown category 'spac'; did you mean 'space'?",
        "aggregator.yaml:12: another source has this name: see aggregator.yaml:6",
        "categories.yaml:5: not a regular expression: missing ]: [a",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("fetch: {every: 30}", "1: expected a duration such as 15m or 2h (add a unit: s, m, h or d), got '30'"),
        ("fetch: {every: []}", "1: expected a duration such as 15m or 2h"),
        ("fetch: {timeout: true}", "1: expected a duration such as 15m or 2h, got 'true'"),
        ("fetch: {max_body: 15}", "1: expected a size such as 15MB or 512KiB (add a unit: kB, MB or GB), got '15'"),
        ("fetch: {workers: many}", "1: expected a whole number from 1 to 500, got 'many'"),
        ("fetch: {workers: 0}", "1: expected a whole number from 1 to 500, got '0'"),
        ("fetch: {workers: true}", "1: expected a whole number from 1 to 500, got 'true'"),
        ("fetch: {workers: 1.5}", "1: expected a whole number from 1 to 500, got '1.5'"),
        ("fetch:\n  min_every: 2h\n  max_every: 1h", "2: min_every is longer than max_every"),
        (
            "fetch: {contact: a b}",
            "1: expected an address (https://… or mail) without spaces and parentheses, got 'a b'",
        ),
        ("fetch: {allow_private: maybe}", "1: expected true, false, or a list of hosts and networks, got 'maybe'"),
        (
            "fetch:\n  allow_private:\n    - nas.local\n    - 10.0.0.0/33",
            "4: expected a host or a network such as nas.local, *.lan, 127.0.0.1 or 10.0.0.0/8, got '10.0.0.0/33'",
        ),
        ("site: {title: 2024}", "1: expected text, got '2024' for 'title'; put it in quotes"),
        ("site: {title: [a]}", "1: expected text, got a list"),
        ('site: {title: "a\\nb"}', "1: expected one line of text, got 'a\nb'"),
        ("site: Space", "1: expected a section, got 'Space'"),
        ("site: {url: news.example.org}", "1: expected an address that begins with http:// or https://"),
        ("site: {url: 'https://n.example/?a'}", "1: expected an address without ? and #, got 'https://n.example/?a'"),
        (
            "site: {language: it}",
            "1: expected a language that this program speaks: en, de, fr, got 'it'",
        ),
        ("site: {language: English!}", "1: expected a language tag such as en, fr or de-LU, got 'English!'"),
        (
            "site: {timezone: Europe/Luxemburg}",
            "1: expected a time zone such as Europe/Luxembourg, got 'Europe/Luxemburg' for 'timezone'; did",
        ),
        ("site: {timezone: /etc/passwd}", "1: expected a time zone such as Europe/Luxembourg, got '/etc/passwd'"),
        ("storage: {url: 'sqlite:///:memory:'}", "1: expected a file: a database in memory is forgotten when the"),
        (
            "storage: {url: 'mysql://host/db'}",
            "1: expected sqlite:///path/to/file.db or postgresql://user@host/database",
        ),
        ("storage: {keep: 0d}", "1: expected a duration of more than nothing, got '0d'"),
        ("templates: nowhere", "1: expected an existing folder, got 'nowhere'"),
        ("templates: 5", "1: expected the name of a folder, got '5'"),
        ("sources:\n  - name: a", "2: 'url' is missing"),
        ("sources:\n  - name: a\n    url:", "3: 'url' is missing"),
        (
            "sources:\n  -",
            "2: expected a section such as url: https://example.org/feed, or an address alone, got nothing",
        ),
        ("sources: {a: [b]}", "1: expected a list of sections, got a section"),
        ("sources: [a.example]", "1: expected an address that begins with http:// or https://, got 'a.example'"),
        (
            "sources: [{url: 'ftp://a.example/'}]",
            "1: expected an address that begins with http:// or https://, got 'ftp",
        ),
        ("sources: [{url: 'https://a.example:port/'}]", "1: expected an address that begins with http:// or https://"),
        ("sources: [{url: 'https://[a/'}]", "1: expected an address that begins with http:// or https://"),
        (
            "sources: [{url: 'https://a.example/', name: A b}]",
            "1: expected a name of at most 64 small letters, digits and",
        ),
        (
            "sources: [{url: 'https://a.example/', kind: rss}]",
            "1: expected auto, feed, page, sitemap, watch or mailbox, got 'rss' for 'kind'",
        ),
        (
            "sources: [{url: 'https://a.example/', keep: a b}]",
            "1: expected and, or at character 3, got 'a b' for 'keep'; words that",
        ),
        (
            "categories: [{name: a, any: [++]}]",
            "1: expected a word, got '++' for 'any'; for signs alone write a /regular",
        ),
        ("categories: [{name: a, any: [b], at_least: 2}]", "1: at_least is more than all terms in any count together"),
        ("categories: [{name: a, at_least: 0}]", "1: expected a number above 0, at most 1000, got '0'"),
        ("categories:\n- name: a\n  any:\n  - b\n  - /c(?!d)/", "5: not a regular expression: it may not look around"),
        (
            "categories:\n- name: a\n  any:\n  - b\n  - terms: [c]\n    nera: [d]",
            "6: unknown key 'nera'; did you mean 'near'",
        ),
        (
            "categories:\n- name: a\n  any:\n  - terms: [c, /d++/]",
            "4: not a regular expression: it may not look around",
        ),
        ("categories: [{name: a, any: [{terms: []}]}]", "1: expected at least one in the list"),
        ("categories: [{name: a, any: [{weight: 2}]}]", "1: 'terms' is missing"),
        ("categories: [{name: a, any: [{terms: [b], weight: much}]}]", "1: expected a number from -1000 to 1000, got"),
        ("categories: [{name: a, any: [{terms: [b], weight: .inf}]}]", "1: expected a number from -1000 to 1000, got"),
        (
            "categories: [{name: a, any: [{terms: [b], in: [body]}]}]",
            "1: expected title, summary, content, tags or source",
        ),
        ("categories: [{name: a, any: [b], none: [{terms: [c], weight: 2}]}]", "1: a group in none has no weight"),
        ("categories: [{name: a, any: [5]}]", "1: expected a term, got '5' for 'any'; put it in quotes"),
        ("categories: [{name: a, any: [[b]]}]", "1: expected a term, got a list"),
        ("feeds: [{name: a, limit: 1001}]", "1: expected a whole number from 1 to 1000, got '1001'"),
        ("digests: [{name: a, to: []}]", "1: expected at least one in the list"),
        ("digests: [{name: a, to: [{chat: 's://a'}]}]", "1: expected either every or cron"),
        (
            "digests: [{name: a, every: now, cron: '* * * * *', to: [{chat: 's://a'}]}]",
            "1: expected either every or cron,",
        ),
        ("digests: [{name: a, every: 1, to: [{chat: 's://a'}]}]", "1: expected now, day at 07:30, week on monday at"),
        ("digests: [{name: a, every: often, to: [{chat: 's://a'}]}]", "1: expected now, day at 07:30, week on monday"),
        ("digests: [{name: a, cron: '* *', to: [{chat: 's://a'}]}]", "1: expected five fields"),
        (
            "digests: [{name: a, every: now, when_empty: send, to: [{chat: 's://a'}]}]",
            "1: when_empty: send needs a time; every: now has none",
        ),
        (
            "digests: [{name: a, every: now, entries: false, to: [{chat: 's://a'}]}]",
            "1: a digest without entries has nothing to say unless health is true",
        ),
        (
            "digests:\n- name: a\n  every: now\n  to:\n  - chat: https://chat.example.org/hooks/1",
            "5: the service of this webhook is not known; add service: slack, discord, teams or mattermost",
        ),
        (
            "digests:\n- name: a\n  every: now\n  to:\n  - webhook: https://a.example\n    secret: whsec_?",
            "6: expected whsec_ and a key in base64",
        ),
        (
            "email: {from: a@b.example, smtp: {host: c}, maildir: d}",
            "1: mail can go one way only; keep one of smtp, maildir",
        ),
        ("digests:\n- name: a\n  every: now\n  to:\n  - sms: 1", "5: expected a channel: email, webhook or chat"),
        ("digests:\n- name: a\n  every: now\n  to:\n  - sms", "5: expected a channel: email, webhook or chat"),
        ("digests:\n- name: a\n  every: now\n  to:\n  - chat: s://a\n    secret: b", "6: unknown key 'secret'"),
        (
            f"sources: [{{url: 'https://a.example/', priority: {'9' * 5000}}}]",
            "1: expected a whole number from -1000 to",
        ),
        (
            "sources: [{url: 'https://a.example/', priority: 0x10}]",
            "1: expected a whole number from -1000 to 1000, got",
        ),
        ("sources: [{url: 'https://a.example/', priority: 1e3}]", "1: expected a whole number from -1000 to 1000, got"),
        (
            "digests: [{name: a, every: now, to: [{email: [me]}]}]",
            "1: expected a mail address such as reader@example.or",
        ),
        ("email: {from: nobody}", "1: expected a mail address such as news@example.org or Space news"),
        ("email:\n  smtp: {}", "1: 'from' is missing"),
        ("email: {from: a@b.example, smtp: {host: a b}}", "1: expected the name or address of a host, got 'a b'"),
        ("sources: [17]", "1: expected a section such as url: https://example.org/feed, or an address alone, got '17'"),
        ("digests: [{name: a, every: now, to: me.example}]", "1: expected a list of channels, or an address such as"),
        ("sources: [{url: 'https://a.example/', headers: [b]}]", "1: expected a set of headers, got a list for 'head"),
        ("include: more.yaml", "1: the included file does not exist: more.yaml"),
        ("site:\n  title:x", "2: expected a section, got 'title:x' for 'site'; a space is missing behind the colon"),
        ("site:\n  title:x\n  url: https://a.example/", "2: not YAML: a space is missing behind the colon"),
        ("sources:\n  - url:https://a.example/\n    name: a", "2: not YAML: a space is missing behind the colon"),
        ("site:\n  title: 'it's'", "2: not YAML: a quotation mark inside of '…' is written twice, as in 'it''s'"),
        ("site: {title: 'it's'}", "1: not YAML: a quotation mark inside of '…' is written twice"),
        ("site:\n  title: 'it's nice'\n  url: x", "2: not YAML: a quotation mark inside of '…' is written twice"),
        ('site:\n  title: "a "b" c"', '2: not YAML: a quotation mark inside of "…" has a backslash before it'),
        ("site:\n  title: @x", "2: not YAML: a value that begins with @ must be in quotes"),
        ("site:\n  title: `x", "2: not YAML: a value that begins with ` must be in quotes"),
        ("site:\n  title: %x", "2: not YAML: a value that begins with % must be in quotes"),
        ("sources:\n-\u00a0url: https://a.example/", "2: a no-break space stands where an ordinary one is expected"),
        ("site:\n\u00a0 title: x\nx: y", "2: a no-break space stands where an ordinary one is expected"),
        ("sources:\n  - url https://a.example/\n    name: a", "2: not YAML: a colon is missing behind the key"),
        ("site:\n  <<: 5", "2: << takes the keys of a section, such as <<: *usual"),
        ("include: [more.yaml]", "1: the included file does not exist: more.yaml"),
        ("site: {title: '${NOT_THERE}'}", "1: the environment has no NOT_THERE; set it or write a default"),
        ("1: 2", "1: unknown key '1'"),
        ("x: &x [*x]", "1: an alias that contains itself"),
        ("site: {title: a}\nsite: {title: b}", "2: the key 'site' is here twice; the first is in line 1"),
        ("? {a: b}\n: c", "1: a key must be a single word"),
        ("site: !custom {title: a}", "1: tags such as !name have no meaning here"),
        ("site: {title: !custom a}", "1: tags such as !name have no meaning here"),
        ("site:\n\ttitle: a", "2: indented with a tab; use spaces"),
        ("site: title: a", "1: not YAML: a colon where none is expected; put text with a colon in quotes"),
        ("sources: [a", "1: not YAML: a bracket is not closed"),
        ("site: {title: 'a}", "1: not YAML: a quotation mark is not closed"),
        ("a: *b", "1: not YAML: a value that begins with * must be in quotes"),
        ("---\na: 1\n---\nb: 2", "3: not YAML: more than one document (---) in the file"),
        ("a: 1\n  b: 2\n c: 3", "2: not YAML: it is indented further than the key above"),
        (
            "sources:\n  - url: https://a.example/\n     name: a",
            "3: not YAML: it is indented further than the key above",
        ),
        ("site:\n  title: a b: c\n   url: x", "2: not YAML: a colon where none is expected"),
        ("site:\n  title: “News: daily”", "2: not YAML: typographic quotation marks are part of the text"),
        ("site:\n  title: “News”\n  url: a: b", "3: not YAML: a colon where none is expected"),
        ('site:\n  title: "News\n  url: x\nsources: []', "2: not YAML: a quotation mark is not closed"),
        ('site:\n  title: "News\n  url: x\nfeeds: [{name: "all"}]', "2: not YAML: a quotation mark is not closed"),
        ("sources:\n  - url: 'https://a.example/\n    title: It's\n", "2: not YAML: a quotation mark is not closed"),
        ('site:\n  title: "News\n    of today"\n  url: [', "4: not YAML: a bracket is not closed"),
        ("include: [.]", "1: the included file is a folder: "),
        ("x: y\na: \x00", "2: not YAML: a character that it can't have (U+0000)"),
        ('a: "\\UFFFFFFFF"', " not YAML"),
        ("[" * 3000, " nested too deeply"),
        ("x: " + "[" * 60 + "]" * 60, "1: nested too deeply"),
        ("- a\n- b", "1: expected keys such as sources: at the top, not a list or text"),
        ("hello", "1: expected keys such as sources: at the top, not a list or text"),
        ("", " the file is empty; it needs at least a list of sources"),
        ("# nothing\n", " the file is empty"),
        ("~", " the file is empty"),
        ("a: " + "x" * 2_000_000, " larger than 2 MB; split it and list the parts in include"),
    ],
)
def test_a_mistake_is_told_with_its_line(problems_of: Complainer, text: str, problem: str) -> None:
    problems = problems_of(text)

    assert any(each.startswith(f"{HEAD}:{problem}") for each in problems), problems


def test_text_that_is_not_utf_8_is_told_with_its_line(problems_of: Complainer) -> None:
    problems = problems_of("site:\n  title: Été\n".encode("latin-1"))

    assert problems == [f"{HEAD}:2: not UTF-8; save the file with the encoding UTF-8"]


def test_aliases_can_not_make_a_few_lines_into_billions_of_values(problems_of: Complainer) -> None:
    names = "abcdefghij"
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in pairwise(names)]

    problems = problems_of("\n".join(lines))

    assert any("too many values" in problem for problem in problems)


def test_a_section_in_two_files_is_told_with_both(problems_of: Complainer) -> None:
    problems = problems_of("include: [more.yaml]\nsite: {title: A}", more="\nsite: {title: B}")

    assert problems == ["more.yaml:2: 'site' is already in aggregator.yaml:2; keep one of them"]


def test_names_are_not_missed_when_the_file_that_may_have_them_is_broken(problems_of: Complainer) -> None:
    problems = problems_of(
        "include: [more.yaml]\nsources: [{url: 'https://a.example/', categories: [space]}]", more="categories: [\n"
    )

    assert problems == ["more.yaml:2: not YAML: a bracket is not closed"]


def test_a_folder_is_not_read_as_a_file(problems_of: Complainer, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("folder")

    problems = problems_of(f"include: ['{folder}']")

    assert problems == [f"{HEAD}:1: the included file is a folder: {folder}"]


def test_an_address_that_is_there_twice_is_told(problems_of: Complainer) -> None:
    problems = problems_of("sources:\n  - url: https://a.example/\n  - url: https://a.example/\n")

    assert problems == [f"{HEAD}:3: another source has this address: see {HEAD}:2"]


@pytest.mark.parametrize(("kind", "noun"), [("categories", "category"), ("feeds", "feed")])
def test_a_name_that_is_there_twice_is_told(problems_of: Complainer, kind: str, noun: str) -> None:
    problems = problems_of(f"{kind}:\n  - name: a\n  - name: a\n")

    assert problems == [f"{HEAD}:3: another {noun} has this name: see {HEAD}:2"]


def test_a_source_that_is_referred_to_must_have_that_name(problems_of: Complainer) -> None:
    problems = problems_of("sources: [{url: 'https://a.example/'}]\nfeeds:\n  - name: x\n    where: {sources: [a]}\n")

    assert problems == [f"{HEAD}:4: unknown source 'a'; a source that is referred to needs a name"]


def test_a_channel_by_email_needs_the_email_section(problems_of: Complainer) -> None:
    problems = problems_of("digests:\n- name: a\n  every: now\n  to:\n  - email: [a@b.example]\n")

    assert problems == [f"{HEAD}:5: an email channel needs the section email: how mail is sent"]


def test_references_in_sections_of_the_wrong_shape_are_passed_over(problems_of: Complainer) -> None:
    problems = problems_of("feeds: [{name: [x], where: a}, 5]\nsources: [{url: 'https://a.example/', categories: b}]")

    assert problems == [
        f"{HEAD}:1: expected a name, got a list for 'name'",
        f"{HEAD}:1: expected a section, got '5' for 'feeds'",
        f"{HEAD}:1: expected a section, got 'a' for 'where'",
        f"{HEAD}:2: unknown category 'b'",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sources: [{link: 'https://a.example/'}]", "unknown key 'link'; did you mean 'url'?"),
        ("sources: [{xmlUrl: 'https://a.example/'}]", "unknown key 'xmlUrl'; did you mean 'url'?"),
        ("categories: [{name: a, words: [b]}]", "unknown key 'words'; did you mean 'any'?"),
        ("digests: [{name: a, when: daily}]", "unknown key 'when'; did you mean 'every'?"),
        ("site: {zzz: 1}", "unknown key 'zzz'; there are: "),
    ],
)
def test_an_unknown_key_leads_to_the_one_that_is_meant(text: str, problem: str, problems_of: Complainer) -> None:
    assert any(problem in each for each in problems_of(text))


@pytest.mark.parametrize("zone", ["CEST", "EDT"])
def test_an_abbreviation_is_not_taken_for_a_zone_that_is_hours_away(zone: str, problems_of: Complainer) -> None:
    [problem] = problems_of(f"site: {{timezone: {zone}}}")

    assert "did you mean" not in problem
