import re
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from scripts import cli
from scripts.commands import configuration
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

ROOT = Path(__file__).parents[2]
OPS = ROOT / ".venv" / "bin" / "ops"


def keep_handlers(_number: int, _handler: object) -> None:
    """Leave the signals of the tests' own process as they are."""


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    """Return what the process would end with."""
    monkeypatch.setattr("sys.argv", ["ops", *arguments])
    monkeypatch.setattr("signal.signal", keep_handlers)
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code


def break_settings(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(_given: object) -> None:
        raise error

    monkeypatch.setattr(configuration, "shown", fail)


def test_a_command_that_is_done_ends_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "settings") == ExitCode.OK


def test_a_wrong_command_line_ends_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "no-such-command") == ExitCode.USAGE


def test_a_fault_is_a_sentence_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_settings(monkeypatch, OpsError("There is no [backup] yet.", ExitCode.NOT_FOUND))

    assert run(monkeypatch, "settings") == ExitCode.NOT_FOUND
    assert capsys.readouterr() == ("", "✗ There is no [backup] yet.\n")


def test_an_error_of_a_library_that_one_can_foresee_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_settings(monkeypatch, psycopg.OperationalError("connection refused\n\tIs it running?"))

    assert run(monkeypatch, "settings") == ExitCode.UNREACHABLE
    assert capsys.readouterr().err == "✗ PostgreSQL: connection refused Is it running?.\n"


def test_a_fault_of_the_program_itself_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_settings(monkeypatch, ZeroDivisionError("ours"))
    monkeypatch.setattr("sys.argv", ["ops", "settings"])
    monkeypatch.setattr("signal.signal", keep_handlers)

    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_ctrl_c_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_settings(monkeypatch, KeyboardInterrupt())

    assert run(monkeypatch, "settings") == ExitCode.INTERRUPTED
    assert "✗ Interrupted." in capsys.readouterr().err


def test_sigterm_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: dict[int, object] = {}
    monkeypatch.setattr("sys.argv", ["ops", "settings"])
    monkeypatch.setattr("signal.signal", set_to.__setitem__)

    with pytest.raises(SystemExit):
        cli.main()

    assert set_to[signal.SIGTERM] is signal.default_int_handler


def test_ops_runs_from_any_folder(tmp_path: Path) -> None:
    if not OPS.exists():
        pytest.skip("There is no .venv/bin/ops: run make setup")

    command = [OPS, "settings", "--json"]
    ran = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert '"ENVIRONMENT": "local"' in ran.stdout


def test_every_exit_code_is_documented() -> None:
    decision = next((ROOT / "docs" / "adr").glob("0013-*.md")).read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| (\d+) \| `([A-Z_]+)` \|", decision, re.MULTILINE))
    assert documented == {str(code.value): code.name for code in ExitCode}


SLOW = {"boto3", "grpc", "httpx", "psycopg", "pulumi", "pydantic_settings", "redis"}
"""Libraries that take longer to import than a state to check."""


def test_a_check_of_a_state_waits_for_no_slow_library(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"version": 3, "deployment": {"resources": [{}]}}')
    program = (
        "import sys; from scripts import cli\n"
        "try: cli.main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"print(*{SLOW!r} & set(sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, "policy-check", str(state), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n\n"
