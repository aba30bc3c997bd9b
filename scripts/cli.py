"""Which commands `ops` has, and how any of them ends."""

import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import cast

import typer
from typer.core import TyperCommand, TyperGroup

from scripts.console import Console
from scripts.exit_codes import ExitCode
from scripts.faults import explained

COMMANDS: Mapping[str, str] = {
    "backup": "backup.backup",
    "backups": "backup.backups",
    "verify": "backup.verify",
    "restore": "restore.restore",
    "media-backup": "media.media_backup",
    "media-restore": "media.media_restore",
    "policy-check": "policy_check.policy_check",
    "failover": "failover.failover",
    "drill": "drill.drill",
    "settings": "configuration.settings",
    "health": "health.health",
    "status": "services.status",
    "restart": "services.restart",
    "logs": "services.logs",
    "scale-up": "services.scale_up",
    "incident": "incident.incident",
    "migrate": "migrate.migrate",
    "maintenance": "maintenance.maintenance",
    "update": "update.update",
    "security-scan": "security.security_scan",
}
"""Name → module and function in `scripts.commands`."""


class Commands(TyperGroup):
    """Imports a command when it is asked for: the clients that others use take long to import."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 (Typer gives it)
        """Return their names, in the order of the guide."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: object,  # noqa: ARG002 (as above)
        cmd_name: str,
    ) -> TyperCommand | None:
        """Return the command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name].split(".")
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name)(getattr(import_module(f"scripts.commands.{module}"), function))
        return cast("TyperCommand", typer.main.get_command(app))


app = typer.Typer(
    cls=Commands,
    name="ops",
    help="The operations guide's procedures. Settings: see .env.example, or --stack.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def ops() -> None:
    """The operations guide's procedures. Settings: see .env.example, or --stack."""


def main() -> None:
    """Run a command. A foreseeable fault ends it with a sentence, Ctrl-C and SIGTERM in order."""
    # A timer's stop ends a command as Ctrl-C does: what it began is given up properly.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app(prog_name="ops")
    except SystemExit as end:
        # What Typer makes of Ctrl-C, without a word.
        if end.code == ExitCode.INTERRUPTED:
            Console().fail("Interrupted.")
        raise
    except Exception as error:
        fault = explained(error)
        if fault is None:
            raise
        Console().fail(str(fault))
        sys.exit(fault.code)
