"""Files: whole or not at all, and only touched when they changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aggregator.errors import PublishError
from aggregator.model import FeedFormat
from aggregator.publish import static_files, write_if_changed, write_site
from tests.unit.publish.samples import CONFIG, make_content, make_document, make_item


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
    documents = [make_document(make_item()), make_document(feed=CONFIG.feeds[1])]

    first = write_site(out, documents, static_files(CONFIG, make_content(make_item())))
    again = write_site(out, documents, static_files(CONFIG, make_content(make_item())))
    edited = write_site(out, [make_document(make_item(title="Edited"))], {})

    names = {f"{name}.{format_}" for name in ("all", "space") for format_ in FeedFormat}
    names |= {"index.html", "sources.opml", "style.css", "site.js", "favicon.svg", "sources.html", "sources/first.html"}
    names |= {"stories/e1.html", "categories/space.html"}
    written = {str(each.relative_to(out)) for each in out.rglob("*") if each.is_file()}
    assert written == names == set(first.changed)
    assert first.unchanged == ()
    assert (again.changed, set(again.unchanged)) == ((), names)
    assert edited.changed == ("all.atom", "all.rss", "all.json")


def test_a_feed_in_a_file_names_the_address_that_it_will_have(tmp_path: Path):
    write_site(tmp_path, [make_document(make_item())], {})

    assert b'href="https://news.example.org/all.atom" rel="self"' in (tmp_path / "all.atom").read_bytes()


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(PublishError, match=r"can't make the folder .*file/site: Not a directory"):
        write_site(tmp_path / "file" / "site", [], {})
