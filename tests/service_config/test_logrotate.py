"""Log rotation, by the real logrotate."""

import grp
import os
import pwd
import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

from service_config import logrotate, redis, sentinel
from service_config.operations_scripts import USER
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
def on_operations(tmp_path: Path) -> Path:
    """The rotation of the operations server's logs, in a folder of the test."""
    path = tmp_path / "logrotate.conf"
    text = logrotate.OPERATIONS.replace("/var/log/messaging-app", str(tmp_path))
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    return path


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


def test_a_year_of_incidents_is_kept_and_the_writer_makes_the_new_file(on_operations: Path) -> None:
    log, record = on_operations.with_name("incidents.log"), on_operations.with_name("f.jsonl")
    record.write_text("{}\n")
    for month in range(14):
        log.write_text(f"month {month}\n", encoding="utf-8")
        rotate(on_operations, "--force")
        assert not log.exists()

    kept = sorted(path.name for path in on_operations.parent.glob("incidents.log*"))
    assert kept == sorted(["incidents.log.1", *(f"incidents.log.{n}.gz" for n in range(2, 13))])
    assert record.read_text() == "{}\n"


def test_it_rotates_in_a_folder_of_the_container_s_user(on_operations: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("giving the folder to another user needs root")
    on_operations.chmod(0o644)
    log = on_operations.with_name("incidents.log")
    log.write_text("an incident\n", encoding="utf-8")
    for path in (on_operations.parent, log):
        os.chown(path, USER, USER)

    rotate(on_operations, "--force")

    rotated = on_operations.with_name("incidents.log.1")
    assert (rotated.read_text(), rotated.stat().st_uid) == ("an incident\n", USER)


@pytest.mark.parametrize(
    ("package", "configuration"),
    [
        ("redis-server", redis.configuration()),
        (
            "redis-sentinel",
            sentinel.configuration(primary_address="10.0.0.1", server="a", record_name="redis"),
        ),
    ],
)
def test_the_package_rotates_what_redis_writes(package: str, configuration: str) -> None:
    rotation = Path("/etc/logrotate.d") / package
    if not rotation.exists():
        pytest.skip(f"{package} is not installed: apt-get install {package}")
    [log] = re.findall(r"^logfile (\S+)$", configuration, re.MULTILINE)
    patterns = re.findall(r"^(/\S+) \{", rotation.read_text(encoding="utf-8"), re.MULTILINE)
    assert any(fnmatch(log, pattern) for pattern in patterns)
