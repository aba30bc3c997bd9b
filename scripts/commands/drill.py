"""`ops drill`: what losing the database would cost, measured before it happens."""

from typing import Annotated

import typer

from scripts.context import AsJson, StackName, begin
from scripts.drill import course, report
from scripts.drill.messages import MESSAGES
from scripts.exit_codes import ExitCode


def drill(
    stack: StackName = None,
    as_json: AsJson = False,
    rows: Annotated[int, typer.Option(min=1000, help="Messages in the database.")] = MESSAGES,
) -> None:
    """Lose a primary under load on servers of its own, fail over, restore a backup, and count."""
    context = begin(stack, as_json=as_json)
    console = context.console
    result = course.run(console.say, rows=rows)
    if as_json:
        console.show_one("Drill", report.document(result))
    else:
        console.show("Loss of the primary under load", report.rows(result))
        console.say(f"The lost primary was back as the standby after {result.rejoin_seconds} s.")
        if done := result.restored:
            same = "the same, row by row" if done.same else "NOT the same"
            console.say(
                f"Backup of {done.rows:,} rows in {done.backup_seconds} s, restored to a third "
                f"server in {done.restore_seconds} s: {same}."
            )
    context.keep_metrics("drill", report.gauges(result))
    if not result.ok:
        console.fail("The drill lost what must not be lost.")
        raise typer.Exit(ExitCode.DAMAGED)
