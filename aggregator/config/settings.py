"""What every section of the configuration is: frozen, strict about its keys, and discreet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, PrivateAttr, SerializerFunctionWrapHandler, model_serializer

from aggregator.config.suggest import without_userinfo

MASK = "**********"


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
        for name, value in super().__repr_args__():
            yield name, self._shown(name, value)

    @model_serializer(mode="wrap")
    def _dump(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: self._shown(name, value) for name, value in dump(self).items()}

    def _shown(self, name: str | None, value: Any) -> Any:  # noqa: ANN401
        if name in self._hidden:
            return MASK
        return without_userinfo(value) if isinstance(value, str) and "@" in value else value
