import json
import os
import subprocess
import sys
from pathlib import Path

from scripts.drill import servers
from scripts.exit_codes import ExitCode
from tests.scripts.failover.conftest import Pair, is_primary, written

ROOT = Path(__file__).parents[3]

Ran = subprocess.CompletedProcess[str]


def environment(pair: Pair, **more: str) -> dict[str, str]:
    known = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": pair.primary.url(),
        "DATABASE_REPLICA_URL": pair.standby.url(),
        "FAILOVER_LOG": str(pair.log),
        "PRIMARY_DATA_DIRECTORY": str(pair.primary.data),
        "RECONNECT_COMMAND": "echo moved >>moved",
        "METRICS_DIRECTORY": str(pair.folder / "metrics"),
    }
    return {**known, **more}


def ops(pair: Pair, *arguments: str, **more: str) -> Ran:
    """Run the command as a shell does, in the application's folder."""
    return subprocess.run(
        [sys.executable, "-m", "scripts", "failover", *arguments],
        cwd=pair.env_file.parent,
        env=environment(pair, **more),
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def test_without_yes_the_plan_is_shown_and_nothing_is_touched(pair: Pair) -> None:
    ran = ops(pair)

    assert ran.returncode == ExitCode.OK
    assert f"1. Make 127.0.0.1:{pair.primary.port} read-only and end its sessions." in ran.stderr
    assert "Lag: 0 bytes." in ran.stderr
    assert ran.stderr.endswith("Nothing was touched. With --yes it is done.\n")
    assert "standby" in ran.stdout
    assert is_primary(pair.primary)


def test_a_plan_for_programs_is_one_document(pair: Pair) -> None:
    found = json.loads(ops(pair, "--json").stdout)

    assert (found["lag_bytes"], found["refused"]) == (0, None)
    assert [server["is"] for server in found["servers"]] == ["primary", "standby"]


def test_with_yes_it_is_done_and_the_second_run_has_a_code_of_its_own(pair: Pair) -> None:
    first, second = ops(pair, "--yes", "--json"), ops(pair, "--yes")

    assert first.returncode == ExitCode.OK, first.stderr
    assert json.loads(first.stdout)["primary"] == f"127.0.0.1:{pair.standby.port}"
    assert second.returncode == ExitCode.ALREADY
    assert second.stderr.endswith("is the primary already, and nothing is left to do.\n")
    assert "messaging_failover_lost_bytes 0\n" in (
        pair.folder / "metrics" / "ops_failover.prom"
    ).read_text(encoding="utf-8")


def test_what_was_lost_is_said_and_metrics_that_cannot_be_written_cost_nothing(pair: Pair) -> None:
    directory = f"{pair.env_file}/metrics"

    ran = ops(pair, "--yes", METRICS_DIRECTORY=directory)

    assert ran.returncode == ExitCode.OK, ran.stderr
    assert "After" in ran.stdout
    assert "Write-ahead log that was lost: 0 bytes.\n" in ran.stderr
    told = f"! The metrics of failover could not be written to {directory}: Not a directory."
    assert told in ran.stderr
    assert not is_primary(pair.primary)


def test_a_refusal_has_a_sentence_and_a_code(pair: Pair) -> None:
    servers.kill(pair.primary)

    ran = ops(pair, "--yes")

    assert ran.returncode == ExitCode.REFUSED
    assert ran.stderr.count("✗") == 1
    assert "--fenced-by-me" in ran.stderr


def test_wrong_credentials_are_one_sentence(pair: Pair) -> None:
    wrong = pair.standby.url().replace(pair.standby.password, "hunter2")

    ran = ops(pair, "--yes", DATABASE_URL=wrong, DATABASE_REPLICA_URL=wrong)

    assert ran.returncode == ExitCode.UNREACHABLE
    assert ran.stderr.splitlines()[-1].startswith("✗ The standby 127.0.0.1:")
    assert "Traceback" not in ran.stderr
    assert "hunter2" not in ran.stderr


def test_a_record_that_cannot_be_written_is_told_before_anything_is_touched(pair: Pair) -> None:
    ran = ops(pair, "--yes", FAILOVER_LOG="/proc/failover.jsonl")

    assert ran.returncode != ExitCode.OK
    assert "Traceback" not in ran.stderr
    assert is_primary(pair.primary)


def test_two_people_at_once_promote_once(pair: Pair) -> None:
    command = [sys.executable, "-m", "scripts", "failover", "--yes"]
    running = [
        subprocess.Popen(
            command,
            cwd=pair.env_file.parent,
            env=environment(pair, FAILOVER_LOG=str(pair.folder / name / "failover.jsonl")),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        # As on two machines: they share no lock but that of the standby.
        for name in ("one", "other")
    ]
    said = [process.communicate(timeout=300)[1] for process in running]

    codes = sorted(process.returncode for process in running)
    assert codes in ([0, ExitCode.LOCKED], [0, ExitCode.ALREADY]), said
    assert is_primary(pair.standby) and not is_primary(pair.primary)
    assert pair.moved() == 1
    with pair.standby.connect() as session:
        query = "SELECT timeline_id FROM pg_control_checkpoint()"
        session.execute("CHECKPOINT")
        assert session.execute(query).fetchone() == (2,)


def test_the_old_primary_comes_back_by_the_command(pair: Pair) -> None:
    ops(pair, "--yes")
    rejoin = ("--rejoin", "--data", str(pair.primary.data), "--start-command", "true")
    arguments = {"DATABASE_URL": pair.standby.url()}

    shown = ops(pair, *rejoin, **arguments)
    refused = ops(pair, "--rejoin", "--data", str(pair.standby.data), **arguments)

    assert shown.returncode == ExitCode.OK, shown.stderr
    assert "Keep the log on" in shown.stderr
    assert refused.returncode == ExitCode.REFUSED
    assert written(pair.standby) == set()
