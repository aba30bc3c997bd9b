"""`ops policy-check`."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.console import Console
from scripts.options import AsJson


def policy_check(
    state_file: Annotated[
        Path, typer.Argument(metavar="STATE.json", help="What `pulumi stack export` wrote.")
    ],
    *,
    as_json: AsJson = False,
    sarif: Annotated[
        Path | None, typer.Option(help="Also write the report for code-scanning tools here.")
    ] = None,
) -> None:
    """Hold an exported stack against the policies: no engine, no account, nothing is changed."""
    # The pack takes longer to load than all other commands together.
    from scripts import policy_check as procedure  # noqa: PLC0415

    console = Console(as_json=as_json)
    report = procedure.run_check(state_file)
    if sarif is not None:
        sarif.write_text(procedure.sarif(report, state_file), encoding="utf-8")
    shown = procedure.rows(report)
    if not as_json:
        shown = [{name: row[name] for name in row if name != "urn"} for row in shown]
    console.show("Violations", shown)
    console.say(
        f"Stack {report.stack or 'without resources'}: {len(report.violations)} violations, "
        f"{len(report.blocking)} of them would block a deployment."
    )
    raise typer.Exit(report.exit_code)
