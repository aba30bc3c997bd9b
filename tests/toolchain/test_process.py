import os
from pathlib import Path

import pytest

from tests.toolchain import fakes
from toolchain.process import CommandFailedError, answer, run


class EnoughError(Exception):
    """Raised by a test that has seen enough."""


def test_output_and_errors_arrive_line_by_line(tmp_path: Path) -> None:
    lines: list[str] = []

    run([fakes.program(tmp_path / "tool", "echo one; echo two >&2")], lines.append)

    assert lines == ["one", "two"]


def test_failure_names_the_program_its_code_and_its_last_lines(tmp_path: Path) -> None:
    tool = fakes.program(
        tmp_path / "tool", "for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; done; exit 3"
    )

    with pytest.raises(CommandFailedError) as raised:
        answer([tool])

    assert str(raised.value).splitlines() == [
        f"{tool} ended with 3:",
        *(f"    line {i}" for i in range(3, 11)),
    ]


def test_program_that_cannot_be_started_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandFailedError) as raised:
        answer([tmp_path / "absent"])

    assert str(raised.value) == f"{tmp_path}/absent could not be started: No such file or directory"


def test_program_does_not_outlive_an_interruption(tmp_path: Path) -> None:
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise EnoughError

    with pytest.raises(EnoughError):
        run([fakes.program(tmp_path / "tool", "echo $$; exec sleep 60")], interrupt)

    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
