"""Reads settings, and says in plain sentences what is wrong with them."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from settings.faults import SettingsError, sentences
from settings.model import Settings

SETTINGS_KEY = "messaging-app:settings"
"""Where a stack file holds the settings, under `config`."""


def load_settings(raw: object) -> Settings:
    """Return the settings that `raw` (what YAML or JSON gave) means.

    Raises:
        SettingsError: with one sentence for each fault. Rules between fields are only checked
            once each field is right on its own.
    """
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise SettingsError(sentences(error)) from None


def read_stack_file(path: Path) -> Settings:
    """Return the settings of a `Pulumi.<stack>.yaml`, without starting the engine.

    Raises:
        SettingsError: the file cannot be read, is not YAML, lacks the settings, or they have
            faults; every sentence begins with the file's name.
    """
    source = str(path)
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SettingsError([f"the file cannot be read: {reason}."], source) from None
    except yaml.MarkedYAMLError as error:
        raise SettingsError([_yaml_fault(error)], source) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError([f"this is not YAML: {error}."], source) from None
    try:
        raw: object = content["config"][SETTINGS_KEY]
    except (KeyError, TypeError):
        missing = f'there is no "{SETTINGS_KEY}" under "config"; copy one from Pulumi.prod.yaml.'
        raise SettingsError([missing], source) from None
    try:
        return load_settings(raw)
    except SettingsError as error:
        raise SettingsError(error.sentences, source) from None


def _yaml_fault(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f" in line {mark.line + 1}" if mark else ""
    return f"this is not YAML: {error.problem or error.context}{place}."
