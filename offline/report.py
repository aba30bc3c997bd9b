"""What a person sees after `make up`."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from offline.provider.values import is_list, is_map

NEXT_STEPS = """
[bold]What next[/]
  make up                           again: every resource is unchanged
  make preview STACK=prod OFFLINE=1 rehearse production's configuration
  set -a; . .offline/env; set +a    then pulumi, aws and boto3 work against what is up
  make down                         destroy it all
"""


def show_outputs(console: Console, stack: str, outputs: Mapping[str, Any]) -> None:
    """The outputs as a table: lists a line each, maps as `key value` lines."""
    table = Table(title=f"Outputs of stack {stack}", title_justify="left")
    table.add_column("output", style="bold", no_wrap=True)
    table.add_column("value", overflow="fold")
    for name in sorted(outputs):
        # Plain text: an ARN contains `:secret:`, which rich would turn into a picture.
        table.add_row(name, Text(_text(outputs[name])))
    console.print(table)
    console.print(NEXT_STEPS, highlight=False, soft_wrap=True)


def _text(value: Any) -> str:
    if is_map(value):
        return "\n".join(f"{key}  {item}" for key, item in sorted(value.items()))
    if is_list(value):
        return "\n".join(str(item) for item in value)
    return str(value)
