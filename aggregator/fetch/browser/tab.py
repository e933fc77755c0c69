"""The process that drives the browser, for one page: an order on standard input, an answer in the file it is named.

It trusts nothing that it loads: no downloads, no windows beside it, no pictures, films and fonts, no cookies kept, and
no way out but the gateway that it is given.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page, Response, Route, sync_playwright

_NOT_LOADED: Final = frozenset({"image", "media", "font", "texttrack", "manifest", "eventsource"})
_ERROR: Final = 400
# A page is whole when nothing was added to it for so long; one without a list so far may still be about to get it.
_STILL_S: Final = 1.0
_STILL_EMPTY_S: Final = 5.0
_FEW_LINKS: Final = 3
_LOOK_EVERY_S: Final = 0.25
# How much there is of a page, for whoever waits for more; not its clocks and counters.
_MEASURE: Final = "() => [document.links.length, Math.round((document.body?.innerText.length ?? 0) / 20)].join()"
_HAS_SHADOWS: Final = "() => [...document.querySelectorAll('*')].some(each => each.shadowRoot)"
_AS_SHOWN: Final = """() => {
  const raw = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'IFRAME', 'TEMPLATE']);
  const empty = new Set(['AREA', 'BASE', 'BR', 'COL', 'EMBED', 'HR', 'IMG', 'INPUT', 'LINK', 'META', 'SOURCE', 'WBR']);
  const escaped = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const shown = node => {
    if (node.nodeType === Node.TEXT_NODE) return escaped(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE) return '';
    if (raw.has(node.tagName)) return node.outerHTML;
    const slotted = node.tagName === 'SLOT' ? node.assignedNodes({flatten: true}) : [];
    const inside = slotted.length ? slotted : (node.shadowRoot ?? node).childNodes;
    const given = [...node.attributes]
      .map(each => ` ${each.name}="${escaped(each.value).replaceAll('"', '&quot;')}"`).join('');
    const tag = node.localName;
    if (empty.has(node.tagName)) return `<${tag}${given}>`;
    return `<${tag}${given}>${[...inside].map(shown).join('')}</${tag}>`;
  };
  return '<!doctype html>' + shown(document.documentElement);
}"""
_ARGUMENTS: Final = (
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--no-first-run",
    "--no-pings",
    "--block-new-web-contents",
    "--mute-audio",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=512",
)


def main() -> None:
    order = json.load(sys.stdin)
    try:
        answer = _load(order)
    except Error as error:
        answer = {"error": error.message.splitlines()[0][:300]}
    Path(sys.argv[1]).write_text(json.dumps(answer), encoding="utf-8")


def _load(order: dict[str, Any]) -> dict[str, Any]:
    ends = time.monotonic() + order["patience_s"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=order["program"],
            args=list(_ARGUMENTS),
            proxy=order["proxy"],
            chromium_sandbox=order["has_sandbox"],
            timeout=_left_ms(ends),
        )
        context = browser.new_context(
            user_agent=order["user_agent"], accept_downloads=False, service_workers="block", ignore_https_errors=False
        )
        context.route("**/*", lambda route: _let(route, order))
        context.route_web_socket("**/*", lambda line: line.close())
        page = context.new_page()
        context.on("page", lambda other: None if other is page else other.close())
        page.on("dialog", lambda dialog: dialog.dismiss())
        statuses: list[int] = []
        page.on("response", lambda answer: statuses.append(answer.status) if _is_page(answer) else None)
        try:
            page.goto(order["url"], wait_until="domcontentloaded", timeout=_left_ms(ends))
        except Error:
            if statuses and statuses[-1] >= _ERROR:  # which it shows a page of its own for
                return {"url": page.url, "status": statuses[-1], "html": ""}
            raise
        _dismiss(page, order["dismiss"], ends)
        _wait_for_items(page, order["items"], ends)
        _wait_until_still(page, ends)
        return {"url": page.url, "status": statuses[-1] if statuses else 200, "html": _html(page)}


def _html(page: Page) -> str:
    """Return a page as it is shown: what stands in open shadow roots is in its place."""
    with suppress(Error):  # it is nested deeper than a script can go
        if page.evaluate(_HAS_SHADOWS):
            return str(page.evaluate(_AS_SHOWN))
    return page.content()


def _is_page(answer: Response) -> bool:
    """Whether an answer is that of the page itself, and not of what it loads."""
    return (
        answer.request.is_navigation_request()
        and answer.frame.parent_frame is None
        and not 300 <= answer.status < _ERROR
    )


def _let(route: Route, order: dict[str, Any]) -> None:
    """Let a request pass that is for the page's text; the source's own headers go to its own host alone."""
    request = route.request
    parts = urlsplit(request.url)
    if request.resource_type in _NOT_LOADED or parts.scheme not in {"http", "https"}:
        route.abort()
        return
    is_own = parts.netloc == order["host"]
    route.continue_(headers={**request.headers, **order["secrets"]} if is_own and order["secrets"] else None)


def _dismiss(page: Page, selector: str | None, ends: float) -> None:
    if selector:
        with suppress(Error):  # it isn't there each time
            page.click(selector, timeout=min(_left_ms(ends), 5_000))


def _wait_for_items(page: Page, selector: str | None, ends: float) -> None:
    if selector:
        with suppress(Error):  # what is there is read, and the source says what is missing
            page.wait_for_selector(selector, state="attached", timeout=min(_left_ms(ends), 20_000))


def _wait_until_still(page: Page, ends: float) -> None:
    with suppress(Error):
        page.wait_for_load_state("networkidle", timeout=min(_left_ms(ends), 10_000))
    seen, since, still_s = "", time.monotonic(), _STILL_EMPTY_S
    while time.monotonic() < ends and time.monotonic() - since < still_s:
        page.wait_for_timeout(_LOOK_EVERY_S * 1000)
        now = str(page.evaluate(_MEASURE))
        if now != seen:
            seen, since = now, time.monotonic()
            still_s = _STILL_EMPTY_S if int(now.partition(",")[0]) < _FEW_LINKS else _STILL_S


def _left_ms(ends: float) -> float:
    return max((ends - time.monotonic()) * 1000, 1)


if __name__ == "__main__":
    main()
