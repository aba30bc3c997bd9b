"""How much is done at the same time when nobody says it."""

import os

import pytest
from typer.testing import CliRunner

from scripts.backup.dump import BackupRequest
from scripts.cli import app


@pytest.mark.parametrize(("processors", "jobs"), [(1, 4), (4, 4), (16, 16), (96, 16)])
def test_a_backup_keeps_every_processor_busy_that_it_may_use(
    monkeypatch: pytest.MonkeyPatch, processors: int, jobs: int
) -> None:
    def usable(_process: int) -> set[int]:
        return set(range(processors))

    monkeypatch.setattr(os, "sched_getaffinity", usable)
    assert BackupRequest(connection={}, environment="test").jobs == jobs


@pytest.mark.parametrize("command", ["backup", "verify", "restore"])
def test_the_help_says_on_what_the_default_depends(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"]).output
    assert "[default: (this machine's processors, 4 to 16); 1<=x<=64]" in " ".join(shown.split())
