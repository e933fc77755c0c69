import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from aggregator.config import shipped_dir
from aggregator.config.reference import EXAMPLE
from aggregator.config.schema import main, published_schema
from tests.unit.config.test_secrets import TEXT


def mistakes(text: str) -> list[str]:
    values: Any = YAML(typ="safe", pure=True).load(text)
    return [error.message for error in Draft202012Validator(published_schema()).iter_errors(values)]


def test_the_schema_in_the_repository_is_that_of_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    main()

    committed = (shipped_dir("config") / "schema.json").read_text(encoding="utf-8")
    assert committed == capsys.readouterr().out, "run: python -m aggregator.config.schema > config/schema.json"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(published_schema())


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE,
        TEXT,
        "categories: [{name: a, any: [b]}]",
        "fetch: {every: 1h, min_every: '${MIN:-5m}', max_body: 1MiB, allow_private: [10.0.0.0/8]}",
        "fetch:\n  workers: ${WORKERS}\n  allow_private: ${OPEN:-false}\n",
        "sources: [{url: '${URL}', kind: '${KIND}', every: auto}]",
        "fetch: {politeness: {per: domain, connections: 1, spacing: 250ms}}",
        "sources: [{url: 'https://a.example/', politeness: {group: a}, throttled_by: [403, '${STATUS}']}]",
    ],
)
def test_what_can_be_loaded_fits_the_schema(text: str) -> None:
    assert mistakes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "sourcs: []",
        "fetch: {every: 30}",
        "fetch: {every: 5 bananas}",
        "fetch: {workers: 0}",
        "fetch: {max_body: 15}",
        "sources: [{name: a}]",
        "sources: [{url: 'ftp://a.example/'}]",
        "sources: [{url: 'https://a.example/', kind: rss}]",
        "sources: [{url: 'https://a.example/', throttled_by: [200]}]",
        "sources: [{url: 'https://a.example/', headers: {X-Key: 5}}]",
        "fetch: {politeness: {spacing: 0ms}}",
        "categories: [{name: A b}]",
        "digests: [{name: a, to: [{sms: '1'}]}]",
        "digests: [{name: a, to: []}]",
    ],
)
def test_editors_see_what_is_wrong(text: str) -> None:
    assert mistakes(text) != []


def test_durations_and_sections_have_the_defaults_that_people_would_write() -> None:
    sections = published_schema()["$defs"]

    assert sections["FetchSettings"]["properties"]["min_every"]["default"] == "30m"
    assert sections["FetchSettings"]["properties"]["max_body"]["default"] == "15MB"
    assert sections["SourceConfig"]["properties"]["kind"]["default"] == "auto"
    assert not any("default" in part for part in published_schema()["properties"].values())


def test_every_section_refuses_unknown_keys() -> None:
    schema = published_schema()

    sections = [schema, *(part for part in schema["$defs"].values() if part.get("type") == "object")]
    assert len(sections) > 10
    assert all(section["additionalProperties"] is False for section in sections)


def test_the_files_that_are_shipped_fit_the_schema() -> None:
    files: list[Path] = sorted(shipped_dir("config").glob("*.yaml"))

    assert {file.name: mistakes(file.read_text(encoding="utf-8")) for file in files} == {
        file.name: [] for file in files
    }


def test_the_schema_is_written_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    main()

    assert json.loads(capsys.readouterr().out) == published_schema()
