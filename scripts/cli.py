"""Which commands `ops` has, and how any of them ends."""

import signal
import sys

import typer

from scripts.commands import (
    backup,
    configuration,
    drill,
    failover,
    health,
    incident,
    maintenance,
    media,
    migrate,
    policy_check,
    restore,
    security,
    services,
    update,
)
from scripts.console import Console
from scripts.exit_codes import ExitCode
from scripts.faults import explained

app = typer.Typer(
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


app.command("backup")(backup.backup)
app.command("backups")(backup.backups)
app.command("verify")(backup.verify)
app.command("restore")(restore.restore)
app.command("media-backup")(media.media_backup)
app.command("media-restore")(media.media_restore)
app.command("policy-check")(policy_check.policy_check)
app.command("failover")(failover.failover)
app.command("drill")(drill.drill)
app.command("settings")(configuration.settings)
app.command("health")(health.health)
app.command("status")(services.status)
app.command("restart")(services.restart)
app.command("logs")(services.logs)
app.command("scale-up")(services.scale_up)
app.command("incident")(incident.incident)
app.command("migrate")(migrate.migrate)
app.command("maintenance")(maintenance.maintenance)
app.command("update")(update.update)
app.command("security-scan")(security.security_scan)


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
