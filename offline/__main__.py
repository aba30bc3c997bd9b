"""Commands of the offline stacks: `python -m offline up|preview|down --stack NAME`."""

import signal
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from offline import stack
from offline.errors import OfflineError
from offline.report import show_outputs
from offline.workspace import Workspace
from toolchain.errors import ToolchainError

app = typer.Typer(
    help="Run a stack on emulated AWS: no account, no download.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

FAILED = 1
INTERRUPTED = 130

StackName = Annotated[str, typer.Option("--stack", help="A stack with a Pulumi.<stack>.yaml.")]
Providers = Annotated[
    Literal["stand-in", "official"],
    typer.Option(
        help="Provider plugins: the stand-ins, or the official ones against emulated AWS."
    ),
]


def _session(name: str, providers: str = "stand-in") -> stack.Session:
    return stack.Session(Workspace(name), Console(), stand_ins=providers == "stand-in")


@app.command()
def up(name: StackName = "local", providers: Providers = "stand-in") -> None:
    """Bring a stack up and show its outputs."""
    session = _session(name, providers)
    outputs = stack.up(session)
    show_outputs(session.console, name, outputs)


@app.command()
def preview(name: StackName = "local", providers: Providers = "stand-in") -> None:
    """Show what an up would change."""
    stack.preview(_session(name, providers))


@app.command()
def down(name: StackName = "local") -> None:
    """Destroy a stack and end its emulator."""
    session = _session(name)
    session.say(stack.down(session))


def main() -> None:
    """Run a command; a foreseeable fault ends it with one sentence and no traceback."""
    # A shell starts background jobs with SIGINT ignored, and so would be all that they start: the
    # engine ends its plugins by SIGINT, and waits for five seconds when they ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    console = Console(stderr=True)
    try:
        app()
    except (OfflineError, ToolchainError, OSError) as error:
        console.print(f"[bold red]✗[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise SystemExit(FAILED) from None
    except SystemExit as end:
        # What Typer makes of Ctrl-C, without a word.
        if end.code == INTERRUPTED:
            console.print(
                "Interrupted. Run the same command again: it goes on from here. What policies said "
                "above, they said of an unfinished stack.",
                soft_wrap=True,
            )
        raise


if __name__ == "__main__":
    main()
