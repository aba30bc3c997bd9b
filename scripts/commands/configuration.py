"""`ops settings`: what the other commands would work on."""

from pydantic import SecretStr

from scripts.context import AsJson, StackName, begin
from scripts.settings import OpsSettings

HIDDEN = "set, not shown"


def settings(stack: StackName = None, as_json: AsJson = False) -> None:
    """Show the settings in force; secrets only say whether they are set."""
    context = begin(stack, as_json=as_json)
    context.console.show_one("Settings", shown(context.settings))


def shown(given: OpsSettings) -> dict[str, str | None]:
    """Return variable → value, without secrets."""
    return {
        name.upper(): HIDDEN if isinstance(value, SecretStr) else value for name, value in given
    }
