"""Addresses that unsubscribe without a login: opaque, not to be forged, good for one digest and one reader (M9)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_MAC_BYTES = 16
_KEY_BYTES = 10


def unsubscribe_token(key: bytes, *, digest: str, endpoint: str) -> str:
    """Return the token of a digest and an endpoint's key; the same each time."""
    payload = bytes.fromhex(endpoint) + digest.encode()
    return base64.urlsafe_b64encode(_mac(key, payload) + payload).rstrip(b"=").decode()


def read_token(key: bytes, token: str) -> tuple[str, str] | None:
    """Return digest and endpoint of a token; None when it is not one of ours."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if len(payload) <= _KEY_BYTES or not hmac.compare_digest(mac, _mac(key, payload)):
        return None
    return payload[_KEY_BYTES:].decode(), payload[:_KEY_BYTES].hex()


def _mac(key: bytes, payload: bytes) -> bytes:
    return hmac.new(key, b"unsubscribe\n" + payload, hashlib.sha256).digest()[:_MAC_BYTES]
