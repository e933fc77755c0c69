import shutil
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.config import load, shipped_dir
from aggregator.config import shipped as shipped_module
from aggregator.errors import ConfigError, NoConfiguration
from aggregator.model import SourceKind
from tests.unit.config.conftest import Complainer, Loader

MINIMAL = "sources:\n  - url: https://space.example/feed\n"


def test_a_list_of_sources_is_enough_and_the_rest_has_defaults(load_text: Loader, folder: Path) -> None:
    config = load_text(MINIMAL)

    source = config.sources[0]
    assert (source.url, source.name, source.kind, source.every) == (
        "https://space.example/feed",
        None,
        SourceKind.AUTO,
        None,
    )
    assert (config.site.title, config.site.url, config.site.tz) == ("News", "http://127.0.0.1:8080/", ZoneInfo("UTC"))
    assert config.storage.url == f"sqlite:///{folder}/var/aggregator.db"
    assert (config.storage.keep, config.storage.backlog) == (timedelta(days=400), 30)
    assert config.fetch.every is None
    assert (config.fetch.min_every, config.fetch.max_every) == (timedelta(minutes=30), timedelta(hours=12))
    assert (config.fetch.workers, config.fetch.timeout) == (32, timedelta(seconds=20))
    assert (config.fetch.max_body, config.fetch.allow_private) == (15_000_000, False)
    assert [(feed.name, feed.limit) for feed in config.feeds] == [("all", 100)]
    assert (config.digests, config.email, config.templates) == ((), None, None)


def test_an_empty_list_of_sources_is_allowed(load_text: Loader) -> None:
    assert load_text("sources: []").sources == ()


def test_a_key_without_a_value_is_as_good_as_none(load_text: Loader) -> None:
    config = load_text("sources:\nsite:\n  title:\nfeeds:\nstorage:\n")

    assert (config.sources, config.site.title, config.feeds[0].name) == ((), "News", "all")


def test_everything_that_can_be_set_is_read(load_text: Loader) -> None:
    config = load_text(
        """
site: {title: Space, url: "https://news.example.org", timezone: Europe/Luxembourg, language: de-LU}
storage: {url: "postgresql://user@db/news", keep: 30d}
fetch: {every: 1h, min_every: 10m, max_every: 1d, workers: 4, timeout: 5s, max_body: 1MiB,
        contact: mailto:me@example.org, allow_private: [NAS.local, 10.0.0.0/8, "::1"]}
sources:
  - {url: "https://a.example/", name: a, title: A, categories: [space], every: 15m, kind: page,
     keep: lunar, drop: "not lunar", priority: 3}
categories: [{name: space, title: Space, any: [lunar, moon], none: [new moon], at_least: 2}]
feeds: [{name: space, title: Space, where: {categories: [space], sources: [a], language: en}, limit: 7}]
digests:
  - {name: daily, every: day at 07:30, to: [{email: [me@example.org]}]}
  - {name: work, cron: 30 7 * * 1-5, to: [{chat: "slack://a/b/c"}, {webhook: "https://h.example/", secret: s}]}
email: {from: "News <news@example.org>", smtp: {host: mail, port: 465, security: tls, user: me, password: pw}}
"""
    )

    assert (config.site.url, config.site.tz) == ("https://news.example.org/", ZoneInfo("Europe/Luxembourg"))
    assert config.storage.url == "postgresql+psycopg://user@db/news"
    assert (config.fetch.every, config.fetch.max_body) == (timedelta(hours=1), 2**20)
    assert config.fetch.allow_private == ("nas.local", "10.0.0.0/8", "::1")
    assert (config.sources[0].kind, config.sources[0].every) == (SourceKind.PAGE, timedelta(minutes=15))
    assert config.categories[0].none == ("new moon",)
    assert config.feeds[0].where.sources == ("a",)
    assert config.digests[1].cron == "30 7 * * mon,tue,wed,thu,fri"
    assert config.email is not None
    assert (config.email.sender, config.email.smtp.port) == ("News <news@example.org>", 465)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("${SWITCH}", True),
        ("[]", ()),
        ("127.0.0.1", ("127.0.0.1",)),
        ("localhost", ("localhost",)),
        ("nas.local, 10.0.0.0/8", ("nas.local", "10.0.0.0/8")),
    ],
)
def test_private_networks_are_allowed_as_a_whole_or_by_name(load_text: Loader, written: str, value: object) -> None:
    config = load_text(f"fetch:\n  allow_private: {written}\n", {"SWITCH": "true"})

    assert config.fetch.allow_private == value


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("sqlite:///news.db", "sqlite:///{folder}/news.db"),
        ("sqlite:////data/news.db", "sqlite:////data/news.db"),
        ("sqlite:///news.db?timeout=5", "sqlite:///{folder}/news.db?timeout=5"),
        ("postgresql+psycopg://db/news", "postgresql+psycopg://db/news"),
    ],
)
def test_a_database_is_relative_to_its_file(load_text: Loader, folder: Path, written: str, stored: str) -> None:
    config = load_text(f"storage: {{url: '{written}'}}")

    assert config.storage.url == stored.format(folder=folder)


