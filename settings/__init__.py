"""Typed stack configuration: what a `Pulumi.<stack>.yaml` may say, and nothing else."""

from settings.faults import SettingsError
from settings.load import load_settings, read_stack_file
from settings.model import Settings

__all__ = ["Settings", "SettingsError", "load_settings", "read_stack_file"]
