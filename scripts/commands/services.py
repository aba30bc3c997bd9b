"""`ops status`, `ops restart`, `ops logs`, `ops scale-up`: what serves (guide, "Scaling")."""

from typing import Annotated

import typer

from scripts import services
from scripts.context import AsJson, StackName, begin
from scripts.services import ScaleUp

Some = Annotated[list[str], typer.Argument(metavar="SERVICE…", help="Such as api or websocket.")]
AnyOf = Annotated[
    list[str] | None, typer.Argument(metavar="[SERVICE…]", help="All when none is named.")
]
Tail = Annotated[int, typer.Option("--tail", min=1, max=10_000, help="Lines of each.")]
More = Annotated[int, typer.Option("--by", min=1, max=50, help="How many more.")]
Timeout = Annotated[float, typer.Option("--timeout", min=1, help="Seconds until all are healthy.")]


def status(stack: StackName = None, as_json: AsJson = False) -> None:
    """Show every container or server of the application, and whether it is healthy."""
    context = begin(stack, as_json=as_json)
    context.console.show("Services", services.of(context.settings).status())


def restart(names: Some, stack: StackName = None, as_json: AsJson = False) -> None:
    """Restart services, one after the other, and wait until each is healthy."""
    context = begin(stack, as_json=as_json)
    services.of(context.settings).restart(names, context.console.say)
    context.console.say(f"Healthy again: {', '.join(names)}.")
    if as_json:
        context.console.show_one("Restarted", {"services": names, "healthy": True})


def logs(
    names: AnyOf = None, tail: Tail = 100, stack: StackName = None, as_json: AsJson = False
) -> None:
    """Print the last lines that services wrote."""
    context = begin(stack, as_json=as_json)
    lines = list(services.of(context.settings).logs(names or [], tail))
    if as_json:
        context.console.show("Lines", [{"line": line} for line in lines])
        return
    for line in lines:
        typer.echo(line)
    if not lines:
        context.console.say("There are no lines.")


def scale_up(
    name: Annotated[str, typer.Argument(metavar="SERVICE", help="api or websocket.")],
    by: More = 1,
    timeout: Timeout = 900,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Start more of one service, within its limits, and wait until they are healthy."""
    context = begin(stack, as_json=as_json)
    request = ScaleUp(service=name, by=by, seconds=timeout)
    done = services.of(context.settings).scale_up(request, context.console.say)
    context.console.say(done)
    if as_json:
        context.console.show_one("Scaled up", {"service": name, "by": by, "done": done})
