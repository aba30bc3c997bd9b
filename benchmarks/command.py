"""Runs a program to its end, and tells what that took."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a program took and said.

    Attributes:
        seconds: from its start to its end.
        processor_seconds: of itself and of all that it started and waited for.
        code: its exit code.
        told: its standard output.
    """

    seconds: float
    processor_seconds: float
    code: int
    told: str


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Ran:
    """Run a program, whatever its exit code."""
    with TemporaryFile("w+") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT, text=True
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Ran(
            seconds=seconds,
            processor_seconds=used.ru_utime + used.ru_stime,
            code=process.returncode,
            told=output.read(),
        )
