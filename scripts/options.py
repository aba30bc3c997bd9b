"""The options that commands share."""

from typing import Annotated

import typer

StackName = Annotated[
    str | None,
    typer.Option("--stack", help="Take the settings from the outputs of this stack."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Give the result as JSON.")]
