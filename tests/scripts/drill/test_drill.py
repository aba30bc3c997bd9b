"""A whole drill, with a small database."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts import cli
from scripts.drill import report
from scripts.drill.course import DrillResult
from scripts.drill.exercise import Measured
from scripts.exit_codes import ExitCode

SYNCHRONOUS = Measured(
    replication="synchronous",
    cut_seconds=0,
    rto_seconds=1.5,
    decision_seconds=1,
    rpo_seconds=0,
    acknowledged=500,
    lost=0,
    lost_bytes=0,
    lag_bytes=0,
)


def test_a_drill_loses_nothing_that_must_not_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/usr/lib/postgresql/15/bin/initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed: apt-get install postgresql-15")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("METRICS_DIRECTORY", str(tmp_path))

    ran = CliRunner().invoke(cli.app, ["drill", "--json", "--rows", "5000"])

    assert ran.exit_code == ExitCode.OK, ran.output
    found = json.loads(ran.stdout)
    synchronous, asynchronous = found["losses"]
    assert (synchronous["lost"], synchronous["acknowledged"] > 0) == (0, True)
    assert asynchronous["lost"] > 0, "what was cut off is lost, or the drill proves nothing"
    assert asynchronous["lost_bytes"] <= asynchronous["lag_bytes"]
    assert found["restore"]["same"]
    assert "messaging_drill_ok 1\n" in (tmp_path / "ops_drill.prom").read_text()


@pytest.mark.parametrize(
    ("change", "ok"),
    [
        ({}, True),
        ({"lost": 1}, False),
        ({"replication": "asynchronous", "lost": 1, "lost_bytes": 5, "lag_bytes": 5}, True),
        ({"replication": "asynchronous", "lost": 1, "lost_bytes": 6, "lag_bytes": 5}, False),
        ({"replication": "asynchronous", "lost": 1, "lag_bytes": None}, False),
    ],
)
def test_a_loss_is_judged_by_what_was_promised(change: dict[str, object], ok: bool) -> None:
    loss = Measured(**{**vars(SYNCHRONOUS), **change})  # pyright: ignore[reportArgumentType]
    result = DrillResult(losses=(loss,), rejoin_seconds=3, restored=None)

    assert (loss.ok, result.ok, report.document(result)["ok"]) == (ok, ok, ok)
    assert report.gauges(result)[0].value == float(ok)
