"""What the configuration says of the network between us and the sites: a proxy, and whom to trust."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Strict, ValidationInfo, WithJsonSchema

from aggregator.config.values import folder_of

_PROXY_EXAMPLE = (
    "http://proxy.example:3128, with user:password@ in front of the host where it wants them, or environment"
)
_PROXY: dict[str, Any] = {
    "title": "address or environment",
    "anyOf": [{"const": "environment"}, {"type": "string", "pattern": "^https?://[^/?#]+/?$"}],
}
_FILE: dict[str, Any] = {"title": "file", "type": "string"}


def _proxy(text: str) -> str:
    address = text.strip()
    if address == "environment":
        return address
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or parts.path not in {"", "/"} or parts.query or parts.fragment or any(map(str.isspace, address)):
        raise ValueError(f"expected {_PROXY_EXAMPLE}")
    return address


def _certificates(text: Any, info: ValidationInfo) -> Path:  # noqa: ANN401 - whatever the YAML holds
    if not isinstance(text, str | Path) or not str(text).strip():
        raise ValueError("expected the name of a file")
    file = Path(folder_of("fetch", info) / text).resolve()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(file)
    except OSError as error:  # ssl.SSLError is one
        raise ValueError("expected a file with certificates that can be read (PEM)") from error
    if not any(context.cert_store_stats().values()):
        raise ValueError("expected a file with certificates (PEM); there are none in it")
    return file


Proxy = Annotated[str, Strict(), AfterValidator(_proxy), WithJsonSchema(_PROXY)]
Certificates = Annotated[Path, BeforeValidator(_certificates), WithJsonSchema(_FILE)]
