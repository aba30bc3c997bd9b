"""What a person sees after `make up`."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from offline.provider.values import is_list, is_map

DEFAULT_STACK = "local"


def show_outputs(console: Console, stack: str, outputs: Mapping[str, Any]) -> None:
    """The outputs as a table, or as `name value` lines where no terminal sets a width."""
    rows = [(name, _text(outputs[name])) for name in sorted(outputs)]
    if console.is_terminal:
        table = Table(title=f"Outputs of stack {stack}", title_justify="left")
        table.add_column("output", style="bold", no_wrap=True)
        table.add_column("value", overflow="fold")
        for name, value in rows:
            # Plain text: an ARN contains `:secret:`, which rich would turn into a picture.
            table.add_row(name, Text(value))
        console.print(table)
    else:
        console.print(f"Outputs of stack {stack}")
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            for line in value.splitlines() or [""]:
                console.print(Text(f"  {name.ljust(width)}  {line}"), soft_wrap=True)
    console.print(next_steps(stack), highlight=False, soft_wrap=True)


def next_steps(stack: str) -> str:
    """What one can do with the stack now that it is up."""
    which = "" if stack == DEFAULT_STACK else f" STACK={stack} OFFLINE=1"
    steps = {
        f"make up{which}": "again: every resource is unchanged",
        "make preview STACK=prod OFFLINE=1": "rehearse production's configuration",
        "set -a; . .offline/env; set +a": "then pulumi and boto3 work against what is up",
        f"make down{which}": "destroy it all",
    }
    width = max(map(len, steps))
    lines = [f"  {command.ljust(width)}  {what}" for command, what in steps.items()]
    return "\n".join(["", "[bold]What next[/]", *lines, ""])


def _text(value: Any) -> str:
    if is_map(value):
        return "\n".join(f"{key}  {item}" for key, item in sorted(value.items()))
    if is_list(value):
        return "\n".join(str(item) for item in value)
    return str(value)
