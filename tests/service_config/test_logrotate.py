"""Log rotation, by the real logrotate."""

import grp
import os
import pwd
import subprocess
from pathlib import Path

import pytest

from service_config import logrotate
from tests.service_config.tools import required

GUIDE = """\
/var/log/messaging-app/*.log {
    daily
    rotate 7
    compress
    delaycompress
    missingok
    notifempty
    create 0640 www-data www-data
}
"""


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    """The rotation of logs in a folder of the test, owned by whoever runs it."""
    owner = f"{pwd.getpwuid(os.geteuid()).pw_name} {grp.getgrgid(os.getegid()).gr_name}"
    text = logrotate.APPLICATION.replace("/var/log/messaging-app", str(tmp_path))
    path = tmp_path / "logrotate.conf"
    path.write_text(text.replace("www-data www-data", owner), encoding="utf-8")
    path.chmod(0o644)  # logrotate ignores what others may write
    return path


def rotate(configured: Path, *arguments: str) -> None:
    program = required("logrotate", "logrotate")
    state = configured.with_name("state")
    done = subprocess.run(
        [program, "--state", state, *arguments, configured],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "error" in done.stderr) == (0, False), done.stderr


def test_it_is_the_guides() -> None:
    assert logrotate.APPLICATION == GUIDE


def test_logrotate_itself_accepts_it(configured: Path) -> None:
    rotate(configured, "--debug")


def test_seven_old_logs_are_kept_and_all_but_the_newest_compressed(configured: Path) -> None:
    log = configured.with_name("app.log")
    for day in range(10):
        log.write_text(f"day {day}\n", encoding="utf-8")
        rotate(configured, "--force")

    kept = sorted(path.name for path in configured.parent.glob("app.log*"))
    assert kept == ["app.log", "app.log.1", *(f"app.log.{n}.gz" for n in range(2, 8))]
    assert configured.with_name("app.log.1").read_text(encoding="utf-8") == "day 9\n"
    assert log.read_text(encoding="utf-8") == ""
    assert log.stat().st_mode & 0o777 == 0o640


def test_an_empty_log_is_left_alone(configured: Path) -> None:
    configured.with_name("app.log").touch()
    rotate(configured, "--force")
    assert not configured.with_name("app.log.1").exists()
