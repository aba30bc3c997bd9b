"""The script of `ops restart`, run with stand-ins for systemctl and curl."""

import os
import subprocess
from pathlib import Path

import pytest

from service_config import restart

DOCUMENT = restart.document(seconds=600)


def run(folder: Path, port: str, *, answers_after: int) -> subprocess.CompletedProcess[str]:
    """Run it as Systems Manager does; the application answers after some attempts."""
    [step] = DOCUMENT["mainSteps"]
    [script] = step["inputs"]["runCommand"]
    programs = {
        "systemctl": 'echo "systemctl $*" >>"$CALLS"',
        "curl": 'echo "curl $*" >>"$CALLS"; [ "$(grep -c curl "$CALLS")" -gt "$AFTER" ]',
        "sleep": "exit 0",
    }
    for name, text in programs.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
    return subprocess.run(
        ["/bin/sh", "-c", script.replace("{{ port }}", port)],
        env={
            "PATH": f"{folder}:{os.environ['PATH']}",
            "CALLS": str(folder / "calls"),
            "AFTER": str(answers_after),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("port", ["8080", "8081"])
def test_it_restarts_the_application_and_waits_until_it_answers(tmp_path: Path, port: str) -> None:
    done = run(tmp_path, port, answers_after=3)

    assert (done.returncode, done.stderr) == (0, "")
    first, *asked = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert first == "systemctl restart messaging-app.service"
    assert len(asked) == 4
    assert all(call.endswith(f" http://localhost:{port}/health") for call in asked)


def test_an_application_that_never_answers_is_a_failure(tmp_path: Path) -> None:
    done = run(tmp_path, "8080", answers_after=1000)

    assert done.returncode == 1
    assert done.stderr == "The container does not answer at port 8080.\n"


def test_nothing_but_a_port_of_the_application_can_be_put_into_it() -> None:
    assert DOCUMENT["parameters"] == {
        restart.PORT: {
            "type": "String",
            "description": "Where the application answers on this server.",
            "allowedValues": ["8080", "8081"],
        }
    }
