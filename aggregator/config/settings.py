"""What every section of the configuration is: frozen, strict about its keys, and discreet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr, SerializerFunctionWrapHandler, model_serializer

from aggregator.config.suggest import without_userinfo

MASK = "**********"

_Name = TypeVar("_Name", str, str | None)


class Settings(BaseModel):
    """A section. It shows neither values that came from the environment nor passwords in addresses."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    _hidden: frozenset[str] = PrivateAttr(default=frozenset())

    @classmethod
    def field_of(cls, key: str) -> str:
        """Return the field that a key of the YAML goes to."""
        return next(name for name, field in cls.model_fields.items() if key == (field.alias or name))

    def hide(self, name: str) -> None:
        """Never show the value of this field: it came from the environment."""
        self._hidden |= {name}

    def is_hidden(self, name: str) -> bool:
        """Whether the value of a field, or a part of it, came from the environment."""
        return name in self._hidden

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return self._shown(super().__repr_args__())

    @model_serializer(mode="wrap")
    def _dump(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return dict(self._shown(dump(self).items()))

    def _shown(self, values: Iterable[tuple[_Name, Any]]) -> Iterator[tuple[_Name, Any]]:
        hidden = self._hidden
        for name, value in values:
            if name in hidden:
                yield name, MASK
            else:
                yield name, without_userinfo(value) if isinstance(value, str) and "@" in value else value