def test_templates_are_relative_to_their_file(load_text: Loader, folder: Path) -> None:
    (folder / "mine").mkdir()

    assert load_text("templates: mine").templates == folder / "mine"


def test_numbers_may_come_from_the_environment(load_text: Loader) -> None:
    config = load_text("fetch:\n  workers: ${WORKERS}\n", {"WORKERS": "7"})

    assert config.fetch.workers == 7


def test_a_variable_that_is_empty_leaves_the_key_out(load_text: Loader) -> None:
    config = load_text("fetch:\n  contact: ${CONTACT:-}\n  workers: ${WORKERS}\n", {"WORKERS": ""})

    assert (config.fetch.contact, config.fetch.workers) == (None, 32)


def test_text_that_looks_like_a_date_is_text(load_text: Loader) -> None:
    assert load_text("site: {title: 2024-01-01}").site.title == "2024-01-01"


def test_utf_8_with_a_byte_order_mark_is_read(load_text: Loader) -> None:
    assert load_text(b"\xef\xbb\xbfsite: {title: \xc3\x89t\xc3\xa9}").site.title == "Été"


def test_sources_know_where_they_are_written(load_text: Loader, folder: Path) -> None:
    config = load_text(f"include: [more.yaml]\n{MINIMAL}", more="\n\nsources:\n- url: https://b.example/\n")

    assert [(source.file, source.line) for source in config.sources] == [("aggregator.yaml", 3), ("more.yaml", 4)]
    assert (config.path, config.files) == (
        folder / "aggregator.yaml",
        (folder / "aggregator.yaml", folder / "more.yaml"),
    )


def test_included_lists_are_added_and_included_sections_stand_for_themselves(load_text: Loader, folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "deep.yaml").write_text(
        "storage: {url: 'sqlite:///x.db'}\nsources: [{url: 'https://c.example/'}]"
    )

    config = load_text(
        "include: [one.yaml, one.yaml, below/deep.yaml]\nsources: [{url: 'https://a.example/'}]\nfeeds:\n",
        one="include: [aggregator.yaml]\nsources: [{url: 'https://b.example/'}]\nfeeds: [{name: x}]\n",
    )

    assert [source.url for source in config.sources] == [f"https://{host}.example/" for host in "abc"]
    assert config.storage.url == f"sqlite:///{folder}/below/x.db"
    assert [feed.name for feed in config.feeds] == ["x"]


def test_an_included_file_may_be_empty(load_text: Loader) -> None:
    assert load_text("include: [more.yaml]", more="# nothing yet\n").sources == ()


