"""The pictures of docs/img, of the sample sources: python -m bench.screenshots

Needs Chromium. Pages and a digest as mail: wide and light, narrow and dark, side by side.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from aggregator.app import Aggregator, utc_now
from aggregator.config import load
from aggregator.digests.issuing import Digests
from aggregator.entrypoints.demo import DemoSite, write_config
from aggregator.model import Selection
from aggregator.notify.channels import preview
from aggregator.polling.workers import poll_due
from tests.browser.sites import Site, demo_site

_OUT = Path(__file__).parent.parent / "docs" / "img"
_DIGEST = """
digests:
  - name: daily
    title: Space, innovation and talent
    every: day at 07:30
    health: true
    to: [{email: [reader@example.org]}]
email: {from: Space news <news@example.org>}
"""
_SIDE_BY_SIDE = """<!DOCTYPE html><body style="margin:0;display:flex;gap:24px;padding:24px;background:#8d8a84">
<img src="wide.png" width="{wide}"><img src="narrow.png" width="{narrow}"></body>"""
_HEIGHT = 1180
_NARROW = 360
_WIDE = 1200
_PAGES = {"front": "", "sources": "sources", "search": "search?q=lunar"}


def main() -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.exit("screenshots need Chromium (apt install chromium)")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        _OUT.mkdir(exist_ok=True)
        (folder / "digest.html").write_text(_digest(folder))
        _both(program, (folder / "digest.html").as_uri(), _OUT / "digest.png", folder, wide=800)
        with demo_site(folder / "site") as site:
            pages = _PAGES | {"story": f"stories/{_longest_story(site)}"}
            for name, path in pages.items():
                _both(program, site.url + path, _OUT / f"{name}.png", folder, wide=_WIDE)


def _longest_story(site: Site) -> str:
    front = site.aggregator.store.front(Selection(), limit=100).items
    return max(front, key=lambda item: len(item.related)).entry.story


def _both(program: str, address: str, picture: Path, folder: Path, *, wide: int) -> None:
    """Take a picture of an address on a wide screen by day beside one on a narrow screen by night."""
    _shoot(program, address, folder / "wide.png", width=wide, height=_HEIGHT)
    _shoot(program, address, folder / "narrow.png", width=_NARROW, height=_HEIGHT, is_dark=True)
    (folder / "both.html").write_text(_SIDE_BY_SIDE.format(wide=wide, narrow=_NARROW))
    _shoot(program, (folder / "both.html").as_uri(), picture, width=wide + _NARROW + 72, height=_HEIGHT + 48)
    print(picture)


def _digest(folder: Path) -> str:
    with DemoSite(now=utc_now()) as site:
        config = write_config(folder / "demo", site.url)
        config.write_text(config.read_text().partition("\n# What comes with a poll")[0] + _DIGEST)
        aggregator = Aggregator(load(config))
        for _ in range(3):  # so that the source which fails has done so often enough to be told
            list(poll_due(aggregator, [source.name for source in aggregator.sources]))
        digests = Digests(aggregator)
        html = preview(digests.draft("daily"), digests.digest("daily"), aggregator.config).html
        aggregator.close()
    return html


def _shoot(program: str, address: str, picture: Path, *, width: int, height: int, is_dark: bool = False) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
            f"--user-data-dir={profile}", f"--window-size={width},{height}", f"--screenshot={picture}",
            *(["--blink-settings=preferredColorScheme=0"] if is_dark else []),
            address,
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    main()
