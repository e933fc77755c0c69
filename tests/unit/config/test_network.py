"""A proxy and whom to trust, as the configuration has them."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from aggregator.config import Config, load
from aggregator.errors import ConfigError


def fetch(tmp_path: Path, settings: str, **env: str) -> Config:
    (tmp_path / "c.yaml").write_text(f"fetch:\n  {settings}\nsources: [{{url: 'https://a.example/feed'}}]\n")
    return load(tmp_path / "c.yaml", env=env)


@pytest.mark.parametrize(
    "proxy",
    ["http://proxy.example:3128", "https://proxy.example", "http://us:pass@10.0.0.1:8080/", "http://[::1]:3128"],
)
def test_a_proxy_is_an_address_of_http_or_https(tmp_path: Path, proxy: str) -> None:
    assert fetch(tmp_path, f"proxy: '{proxy}'").fetch.proxy == proxy


def test_the_environment_is_asked_for_by_a_word_and_otherwise_left_alone(tmp_path: Path) -> None:
    assert fetch(tmp_path, "proxy: environment").fetch.proxy == "environment"
    assert fetch(tmp_path, "timeout: 5s", HTTPS_PROXY="http://p.example:1").fetch.proxy is None


@pytest.mark.parametrize(
    "proxy",
    [
        "proxy.example:3128",
        "socks5://p.example:1080",
        "http://",
        "http://p.example/path",
        "http://p.example:99999",
        "yes",
    ],
)
def test_what_is_no_proxy_is_a_mistake_with_its_line(tmp_path: Path, proxy: str) -> None:
    with pytest.raises(ConfigError, match=r"c\.yaml:2: expected http://proxy\.example:3128"):
        fetch(tmp_path, f"proxy: '{proxy}'")


def test_the_password_of_a_proxy_is_never_shown(tmp_path: Path) -> None:
    config = fetch(tmp_path, "proxy: 'http://us:swordfish@p.example:3128'")
    hidden = fetch(tmp_path, "proxy: 'http://us:${PASSWORD}@p.example:3128'", PASSWORD="swordfish")

    for shown in (
        repr(config),
        str(config.model_dump()),
        config.model_dump_json(),
        repr(hidden),
        str(hidden.model_dump()),
    ):
        assert "swordfish" not in shown
    with pytest.raises(ConfigError) as error:
        fetch(tmp_path, "proxy: 'ftp://us:swordfish@p.example:3128'")
    assert "swordfish" not in str(error.value)


@pytest.mark.parametrize("key", ["no_proxy", "allow_private"])
def test_hosts_below_a_name_and_networks_may_be_listed(tmp_path: Path, key: str) -> None:
    config = fetch(tmp_path, f"{key}: ['*.lan', NAS.local, 10.0.0.0/8]")

    assert getattr(config.fetch, key) == ("*.lan", "nas.local", "10.0.0.0/8")


def test_certificates_are_looked_for_beside_the_file_that_names_them(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "own.pem")

    assert fetch(tmp_path, "ca_bundle: own.pem").fetch.ca_bundle == tmp_path / "own.pem"


@pytest.mark.parametrize("content", [None, b"", b"no certificate", trustme.CA().private_key_pem.bytes()])
def test_a_file_without_certificates_is_a_mistake_with_its_line(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "own.pem").write_bytes(content)

    with pytest.raises(ConfigError, match=r"c\.yaml:2: expected a file with certificates"):
        fetch(tmp_path, "ca_bundle: own.pem")


def test_a_source_may_have_a_name_and_a_cookie_of_its_own(tmp_path: Path) -> None:
    headers = "headers: {User-Agent: 'Mozilla/5.0', Cookie: 'consent=${CONSENT}'}"
    (tmp_path / "c.yaml").write_text(f"sources: [{{url: 'https://a.example/feed', {headers}}}]\n")

    [source] = load(tmp_path / "c.yaml", env={"CONSENT": "yes"}).sources

    assert {name: value.get_secret_value() for name, value in source.headers.items()} == {
        "User-Agent": "Mozilla/5.0",
        "Cookie": "consent=yes",
    }