@pytest.mark.parametrize(
    "sections", [("sources: 5", "sources: [{url: 'https://a.example/'}]"), ("sources:", "sources: 5")]
)
def test_a_list_that_is_none_is_told_wherever_it_is(problems_of: Complainer, sections: tuple[str, str]) -> None:
    first, second = sections

    (problem,) = problems_of(f"include: [more.yaml]\n{first}", more=second)

    assert problem.endswith("expected a list of sections, got '5' for 'sources'")


def test_a_list_that_is_null_in_an_included_file_changes_nothing(load_text: Loader) -> None:
    assert len(load_text(f"include: [more.yaml]\n{MINIMAL}", more="sources:\n").sources) == 1


def test_the_environment_names_the_file(folder: Path) -> None:
    (folder / "mine.yaml").write_text("site: {title: Mine}")

    assert load(env={"AGGREGATOR_CONFIG": "mine.yaml"}).site.title == "Mine"


def test_without_a_name_the_usual_places_are_looked_at_in_order(folder: Path) -> None:
    (folder / "aggregator.yaml").write_text("site: {title: Here}")
    here = load(env={}).site.title
    (folder / "config").mkdir()
    (folder / "config" / "aggregator.yaml").write_text("site: {title: Below}")

    assert (here, load(env={}).site.title) == ("Here", "Below")


def test_without_any_the_commands_that_help_are_named(folder: Path) -> None:
    with pytest.raises(
        NoConfiguration, match=r"^there is no configuration here .*`aggregator init`.*`aggregator demo`"
    ):
        load(env={})


def test_what_an_installed_program_ships_keeps_its_database_where_we_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = folder / "site-packages" / "_defaults" / "config"
    shipped.mkdir(parents=True)
    (shipped / "aggregator.yaml").write_text("storage: {url: 'sqlite:///../var/a.db'}")
    monkeypatch.setattr(shipped_module, "_PACKAGE", folder / "site-packages")

    config = load(shipped / "aggregator.yaml", env={})

    assert config.path == shipped / "aggregator.yaml"
    assert config.storage.url == f"sqlite:///{folder}/var/a.db"
    shutil.rmtree(folder / "site-packages")
    assert shipped_dir("templates") == folder / "templates"


def test_the_process_environment_is_used_when_none_is_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mine.yaml").write_text("site: {title: '${SITE_TITLE}'}")
    monkeypatch.setenv("SITE_TITLE", "From outside")

    assert load(folder / "mine.yaml").site.title == "From outside"


def test_a_file_that_is_not_there_is_a_problem_that_names_it(folder: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"^nowhere\.yaml: can't be read: no such file or directory; `aggregator init`"
    ):
        load(Path("nowhere.yaml"), env={})


def test_a_folder_is_a_problem_that_says_so(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"this is a folder; expected a YAML file$"):
        load(folder, env={})


def test_a_name_that_no_file_can_have_is_a_problem(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"can't be read"):
        load(folder / ("x" * 300), env={})


def test_a_file_elsewhere_is_named_in_full(folder: Path) -> None:
    elsewhere = folder.parent / f"{folder.name}.yaml"
    elsewhere.write_text("nonsense: 1")

    with pytest.raises(ConfigError, match=rf"^{elsewhere}:1: unknown key"):
        load(elsewhere, env={})


@pytest.mark.parametrize(("written", "read"), [("0", 0), ("'7'", 7), ("all", "all")])
def test_a_backlog_is_a_number_of_entries_or_all(load_text: Loader, written: str, read: object) -> None:
    config = load_text(f"storage: {{backlog: {written}}}\nsources: [{{url: https://x.example/, backlog: {written}}}]\n")

    assert (config.storage.backlog, config.sources[0].backlog) == (read, read)


@pytest.mark.parametrize("written", ["-1", "some", "30d", "true", "20001", "[1]", "1.5"])
def test_what_is_no_backlog_is_told(problems_of: Complainer, written: str) -> None:
    [problem] = problems_of(f"storage: {{backlog: {written}}}\n")

    assert "expected a number of entries, up to 20,000, or all" in problem
