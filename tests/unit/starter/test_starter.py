"""The configuration that init writes."""

from itertools import combinations
from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.config import shipped as shipped_module
from aggregator.entrypoints.starter import FILES, SUBJECTS, Answers, Subject, write_starter
from aggregator.errors import UsageError


def answers(*subjects: Subject, title: str = "News") -> Answers:
    return Answers(title=title, email="me@example.org", timezone="Europe/Luxembourg", subjects=subjects)


@pytest.mark.parametrize("count", range(len(SUBJECTS) + 1))
def test_every_choice_of_subjects_is_a_good_configuration(tmp_path: Path, count: int) -> None:
    for number, subjects in enumerate(combinations(SUBJECTS, count)):
        config = load(write_starter(tmp_path / str(number), answers(*subjects)), env={})

        names = [category.name for category in config.categories]
        assert names == [subject for subject in subjects if subject is not Subject.LUXEMBOURG]
        assert [feed.name for feed in config.feeds] == ["all", *(["everything"] if names else []), *names]
        assert list(config.feeds[0].where.categories) == names
        assert bool(config.sources) == bool(subjects)


def test_all_subjects_together_are_all_that_is_shipped(tmp_path: Path) -> None:
    written = load(write_starter(tmp_path, answers(*SUBJECTS)), env={})
    shipped = load(Path(__file__).parents[3] / "config" / "aggregator.yaml", env={})

    assert [each.url for each in written.sources] == [each.url for each in shipped.sources]
    assert [each.model_dump() for each in written.categories] == [each.model_dump() for each in shipped.categories]


def test_the_digest_works_before_a_mail_server_is_set(tmp_path: Path) -> None:
    config = load(write_starter(tmp_path, answers()), env={})

    assert config.email is not None
    assert config.email.maildir == tmp_path / "mail"
    assert config.storage.url == f"sqlite:///{tmp_path}/var/aggregator.db"


@pytest.mark.parametrize(
    "title", ['It\'s: a "test" #1', "${HOME}", "A <b@c>", "Käse, Brot & Wein", "- x", "{a: b}", "\\", "@", "日本"]
)
def test_any_title_is_taken_as_it_is(tmp_path: Path, title: str) -> None:
    config = load(write_starter(tmp_path, answers(title=title)), env={})

    assert config.site.title == title


@pytest.mark.parametrize("name", [*FILES, "config/aggregator.yaml"])
def test_what_is_in_the_way_is_named_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")

    with pytest.raises(UsageError, match=name):
        write_starter(tmp_path, answers())

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="can't write to"):
        write_starter(tmp_path / "file" / "below", answers())


def test_the_installed_package_is_no_place_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped_module, "_PACKAGE", tmp_path)

    with pytest.raises(UsageError, match="belongs to the program"):
        write_starter(tmp_path / "_defaults" / "config", answers())


def test_the_files_name_no_environment_that_is_not_in_the_example(tmp_path: Path) -> None:
    write_starter(tmp_path, answers(*SUBJECTS))

    settings = (tmp_path / "aggregator.yaml").read_text()
    for line in (tmp_path / ".env.example").read_text().splitlines():
        if not line.startswith("#"):
            assert "${" + line.partition("=")[0] + "}" in settings
