"""Runs PostgreSQL's own programs with streams in and out."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Final

from scripts.faults import OpsError

READ: Final = 1 << 20
SHOWN: Final = 400
"""Characters of what a program said that go into a message."""


class ProgramError(OpsError):
    """A program ended with a fault; the message has what it said."""


def output(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[bytes]:
    """Yield what a program writes. Left early, it is ended.

    Raises:
        ProgramError: it failed; what was yielded is then not all.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            while process.stdout and (data := process.stdout.read(READ)):
                yield data
            if process.wait():
                raise _fault(command, errors)
        finally:
            _end(process)


def fed(command: Sequence[str], environment: Mapping[str, str], pieces: Iterator[bytes]) -> None:
    """Give a program what to read.

    Raises:
        ProgramError: it failed.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            for piece in pieces:
                if process.stdin is None or process.poll() is not None:
                    break
                process.stdin.write(piece)
            if process.stdin:
                process.stdin.close()
        except BrokenPipeError:
            pass  # its own words, below, say why
        finally:
            if process.stdin and process.stdin.closed:
                process.wait()
            _end(process)
        if process.returncode:
            raise _fault(command, errors)


def run(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run a program to its end.

    Raises:
        ProgramError: it failed.
    """
    for _ in output(command, environment):
        pass


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            try:
                stream.close()
            except BrokenPipeError:
                continue


def _fault(command: Sequence[str], errors: IO[bytes]) -> ProgramError:
    errors.seek(0)
    said = " ".join(errors.read().decode(errors="replace").split())
    name = command[0].rpartition("/")[2]
    return ProgramError(f"{name} failed: {said[:SHOWN].rstrip('.')}.")
