"""`ops failover` where RDS runs the databases."""

from collections.abc import Callable
from typing import Any

import typer

from scripts.context import Context
from scripts.exit_codes import ExitCode
from scripts.failover import observation, promotion, rds
from scripts.failover.inventory import Clients, Instance
from scripts.failover.rds import RdsRequest, Way
from scripts.failover.waiting import until
from scripts.faults import OpsError

CONNECT_SECONDS = 120
"""Until an instance that RDS calls available takes writes."""


def run(
    context: Context,
    clients: Clients,
    request: RdsRequest,
    connection: dict[str, str],
    *,
    yes: bool,
) -> None:
    """Show the plan, and do it with --yes.

    Args:
        connection: parameters of the replica; the new primary takes the same user and password.
    """
    made = rds.make(clients, request)
    steps = [] if made.refusal else rds.steps(made, request)
    console = context.console
    document: dict[str, Any] = {
        "servers": [_row("primary", made.primary), _row("replica", made.replica)],
        "way": made.way,
        "steps": steps,
        "refused": str(made.refusal) if made.refusal else None,
    }
    if not console.as_json:
        console.show("Now", document["servers"])
        for number, step in enumerate(steps, 1):
            console.say(f"{number}. {step}")
    if made.refusal or (made.way is not Way.NOTHING and not yes):
        if console.as_json:
            console.show_one("Failover", document)
        if made.refusal:
            raise made.refusal
        console.say("Nothing was touched. With --yes it is done.")
        return
    primary, changed = act(clients, request, connection, console.say)
    console.show_one("Failover", {"primary": primary.name, "changed": changed})
    if not changed:
        lately = (
            f", was rebooted at {made.rebooted:%H:%M:%S} UTC and takes writes: --force reboots it "
            "again"
            if made.rebooted
            else ", and nothing is left to do"
        )
        console.say(f"{primary.name} is the primary already{lately}.")
        raise typer.Exit(ExitCode.ALREADY)


def act(
    clients: Clients, request: RdsRequest, connection: dict[str, str], tell: Callable[[str], None]
) -> tuple[Instance, bool]:
    """Do it; return the primary of now, and whether anything had to be done.

    Raises:
        OpsError: it may not be done, or did not end in time.
    """
    done = rds.fail_over(
        clients, request, lambda address: prove({**connection, "host": address}), tell
    )
    primary = done.primary if done.way in {Way.REBOOT, Way.NOTHING} else done.replica
    return primary, done.way is not Way.NOTHING


def prove(connection: dict[str, str]) -> None:
    """Commit on a server that has just become the primary.

    Raises:
        OpsError: it takes no writes.
    """

    def ready() -> bool:
        return observation.observe(connection).takes_writes

    if not until(ready, CONNECT_SECONDS, pause_seconds=1):
        raise OpsError(
            f"{connection['host']} takes no writes within {CONNECT_SECONDS} s; no name was "
            "changed. Run this again."
        )
    with observation.session(connection) as session:
        promotion.prove(session)


def _row(role: str, instance: Instance) -> dict[str, Any]:
    return {
        "is": role,
        "instance": instance.name,
        "status": instance.status,
        "zones": "several" if instance.multi_az else "one",
        "replica_of": instance.source,
    }
