"""What the operations server fetches, checked by the programs that read it."""

import dataclasses
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from scripts import cli
from scripts.exit_codes import ExitCode
from service_config import operations_files, timers
from service_config.cloud_init import operations_server
from service_config.cloud_init.operations_server import HOME
from tests.service_config import operations
from tests.service_config.example import OPERATIONS, files
from tests.service_config.tools import required

UNITS = "/etc/systemd/system/"


def services() -> dict[str, dict[str, Any]]:
    return yaml.safe_load(operations.files()["compose.yaml"])["services"]


def run(directory: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "image",
    ["messaging-app/ops:1.0.0", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ops:1.0.0"],
)
def test_the_paths_are_known_before_the_facts(image: str) -> None:
    facts = dataclasses.replace(operations.FACTS, image=image)
    assert operations_files.paths(image) == list(operations_files.files(facts))


def test_no_file_is_empty_and_all_fit_the_list() -> None:
    assert all(operations.files().values())
    assert operations_files.MANIFEST not in operations.files()


def test_the_list_of_digests_tells_a_complete_set_from_half_of_one(tmp_path: Path) -> None:
    operations.write(tmp_path)
    check = ("sha256sum", "--check", "--quiet", "--strict", operations_files.MANIFEST)
    assert run(tmp_path, *check).returncode == 0
    (tmp_path / "prometheus" / "rules.yml").write_text("groups: []\n", encoding="utf-8")
    assert run(tmp_path, *check).returncode != 0
    (tmp_path / "prometheus" / "rules.yml").unlink()
    assert run(tmp_path, *check).returncode != 0


def test_a_job_of_ops_runs_at_each_time_that_systemd_understands() -> None:
    calendar = required("systemd-analyze", "systemd")
    for job in timers.JOBS:
        assert run(Path(), calendar, "calendar", job.calendar).returncode == 0
    assert run(Path(), calendar, "calendar", timers.BACKUP_AGE_CALENDAR).returncode == 0


def test_systemd_accepts_every_unit(tmp_path: Path) -> None:
    analyze = required("systemd-analyze", "systemd")
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    server = files(operations_server.user_data(**OPERATIONS))
    written = {
        **timers.units(),
        **{Path(path).name: text for path, text in server.items() if path.startswith(UNITS)},
    }
    stubs = dict.fromkeys(("docker.service", "network-online.target"), "[Unit]\nDescription=x\n")
    stubs["docker.service"] += "[Service]\nExecStart=/bin/sh\n"
    for name, text in {**stubs, **written}.items():
        (units / name).write_text(text, encoding="utf-8")
    for path in ("bin/sh", "usr/local/bin/ops", "usr/local/sbin/prepare-data"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch(mode=0o755)
    (tmp_path / "usr/local/sbin/fetch-configuration").touch(mode=0o755)
    shutil.copytree("/lib/systemd/system", tmp_path / "lib/systemd/system", symlinks=True)
    names = [name.replace("@.", "@backup.") for name in written if not name.endswith(".conf")]
    result = run(tmp_path, analyze, "verify", "--man=no", f"--root={tmp_path}", *names)
    ours = [line for line in result.stderr.splitlines() if any(name in line for name in written)]
    assert (ours, result.returncode) == ([], 0), result.stderr


def test_every_procedure_of_the_guide_has_its_timer() -> None:
    commands = {job.command for job in timers.JOBS}
    assert commands == {
        "backup",
        "health",
        "maintenance",
        "media-backup",
        "security-scan",
        "verify",
    }
    assert {f"ops-{command}.timer" for command in commands} <= timers.units().keys()


@pytest.mark.parametrize("job", timers.JOBS, ids=lambda job: job.command)
def test_what_a_timer_runs_is_a_command_that_takes_no_more(job: timers.Job) -> None:
    ops = typer.main.get_command(cli.app)
    assert isinstance(ops, cli.Commands)
    command = ops.get_command(None, job.command)
    assert command
    # An option that is missing would end it here, before anything is done.
    command.make_context(job.command, [])


@pytest.mark.parametrize("job", timers.JOBS, ids=lambda job: job.command)
def test_a_job_tells_how_it_ended(job: timers.Job) -> None:
    units = timers.units()
    unit = units.get(f"ops@{job.command}.service", units["ops@.service"])
    text = unit.replace("%i", job.command)
    assert f"ExecStart=/usr/local/bin/ops {job.command}\n" in text
    assert f"ExecStopPost=/bin/sh {HOME}/scripts/job-ended {job.command}\n" in text


def test_exit_codes_of_findings_are_those_of_ops() -> None:
    assert (timers.WARNING, timers.CRITICAL) == (ExitCode.WARNING, ExitCode.CRITICAL)


def test_health_raises_alerts_instead_of_a_message_every_five_minutes() -> None:
    unit = timers.units()["ops@health.service"]
    assert "OnFailure" not in unit.replace("# No OnFailure", "")
    assert "SuccessExitStatus=10 11\n" in unit


def test_a_failed_job_tells_the_team() -> None:
    for name in ("ops@.service", "backup-age.service"):
        assert "OnFailure=report-failure@%n.service\n" in timers.units()[name]


def test_compose_accepts_the_file(tmp_path: Path) -> None:
    operations.write(tmp_path)
    (tmp_path / ".env").write_text("DB_USER='a'\nDB_PASSWORD='b'\n", encoding="utf-8")
    docker = required("docker", "docker-compose-v2")
    if run(tmp_path, docker, "compose", "version").returncode != 0:
        pytest.skip("docker has no Compose v2: apt-get install docker-compose-v2")
    result = run(tmp_path, docker, "compose", "--profile", "ops", "config")
    assert result.returncode == 0, result.stderr
    url = yaml.safe_load(result.stdout)["services"]["ops"]["environment"]["DATABASE_URL"]
    assert url.startswith("postgresql://a:b@postgres.internal.chat.example.com:5432/messaging?")


def test_metrics_fill_the_volume_and_leave_room() -> None:
    command = services()["prometheus"]["command"]
    assert "--storage.tsdb.retention.size=80GB" in command


def test_ops_runs_only_when_it_is_asked_to() -> None:
    definition = services()["ops"]
    assert definition["profiles"] == ["ops"]
    assert "restart" not in definition


def test_passwords_are_variables_and_never_text() -> None:
    for service in services().values():
        for name, value in service.get("environment", {}).items():
            if "PASS" in name:
                assert value.startswith("${")


def test_a_managed_cache_is_reached_by_tls() -> None:
    files = operations_files.files(dataclasses.replace(operations.FACTS, cache_tls=True))
    assert "rediss://redis.internal.chat.example.com:6379" in files["prometheus/prometheus.yml"]
    assert "REDIS_URL: rediss://" in files["compose.yaml"]
