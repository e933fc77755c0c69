"""Files: whole or not at all, and only touched when they changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aggregator.errors import PublishError
from aggregator.publish import write_if_changed, write_named, write_site


def test_a_file_is_written_and_not_touched_again_while_it_is_the_same(tmp_path: Path):
    path = tmp_path / "all.atom"

    assert write_if_changed(path, b"one")
    os.utime(path, (1, 1))
    assert not write_if_changed(path, b"one")
    assert path.stat().st_mtime == 1
    assert write_if_changed(path, b"two")
    assert path.read_bytes() == b"two"
    assert [each.name for each in tmp_path.iterdir()] == ["all.atom"]


def test_a_file_can_be_read_by_those_whom_the_umask_lets(tmp_path: Path):
    before = os.umask(0o027)
    try:
        write_if_changed(tmp_path / "a", b"")
    finally:
        os.umask(before)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_who_reads_while_it_is_replaced_keeps_what_they_opened(tmp_path: Path):
    path = tmp_path / "a"
    write_if_changed(path, b"old")

    with path.open("rb") as reader:
        write_if_changed(path, b"new")

        assert reader.read() == b"old"


def test_a_folder_that_is_missing_is_told_in_a_sentence(tmp_path: Path):
    with pytest.raises(PublishError, match=r"can't write .*missing/a: No such file or directory"):
        write_if_changed(tmp_path / "missing" / "a", b"")


def test_nothing_is_left_behind_when_it_does_not_work(tmp_path: Path):
    (tmp_path / "a").mkdir()

    with pytest.raises(PublishError, match="Is a directory"):
        write_if_changed(tmp_path / "a", b"body")

    assert [each.name for each in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # the only way to a full disk without one: what is opened for writing is the device that is always full
    open_file = os.open
    monkeypatch.setattr(os, "open", lambda *_: open_file("/dev/full", os.O_WRONLY))

    with pytest.raises(PublishError, match="No space left on device"):
        write_if_changed(tmp_path / "a", b"body")

    assert list(tmp_path.iterdir()) == []


def test_a_site_is_written_whole_and_again_only_where_it_changed(tmp_path: Path):
    out = tmp_path / "new" / "site"

    first = write_site(out, {"index.html": b"1", "stories/a.html": b"a"})
    again = write_site(out, {"index.html": b"1", "stories/a.html": b"a"})
    edited = write_site(out, {"index.html": b"2", "stories/a.html": b"a"})

    assert (first.changed, first.unchanged) == (("index.html", "stories/a.html"), ())
    assert (again.changed, again.unchanged) == ((), ("index.html", "stories/a.html"))
    assert edited.changed == ("index.html",)
    assert (out / "stories" / "a.html").read_bytes() == b"a"


def test_what_is_no_part_of_the_site_any_more_is_removed_and_files_of_others_stay(tmp_path: Path):
    write_site(tmp_path, {"index.html": b"1", "stories/a.html": b"a", "stories/b.html": b"b", "days/1.html": b""})
    (tmp_path / "robots.txt").write_text("mine")
    (tmp_path / "days" / "mine.html").write_text("mine")

    written = write_site(tmp_path, {"index.html": b"1"})

    assert set(written.removed) == {"stories/a.html", "stories/b.html", "days/1.html"}
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if not path.name.startswith(".")} == {
        "index.html",
        "robots.txt",
        "days",
        "days/mine.html",
    }


@pytest.mark.parametrize("manifest", ["", "[", "{}", '["../outside", "/outside", 7, "folder"]'])
def test_a_list_of_files_that_somebody_changed_removes_nothing_outside(tmp_path: Path, manifest: str):
    out = tmp_path / "site"
    (out / "folder").mkdir(parents=True)
    (tmp_path / "outside").write_text("mine")
    (out / ".aggregator-site.json").write_text(manifest)

    written = write_site(out, {"index.html": b"1"})

    assert written.removed == ()
    assert (tmp_path / "outside").exists()


def test_a_call_that_was_cut_off_is_known_to_the_next(tmp_path: Path):
    (tmp_path / "b").mkdir()
    with pytest.raises(PublishError):
        write_site(tmp_path, {"a": b"a", "b": b"b"})  # what should be a file is a folder

    assert write_site(tmp_path, {"c": b"c"}).removed == ("a",)


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(PublishError, match=r"can't make the folder .*file/site: Not a directory"):
        write_site(tmp_path / "file" / "site", {})


def test_a_named_folder_is_told_in_a_sentence(tmp_path: Path):
    with pytest.raises(PublishError, match="it is a folder; name a file"):
        write_named(tmp_path, b"body")


def test_a_named_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    write_named(pipe, b"body")

    assert os.read(reader, 10) == b"body"
    assert pipe.is_fifo()
    os.close(reader)


def test_a_named_link_stays_a_link(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("file")

    write_named(tmp_path / "link", b"new")

    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()


def test_a_named_file_is_made(tmp_path: Path):
    write_named(tmp_path / "new", b"body")

    assert (tmp_path / "new").read_bytes() == b"body"
