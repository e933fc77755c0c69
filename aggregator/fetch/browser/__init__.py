"""Pages that only a browser shows (``render: browser``): loaded in Chromium, one at a time, within limits.

``loading`` starts a process for each page (``tab``), which drives the browser; both end with all that they started when
the time is over or the memory. Everything that the browser opens goes through a gateway of ours, which lets it reach
nothing that we would not ask ourselves.
"""

from aggregator.fetch.browser.loading import fetch_rendered, find_browser

__all__ = ["fetch_rendered", "find_browser"]
