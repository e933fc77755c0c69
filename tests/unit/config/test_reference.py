import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from aggregator.config import models, shipped_dir
from aggregator.config.reference import EXAMPLE, main, reference
from tests.unit.config.conftest import Loader


def all_models() -> Iterator[type[BaseModel]]:
    for value in vars(models).values():
        if isinstance(value, type) and issubclass(value, models.Settings) and value is not models.Settings:
            yield value


def test_the_page_in_the_repository_is_that_of_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    main()

    page = shipped_dir("config").parent / "docs" / "reference" / "configuration.md"
    committed = page.read_text(encoding="utf-8")
    assert committed == capsys.readouterr().out, (
        "run: python -m aggregator.config.reference > docs/reference/configuration.md"
    )


@pytest.mark.parametrize("model", list(all_models()), ids=lambda model: model.__name__)
def test_every_setting_is_described_and_in_the_reference(model: type[BaseModel]) -> None:
    rows = reference()

    for name, field in model.model_fields.items():
        assert field.description, f"{model.__name__}.{name}"
        assert f"| `{field.alias or name}` |" in rows


def test_the_example_can_be_loaded(load_text: Loader) -> None:
    config = load_text(EXAMPLE, {"WEBHOOK_SECRET": "a", "SMTP_PASSWORD": "b", "CONTROL_ROOM_TOKEN": "c" * 16})

    assert [source.name for source in config.sources] == ["spacenews", None]


def test_the_example_shows_every_section() -> None:
    assert set(re.findall(r"^(\w+):", EXAMPLE, re.MULTILINE)) == set(models.Config.model_fields) - {
        "templates",
        "include",
    }


def test_required_keys_and_defaults_are_told() -> None:
    rows = reference()

    assert "| `url` | address | required | Address of the feed, page or sitemap; of a mailbox, " in rows
    assert "| `timeout` | duration | `20s` |" in rows
    assert "| `allow_private` | true, false, or a list of hosts and networks | `false` |" in rows
    assert "| `kind` | auto, feed, page, sitemap, watch or mailbox | `auto` |" in rows
