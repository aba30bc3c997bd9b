from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from settings.schema import SCHEMA_FILE, schema_text, stack_file_schema
from tests.settings.example import EXAMPLE, with_value

ROOT = Path(__file__).parents[2]
STACK_FILES = sorted(ROOT.glob("Pulumi.*.yaml"))


def faults(settings: object) -> list[str]:
    # Typed as Any, because the stubs of jsonschema know only literal JSON.
    validator: Any = jsonschema.Draft202012Validator(stack_file_schema())
    found = validator.iter_errors({"config": {"messaging-app:settings": settings}})
    return [fault.json_path for fault in found]


def test_the_committed_schema_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "run: python -m settings schema"
    )


def test_the_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(stack_file_schema())


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_every_stack_file_follows_the_schema_and_names_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    jsonschema.validate(yaml.safe_load(text), stack_file_schema())
    comment, _, location = text.splitlines()[0].partition("$schema=")
    assert comment == "# yaml-language-server: "
    assert (ROOT / location) == SCHEMA_FILE


def test_the_example_follows_the_schema() -> None:
    assert faults(EXAMPLE) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("regoin", "eu-central-1"),
        ("region", "eu-middle-1"),
        ("servers.Api", EXAMPLE["servers"]["api"]),
        ("servers.api.min_size", 0),
        ("network.cidr", "office"),
        ("network.zones", ["eu-central-1a"]),
        ("database.engine_version", 16.4),
    ],
)
def test_an_editor_sees_what_loading_would_refuse(path: str, value: object) -> None:
    assert len(faults(with_value(path, value))) == 1


def test_every_setting_is_described() -> None:
    settings = stack_file_schema()["$defs"]
    undescribed = [
        f"{model}.{name}"
        for model, definition in settings.items()
        for name, setting in definition["properties"].items()
        if not setting.get("description")
    ]
    assert undescribed == []
