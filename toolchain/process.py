"""Run a program to its end while its output is followed."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_LINES_KEPT = 8


class CommandFailedError(Exception):
    """A program ended with an error; the message names it and gives its last lines."""


def run(
    command: Sequence[str | Path],
    on_line: Callable[[str], None],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run `command`, passing each line of its output and errors to `on_line`.

    The program never outlives this call. Raises CommandFailedError when it cannot be started or
    ends with an exit code other than 0.
    """
    last_lines: list[str] = []
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise CommandFailedError(f"{command[0]} could not be started: {error.strerror}") from error
    with process:
        try:
            for line in process.stdout or ():
                on_line(line.rstrip())
                last_lines = [*last_lines[1 - _LINES_KEPT :], line.rstrip()]
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        shown = "\n    ".join(last_lines)
        raise CommandFailedError(f"{command[0]} ended with {process.returncode}:\n    {shown}")


def answer(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """Run `command` and return what it printed. Raises CommandFailedError as `run` does."""
    lines: list[str] = []
    run(command, lines.append, env=env)
    return "\n".join(lines)
