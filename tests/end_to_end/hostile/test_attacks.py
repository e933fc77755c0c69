"""Documents made to exhaust a reader, all in one poll of the installed program: each fails alone."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Runner
from tests.end_to_end.hostile.server import HostileServer, answer

MAX_BODY = 15_000_000  # the default of fetch.max_body
LIMIT_CPU_S = 60


def rss(inside: bytes, *, before: bytes = b"") -> bytes:
    return (
        b'<?xml version="1.0"?>' + before + b'<rss version="2.0"><channel><title>News</title><item><title>Story</title>'
        b"<guid>1</guid>" + inside + b"</item></channel></rss>"
    )


def text(inside: bytes, *, before: bytes = b"") -> bytes:
    return rss(b"<description>" + inside + b"</description>", before=before)


def json_feed(items: bytes) -> bytes:
    return b'{"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [' + items + b"]}"


def zipped(body: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("feed.xml", body)
    return file.getvalue()


LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 10))


def harmless() -> dict[str, bytes]:
    """Return what is read all the same, because it does no harm."""
    return {
        "laughs": answer(200, text(b"&l9;", before=b'<!DOCTYPE r [<!ENTITY l0 "ha">' + LAUGHS + b"]>")),
        "depth": answer(200, text(b"<x>" * 10_000 + b"</x>" * 10_000)),
        "html-depth": answer(200, text(b"<![CDATA[" + b"<div>" * 100_000 + b"]]>")),
        "text": answer(200, text(b"word " * (MAX_BODY // 5 - 50))),
    }


def refused() -> dict[str, tuple[bytes, str]]:
    """Return what is not read, each with the sentence that says so."""
    bomb = gzip.compress(bytes(200_000_000), 1, mtime=0)
    return {
        "great-depth": (
            answer(200, text(b"<x>" * 100_000 + b"</x>" * 100_000)),
            "its elements are nested more than 1,000 deep",
        ),
        "blow-up": (
            answer(200, text(b"&a;" * 10_000, before=b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 10_000 + b'">]>')),
            "its entities expand to more than 1,000,000 characters",
        ),
        "tags": (answer(200, text(b"<x>" * 4_000_000)), "it has more than 500,000 tags"),
        "attributes": (
            answer(200, rss(b"<x " + b" ".join(b"a%d=''" % number for number in range(1_000_000)) + b"/>")),
            "one of its tags has more than 100 attributes",
        ),
        "entries": (answer(200, rss(b"<item/>" * 400_000)), "it has more than 20,000 entries"),
        "namespaces": (
            answer(200, rss(b"".join(b"<a xmlns:n%d='u'/>" % number for number in range(100_000)))),
            "it declares more than 100 namespaces",
        ),
        "categories": (answer(200, rss(b"<category/>" * 200_000)), "an entry has more than 5000 categories"),
        "json-depth": (answer(200, json_feed(b"[" * 400_000)), "JSON that can't be read: nested too deeply"),
        "json-objects": (
            answer(200, json_feed(b"{}," * 4_000_000 + b"{}")),
            "it has more than 500,000 objects and lists",
        ),
        "json-items": (answer(200, json_feed(b"1," * 4_000_000 + b"1")), "it has more than 20,000 entries"),
        "gzip-bomb": (answer(200, bomb, "Content-Encoding: gzip"), "the body is larger than 15 MB (fetch.max_body)"),
        "gzip-in-gzip": (
            answer(200, gzip.compress(bomb, mtime=0), "Content-Encoding: gzip, gzip"),
            "the body is larger than 15 MB (fetch.max_body)",
        ),
        "gz-file": (answer(200, bomb), "the gzipped feed is larger than 15 MB"),
        "zip-in-zip": (answer(200, zipped(zipped(bytes(1_000_000)))), "this is a ZIP archive, not a feed"),
    }


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "secret"
    path.write_text("the-secret")
    return path


@pytest.mark.slow
def test_attacks_cost_bounded_time_and_memory_and_spare_the_rest_of_the_poll(
    run: Runner, server: HostileServer, secret: Path
) -> None:
    harmless_ones, refused_ones = harmless(), refused()
    for name, wire in harmless_ones.items():
        server.tells(f"/{name}", wire)
    for name, (wire, _) in refused_ones.items():
        server.tells(f"/{name}", wire)
    for name, system in {"file": secret.as_uri(), "web": server.url("/stolen")}.items():
        doctype = f'<!DOCTYPE r SYSTEM "{system}" [<!ENTITY x SYSTEM "{system}"><!ENTITY % y SYSTEM "{system}"> %y;]>'
        server.tells(f"/{name}", answer(200, text(b"It says: &x;", before=doctype.encode())))
    server.tells("/good", answer(200, text(b"Ice")))
    names = [*harmless_ones, *refused_ones, "file", "web", "good"]
    listed = "".join(f"  - {{name: {name}, url: '{server.url(f'/{name}')}'}}\n" for name in names)
    (run.folder / "c.yaml").write_text(
        f"storage: {{url: 'sqlite:///x.db'}}\nfetch: {{allow_private: true}}\nsources:\n{listed}"
    )

    process = subprocess.Popen(
        [run.program, "poll", "--config", "c.yaml"],
        cwd=run.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    killer = threading.Timer(10 * LIMIT_CPU_S, process.kill)
    killer.start()
    _, _, usage = os.wait4(process.pid, 0)
    killer.cancel()

    sources = {source["name"]: source for source in run.json("sources", "--config", "c.yaml")}
    assert {name: sources[name]["last_error"] for name in refused_ones} == {
        name: sentence for name, (_, sentence) in refused_ones.items()
    }
    read = {name for name, source in sources.items() if source["status"] == "ok"}
    assert read == {*harmless_ones, "file", "web", "good"}
    assert all(sources[name]["entries"] == 1 for name in read)
    stored = run("entries", "--json", "--config", "c.yaml").stdout
    assert "the-secret" not in stored
    assert "/stolen" not in {request.target for request in server.requests}
    assert usage.ru_utime + usage.ru_stime < LIMIT_CPU_S
    # a body for each worker, and what four of them at a time grow to when they are read
    assert usage.ru_maxrss / 1024 < 1_000
