"""JSON schema of a whole stack file, for editors: completion, descriptions, faults while typing."""

import json
from pathlib import Path
from typing import Any

from settings.load import SETTINGS_KEY
from settings.model import Settings

SCHEMA_FILE = Path(__file__).parents[1] / "docs/settings.schema.json"


def stack_file_schema() -> dict[str, Any]:
    """Return the schema of a `Pulumi.<stack>.yaml`; keys of Pulumi and providers stay free."""
    settings = Settings.model_json_schema()
    definitions = settings.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of messaging-app",
        "type": "object",
        "required": ["config"],
        "properties": {
            "config": {
                "type": "object",
                "required": [SETTINGS_KEY],
                "properties": {SETTINGS_KEY: {"$ref": "#/$defs/Settings"}},
            }
        },
        "$defs": {"Settings": settings, **definitions},
    }


def schema_text() -> str:
    """Return the exact content of `docs/settings.schema.json`."""
    return json.dumps(stack_file_schema(), indent=2, ensure_ascii=False) + "\n"
