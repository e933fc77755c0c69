"""Who gets what, over HTTP."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.config import Config, FeedConfig, Images, Site, Tokens, Web
from tests.unit.publish.samples import make_item
from tests.unit.web.samples import CONFIG, client_of, make_aggregator

PAGES, FEEDS, ROOM, OWN = ("pages-0123456789", "feeds-0123456789", "rooms-0123456789", "own00-0123456789")


def config_with(**values: object) -> Config:
    return CONFIG.model_copy(update=values)


LOCKED = config_with(
    web=Web(tokens=Tokens(pages=PAGES, feeds=FEEDS, control_room=ROOM)),
    feeds=(FeedConfig(name="all", title="Everything"), FeedConfig(name="inner", token=OWN)),
)


@pytest.mark.parametrize("path", ["/", "/feeds/all.atom", "/sources", "/nothing", "/style.css"])
def test_a_foreign_host_name_is_sent_away(path):
    client = client_of(make_aggregator(make_item()))

    response = client.get(path, headers={"Host": "evil.example"})

    assert response.status_code == 421
    assert "web.hosts" in response.text
    assert response.headers["cache-control"] == "no-store"
    assert "content-security-policy" in response.headers


def test_a_malformed_host_is_a_bad_request():
    assert client_of(make_aggregator()).get("/", headers={"Host": "a b"}).status_code == 400


@pytest.mark.parametrize("host", ["news.example.org", "localhost:1234", "127.0.0.1"])
def test_own_host_names_are_answered(host):
    assert client_of(make_aggregator()).get("/", headers={"Host": host}).status_code == 200


def test_health_checks_ask_by_any_name():
    assert client_of(make_aggregator()).get("/healthz", headers={"Host": "10.9.8.7:80"}).status_code == 200


def test_a_configured_host_name_is_answered_without_a_restart():
    aggregator = make_aggregator()
    client = client_of(aggregator)
    assert client.get("/", headers={"Host": "mirror.example"}).status_code == 421

    aggregator.config = config_with(web=Web(hosts=("mirror.example",)))

    assert client.get("/", headers={"Host": "mirror.example"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "token", "others"),
    [
        ("/", PAGES, (FEEDS, ROOM, OWN)),
        ("/feeds/", FEEDS, (PAGES, ROOM, OWN)),
        ("/feeds/all.atom", FEEDS, (PAGES, ROOM, OWN)),
        ("/feeds/inner.json", OWN, (PAGES, ROOM, FEEDS)),
        ("/sources", ROOM, (PAGES, FEEDS, OWN)),
        ("/metrics", ROOM, (PAGES, FEEDS, OWN)),
        ("/opml", ROOM, (PAGES, FEEDS, OWN)),
        ("/digests", ROOM, (PAGES, FEEDS, OWN)),
    ],
)
def test_each_part_opens_to_its_own_token_alone(path, token, others):
    client = client_of(make_aggregator(make_item(), config=LOCKED))

    refused = client.get(path)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert refused.headers["cache-control"] == "no-store"
    for other in (*others, token[:-1], token + "x", ""):
        assert client.get(path, params={"token": other}).status_code == 401
        assert client.get(path, auth=("reader", other)).status_code == 401
    for allowed in (
        client.get(path, params={"token": token}),
        client.get(path, auth=("reader", token)),
        client.get(path, headers={"Authorization": f"Bearer {token}"}),
    ):
        assert allowed.status_code == 200
        assert "public" not in allowed.headers["cache-control"]
        assert allowed.headers["cache-control"] == "no-store" or "private" in allowed.headers["cache-control"]
        assert allowed.headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize("path", ["/feeds/inner.atom", "/sources"])
def test_a_304_and_a_head_need_the_token_too(path):
    client = client_of(make_aggregator(make_item(), config=LOCKED))
    token = OWN if "inner" in path else ROOM
    etag = client.get(path, params={"token": token}).headers["etag"]

    assert client.get(path, headers={"If-None-Match": etag}).status_code == 401
    assert client.head(path).status_code == 401
    assert client.get(path, headers={"If-None-Match": etag}, params={"token": token}).status_code == 304


@pytest.mark.parametrize("path", ["/healthz", "/style.css", "/favicon.svg"])
def test_what_everybody_needs_stays_open(path):
    assert client_of(make_aggregator(config=LOCKED)).get(path).status_code == 200


def test_a_private_answer_is_not_given_to_the_next_one_who_asks():
    client = client_of(make_aggregator(make_item(), config=LOCKED))
    client.get("/feeds/inner.atom", params={"token": OWN})

    assert client.get("/feeds/inner.atom").status_code == 401


def test_a_token_stands_in_no_log(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]):
    client = client_of(make_aggregator(make_item(), config=LOCKED))

    client.get("/feeds/inner.atom", params={"token": OWN})
    client.get("/nothing", params={"token": PAGES})
    client.get("/nothing", params={"token": "a-wrong-0123456789"})

    shown = capsys.readouterr()
    logged = caplog.text + shown.out + shown.err
    assert OWN not in logged
    assert PAGES not in logged
    assert "a-wrong" not in logged


def test_who_searches_too_often_waits():
    aggregator = make_aggregator(make_item(), config=config_with(web=Web(searches_per_minute=2)))
    client = client_of(aggregator)
    assert [client.get("/", params={"q": "moon"}).status_code for _ in range(2)] != [429, 429]

    response = client.get("/", params={"q": "moon"})

    assert response.status_code == 429
    assert 1 <= int(response.headers["retry-after"]) <= 31
    assert client.get("/").status_code == 200


def test_clients_behind_a_trusted_proxy_are_told_apart():
    web = Web(searches_per_minute=1, trusted_proxies=("192.0.2.1",))
    client = client_of(make_aggregator(make_item(), config=config_with(web=web)), peer=("192.0.2.1", 5000))

    def ask(forwarded: str) -> bool:
        return client.get("/", params={"q": "moon"}, headers={"X-Forwarded-For": forwarded}).status_code == 429

    assert [ask("198.51.100.1"), ask("198.51.100.2"), ask("198.51.100.1")] == [False, False, True]
    assert ask("203.0.113.50, 198.51.100.1"), "what a client invents stands before what the proxy adds"


def test_what_an_unknown_proxy_says_is_not_believed():
    aggregator = make_aggregator(make_item(), config=config_with(web=Web(searches_per_minute=1)))
    client = client_of(aggregator)

    def ask(forwarded: str) -> bool:
        return client.get("/", params={"q": "moon"}, headers={"X-Forwarded-For": forwarded}).status_code == 429

    assert [ask("198.51.100.1"), ask("198.51.100.2")] == [False, True]


def test_pictures_come_from_elsewhere_only_when_configured():
    def policy(config: Config) -> str:
        return client_of(make_aggregator(config=config)).get("/").headers["content-security-policy"]

    http = Site(title="A", url="http://news.example.org/")
    assert "img-src 'self' data:;" in policy(CONFIG)
    assert "img-src 'self' data: https:;" in policy(config_with(web=Web(images=Images.DIRECT)))
    assert "img-src 'self' data: https: http:;" in policy(config_with(web=Web(images=Images.DIRECT), site=http))
    for config in (CONFIG, config_with(web=Web(images=Images.DIRECT))):
        assert "unsafe" not in policy(config)


@pytest.mark.parametrize("path", ["/", "/feeds/all.atom", "/nothing", "/healthz", "/style.css"])
def test_every_answer_keeps_to_itself(path):
    headers = client_of(make_aggregator()).get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_feeds_alone_are_for_other_sites_to_read():
    client = client_of(make_aggregator(make_item()))

    assert client.get("/feeds/all.json").headers["access-control-allow-origin"] == "*"
    assert client.get("/feeds/all.json").headers["access-control-expose-headers"] == "ETag, Link"
    assert client.get("/feeds/all.json").headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in client.get("/").headers
    assert client.get("/").headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/feeds/all.json", "/feeds/inner.atom", "/feeds/search.atom?q=x", "/feeds/none.atom"])
def test_a_script_of_another_site_may_send_conditions_and_a_token(path):
    asking = {
        "Origin": "https://reader.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match,authorization",
    }

    answer = client_of(make_aggregator(make_item(), config=LOCKED)).options(path, headers=asking)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    allowed = {each.strip().lower() for each in answer.headers["access-control-allow-headers"].split(",")}
    assert {"if-none-match", "if-modified-since", "authorization"} <= allowed


@pytest.mark.parametrize("path", ["/", "/search?q=x", "/sources", "/unsubscribe/abc", "/healthz"])
def test_pages_are_not_for_scripts_of_other_sites(path):
    answer = client_of(make_aggregator()).options(path, headers={"Origin": "https://other.example"})

    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_preflight_under_another_name_is_refused_like_any_request():
    answer = client_of(make_aggregator()).options("/feeds/all.json", headers={"Host": "evil.example"})

    assert answer.status_code == 421


def test_https_is_for_good_where_the_site_is_public_with_it():
    http = config_with(site=replace_url("http://news.example.org/"))

    assert client_of(make_aggregator()).get("/").headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in client_of(make_aggregator(config=http)).get("/").headers


def replace_url(url: str) -> Site:
    return CONFIG.site.model_copy(update={"url": url})


def test_tokens_are_shown_nowhere():
    aggregator = replace(make_aggregator(config=LOCKED))

    for text in (repr(aggregator.config), aggregator.config.model_dump_json()):
        for token in (PAGES, FEEDS, ROOM, OWN):
            assert token not in text


@pytest.mark.parametrize(
    "path", ["/feeds/all.atom/", "/feeds/inner.atom/?token=" + OWN, "/search/", "/opml/", "/healthz/"]
)
def test_no_slash_redirects_out_of_a_sub_path_or_to_http(path):
    response = client_of(make_aggregator(make_item())).get(path, follow_redirects=False)

    assert response.status_code == 404
    assert "location" not in response.headers


@pytest.mark.parametrize("number", ["9" * 10, "9" * 23, "9" * 400])
@pytest.mark.parametrize("path", ["/feeds/all/{}.atom", "/digests/daily/{}"])
def test_a_number_that_no_database_holds_is_not_found(path, number):
    assert client_of(make_aggregator(make_item())).get(path.format(number)).status_code == 404
