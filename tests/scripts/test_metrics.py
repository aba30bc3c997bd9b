from pathlib import Path

import pytest

from scripts import metrics
from scripts.metrics import Gauge

FINISHED = Gauge(name="ops_run_seconds", help="Of the last run.", value=1764000000.25)


def test_gauges_of_one_name_stand_together_under_one_head() -> None:
    gauges = [
        Gauge(name="b_bytes", help="Size.", value=2, labels={"table": 'odd "name"\n\\'}),
        Gauge(name="a", help="First.", value=0.5),
        Gauge(name="b_bytes", help="Size.", value=3, labels={"table": "b"}),
    ]
    assert metrics.text(gauges) == (
        "# HELP a First.\n# TYPE a gauge\na 0.5\n"
        "# HELP b_bytes Size.\n# TYPE b_bytes gauge\n"
        'b_bytes{table="odd \\"name\\"\\n\\\\"} 2\nb_bytes{table="b"} 3\n'
    )


def test_a_time_keeps_its_fraction() -> None:
    assert "ops_run_seconds 1764000000.25\n" in metrics.text([FINISHED])


def test_a_file_is_readable_to_the_exporter_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    metrics.write(str(tmp_path / "new"), "backup", [FINISHED], warn=pytest.fail)

    (file,) = (tmp_path / "new").iterdir()
    assert file.name == "ops_backup.prom"
    assert file.stat().st_mode & 0o777 == 0o644


def test_a_failed_write_is_told_and_leaves_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics.write(str(tmp_path), "backup", [FINISHED], warn=pytest.fail)

    def full(_descriptor: int, _mode: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fchmod", full)
    told: list[str] = []
    metrics.write(str(tmp_path), "backup", [], warn=told.append)

    assert told == [
        f"The metrics of backup could not be written to {tmp_path}: No space left on device. What "
        "they are about is done, and Prometheus sees the figures of an earlier run: make that "
        "folder writable, or name another one in METRICS_DIRECTORY."
    ]
    (file,) = tmp_path.iterdir()
    assert "1764000000.25" in file.read_text()


def test_without_a_directory_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    metrics.write(None, "backup", [FINISHED], warn=pytest.fail)
    assert list(tmp_path.iterdir()) == []
