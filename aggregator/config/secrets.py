"""The secrets of a configuration, to be taken out of whatever is shown, logged or stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

from aggregator.config.settings import MASK

# What is shorter is found by chance in any text.
_SHORTEST = 4
# A part of an address that is as long as this, or long and of letters and digits, is a token and no word.
_TOKEN = re.compile(r"[^/?&=:@#,]{16,}|(?=[^/?&=:@#,]*[0-9])(?=[^/?&=:@#,]*[A-Za-z])[^/?&=:@#,]{8,}")


class Secrets:
    """Everything that must not be shown: passwords, keys, and addresses that are as good as passwords."""

    def __init__(self, *holders: object) -> None:
        """``holders`` are sections of the configuration, or secrets themselves."""
        found = {each for secret in _secrets(holders) for each in _forms(secret)}
        longest_first = sorted(found, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if found else None

    def mask(self, text: str) -> str:
        """Return the text with every secret, and every telling part of one, replaced."""
        return self._pattern.sub(MASK, text) if self._pattern else text


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, Mapping):
        yield from _secrets(list(value.values()))
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        for each in value:
            yield from _secrets(each)


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret and what libraries may show of it: its bare key, the tokens of an address, also as JSON has it."""
    parts = [secret, secret.removeprefix("whsec_")]
    if "://" in secret:
        try:
            host = urlsplit(secret).hostname or ""
        except ValueError:
            host = ""
        rest = secret.partition("://")[2]
        parts += [each for each in _TOKEN.findall(rest) if each.lower() != host]
        parts += re.findall(r":([^/@]+)@", rest)
    for part in parts:
        forms = {part, unquote(part), json.dumps(part, ensure_ascii=False)[1:-1]}
        yield from (each for each in forms if len(each) >= _SHORTEST)
