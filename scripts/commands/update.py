"""`ops update`: packages and containers, one at a time."""

from pathlib import Path
from typing import Annotated

import typer

from scripts import services
from scripts.commands.health import checks
from scripts.context import AsJson, Context, StackName, begin
from scripts.health import check
from scripts.health.check import State
from scripts.locks import file_lock
from scripts.services.docker_host import DockerHost
from scripts.services.server_groups import ServerGroups
from scripts.settings import OpsSettings
from scripts.update import aws, docker_host

Named = Annotated[
    list[str] | None, typer.Argument(metavar="[SERVICE…]", help="Of a Docker host; else all.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; else it is only shown.")]
Packages = Annotated[bool, typer.Option(help="Packages of this Docker host too.")]

WATCHED = ("database", "cache", "application")
"""What has to be well before the next server is updated."""


def update(
    names: Named = None,
    *,
    yes: Yes = False,
    packages: Packages = True,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Show what would be updated; with --yes, update one after the other while all is healthy."""
    context = begin(stack, as_json=as_json)
    target = services.of(context.settings)
    if isinstance(target, DockerHost):
        _docker_host(context, target, names or [], yes=yes, packages=packages)
    elif isinstance(target, ServerGroups):
        _aws(context, target, yes=yes)


def _docker_host(
    context: Context, host: DockerHost, names: list[str], *, yes: bool, packages: bool
) -> None:
    if not yes:
        context.console.show("Containers that would be updated", docker_host.plan(host, names))
        if left := docker_host.left_out(host, names):
            context.console.say(left)
        if packages:
            pending = ", ".join(docker_host.pending_packages()) or "none"
            context.console.say(f"Packages that would be updated: {pending}.")
        context.console.say("Nothing was done: --yes does it.")
        return
    with file_lock(Path(context.settings.state_directory), "update"):
        if packages:
            docker_host.update_packages(context.console.say)
        docker_host.update_containers(host, names, context.console.say)


def _aws(context: Context, groups: ServerGroups, *, yes: bool) -> None:
    if not yes:
        context.console.show("What would be updated", aws.plan(groups))
        context.console.say("Nothing was done: --yes does it.")
        return
    with file_lock(Path(context.settings.state_directory), "update"):
        aws.update(groups, lambda: obstacle(context.settings), context.console.say)
    context.console.say("All servers are up to date.")


def obstacle(settings: OpsSettings) -> str | None:
    """Return what keeps the next server from being updated; what is not set is not asked."""
    found = check.run({name: each for name, each in checks(settings).items() if name in WATCHED})
    # A cache whose replica has not come back may not lose its primary as well: a warning counts.
    unwell = [f"{each.name}: {each.detail}" for each in found if each.state > State.OK]
    return "; ".join(unwell) or None
