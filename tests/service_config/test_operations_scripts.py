"""Scripts of the operations server, run with stand-ins for aws, docker and systemctl."""

import os
import re
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jmespath
import pytest
import yaml

from service_config import logrotate
from service_config.cloud_init import data_volume, operations_server
from service_config.operations_files import MANIFEST, manifest
from service_config.operations_scripts import JOB_METRIC, STATUS_METRIC, USER
from service_config.timers import JOBS
from tests.service_config import operations
from tests.service_config.example import OPERATIONS, files
from tests.service_config.tools import required

AWS = """\
#!/bin/sh
echo "aws $*" >>"$CALLS"
case "$1 $2" in
"s3 sync") for last; do :; done; cp -R "$BUCKET/." "$last/" ;;
"secretsmanager get-secret-value") echo '{"username": "app", "password": "s3cret"}' ;;
"s3api list-objects-v2") cat "$LISTING" ;;
esac
"""


class Server:
    """A server's folders below one directory, and the programs that its scripts call."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.calls = root / "calls"
        self.bucket = operations.write(root / "bucket")
        self.home = root / "home"
        for folder in ("tools", "units", "programs", "metrics", "logrotate.d"):
            (root / folder).mkdir()
        self.program("aws", AWS)
        for name in ("docker", "systemctl", "xfs_growfs", "chown"):
            self.program(name, f'#!/bin/sh\necho "{name} $*" >>"$CALLS"\n')
        self.environment = {
            "PATH": f"{root / 'tools'}:{os.environ['PATH']}",
            "CALLS": str(self.calls),
            "BUCKET": str(self.bucket),
            "LISTING": str(root / "listing"),
            "STATE_DIRECTORY": str(root / "state"),
            "HOME_DIRECTORY": str(self.home),
            "SYSTEMD_DIRECTORY": str(root / "units"),
            "PROGRAM_DIRECTORY": str(root / "programs"),
            "DATA_DIRECTORY": str(root / "data"),
            "METRICS_DIRECTORY": str(root / "metrics"),
            "LOG_DIRECTORY": str(root / "log"),
            "LOGROTATE_DIRECTORY": str(root / "logrotate.d"),
        }

    def program(self, name: str, text: str) -> None:
        path = self.root / "tools" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def run(self, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a script, and forget what was called before."""
        self.calls.write_text("", encoding="utf-8")
        return subprocess.run(
            ["/bin/sh", script, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def fetch(self) -> subprocess.CompletedProcess[str]:
        """Do what the timer does."""
        text = files(operations_server.user_data(**OPERATIONS))
        script = self.root / "fetch-configuration"
        script.write_text(text["/usr/local/sbin/fetch-configuration"], encoding="utf-8")
        return self.run(script)

    def called(self, program: str) -> list[str]:
        """Arguments of each call of the program, in order."""
        lines = self.calls.read_text(encoding="utf-8").splitlines()
        return [line.partition(" ")[2] for line in lines if line.partition(" ")[0] == program]

    def change(self, path: str, content: str) -> None:
        """Change one object of the bucket, and not yet the list."""
        (self.bucket / path).write_text(content, encoding="utf-8")

    def seal(self) -> None:
        """Write the list of what is in the bucket."""
        contents = {
            str(path.relative_to(self.bucket)): path.read_text(encoding="utf-8")
            for path in self.bucket.rglob("*")
            if path.is_file() and path.name != MANIFEST
        }
        (self.bucket / MANIFEST).write_text(manifest(contents), encoding="utf-8")


@pytest.fixture
def server(tmp_path: Path) -> Server:
    required("rsync", "rsync")
    if os.geteuid() != 0:
        pytest.skip("giving folders to Prometheus and Grafana needs root")
    return Server(tmp_path)


def test_the_first_fetch_puts_everything_into_service(server: Server) -> None:
    result = server.fetch()
    assert (result.returncode, result.stderr) == (0, "")
    assert (server.home / "compose.yaml").exists()
    assert "up --detach --remove-orphans --quiet-pull" in server.called("docker")[0]
    assert "enable --now ops-backup.timer" in server.called("systemctl")
    assert (server.root / "units" / "ops@.service").exists()
    program = server.root / "programs" / "ops"
    assert stat.S_IMODE(program.stat().st_mode) == 0o755
    assert (server.root / "data" / "grafana").stat().st_uid == 472
    assert (server.root / "data" / "prometheus").stat().st_uid == 65534


def test_secrets_are_for_root_alone(server: Server) -> None:
    server.fetch()
    env = server.home / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert "DB_PASSWORD='s3cret'\n" in env.read_text(encoding="utf-8")
    assert "s3cret" not in server.calls.read_text(encoding="utf-8")


def test_a_second_fetch_reloads_nothing_and_keeps_secrets(server: Server) -> None:
    server.fetch()
    assert server.fetch().returncode == 0
    assert server.called("systemctl") == []
    assert server.called("docker") == ["compose up --detach --remove-orphans --quiet-pull"]
    assert (server.home / ".env").exists()


def test_changed_rules_reload_prometheus_alone(server: Server) -> None:
    server.fetch()
    server.change("prometheus/rules.yml", "groups: []\n")
    server.seal()
    server.fetch()
    assert server.called("docker") == [
        "compose up --detach --remove-orphans --quiet-pull",
        "compose kill --signal SIGHUP prometheus",
    ]
    assert (server.home / "prometheus" / "rules.yml").read_text("utf-8") == "groups: []\n"


def test_half_of_a_change_leaves_the_old_configuration_in_force(server: Server) -> None:
    server.fetch()
    before = (server.home / "prometheus" / "rules.yml").read_text("utf-8")
    server.change("prometheus/rules.yml", "groups: []\n")
    result = server.fetch()
    assert result.returncode == 1
    assert "The configuration is not complete yet" in result.stderr
    assert server.called("docker") == []
    assert (server.home / "prometheus" / "rules.yml").read_text("utf-8") == before


def test_a_failed_reload_is_tried_again(server: Server) -> None:
    server.program("docker", '#!/bin/sh\necho "docker $*" >>"$CALLS"\n[ "$2" != kill ]\n')
    assert server.fetch().returncode != 0
    server.program("docker", '#!/bin/sh\necho "docker $*" >>"$CALLS"\n')
    assert server.fetch().returncode == 0
    assert "compose kill --signal SIGHUP prometheus" in server.called("docker")


def test_a_timer_that_is_gone_is_stopped_and_removed(server: Server) -> None:
    server.fetch()
    (server.bucket / "systemd" / "ops-verify.timer").unlink()
    (server.root / "state" / "staged" / "systemd" / "ops-verify.timer").unlink()
    server.seal()
    server.fetch()
    assert "disable --now ops-verify.timer" in server.called("systemctl")
    assert not (server.root / "units" / "ops-verify.timer").exists()
    assert (server.root / "units" / "ops-backup.timer").exists()


def test_the_container_of_ops_may_write_where_it_must(server: Server) -> None:
    server.fetch()
    for folder in ("metrics", "log", "state/ops"):
        status = (server.root / folder).stat()
        assert (status.st_uid, status.st_gid) == (USER, USER), folder


def test_logs_of_ops_are_rotated(server: Server) -> None:
    server.fetch()
    installed = server.root / "logrotate.d" / "messaging-app"
    assert installed.read_text("utf-8") == logrotate.OPERATIONS
    assert stat.S_IMODE(installed.stat().st_mode) == 0o644


def ended(server: Server, job: str, status: str) -> dict[str, str]:
    """Metric → value after a job ended, as the node exporter reads them."""
    server.environment["EXIT_STATUS"] = status
    result = server.run(server.bucket / "scripts" / "job-ended", job)
    assert (result.returncode, result.stderr) == (0, "")
    text = (server.root / "metrics" / f"job_{job}.prom").read_text("utf-8")
    values = (line.rpartition(" ") for line in text.splitlines() if line[0] != "#")
    return {name: value for name, _, value in values}


def test_a_job_that_came_to_its_end_says_when(server: Server) -> None:
    for status in ("0", "10", "11"):
        told = ended(server, "verify", status)
        assert told[f'{STATUS_METRIC}{{procedure="verify"}}'] == status
        finished = int(told[f'{JOB_METRIC}{{procedure="verify"}}'])
        assert finished == pytest.approx(datetime.now(UTC).timestamp(), abs=60)


@pytest.mark.parametrize(("status", "told"), [("1", "1"), ("130", "130"), ("KILL", "1"), ("", "1")])
def test_a_job_that_did_not_keeps_when_it_last_did(server: Server, status: str, told: str) -> None:
    file = server.root / "metrics" / "job_verify.prom"
    ended(server, "verify", "0")
    file.write_text(re.sub(r"(finished.*) \d+$", r"\1 1234", file.read_text(), flags=re.MULTILINE))

    for _ in range(2):
        assert ended(server, "verify", status) == {
            f'{STATUS_METRIC}{{procedure="verify"}}': told,
            f'{JOB_METRIC}{{procedure="verify"}}': "1234",
        }


def test_a_job_that_never_did_says_only_how_it_ended(server: Server) -> None:
    assert ended(server, "verify", "1") == {f'{STATUS_METRIC}{{procedure="verify"}}': "1"}


def test_prometheus_reads_what_jobs_tell(server: Server) -> None:
    promtool = required("promtool", "prometheus")
    ended(server, "media-backup", "0")
    text = (server.root / "metrics" / "job_media-backup.prom").read_text("utf-8")
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_new_server_awaits_every_job_from_now_on(server: Server) -> None:
    server.fetch()
    written = {path.name for path in (server.root / "metrics").glob("job_*.prom")}
    assert written == {f"job_{job.command}.prom" for job in JOBS}


def test_a_change_of_units_forgets_no_run(server: Server) -> None:
    server.fetch()
    file = server.root / "metrics" / "job_verify.prom"
    file.write_text("kept\n")
    server.change("systemd/ops-verify.timer", "[Timer]\nOnCalendar=daily\n")
    server.seal()
    assert server.fetch().returncode == 0
    assert file.read_text() == "kept\n"


def listing(server: Server, text: str) -> None:
    (server.root / "listing").write_text(text, encoding="utf-8")


def test_the_age_of_the_newest_backup_is_reported_to_both(server: Server) -> None:
    finished = datetime.now(UTC) - timedelta(hours=3)
    listing(server, f'"{finished.isoformat()}"\n')
    result = server.run(server.bucket / "scripts" / "backup-age")
    assert (result.returncode, result.stderr) == (0, "")
    asked, put = server.called("aws")
    assert "--bucket messaging-app-prod-backups --prefix database/" in asked
    assert "put-metric-data --region eu-central-1 --namespace messaging-app" in put
    assert "--metric-name BackupAgeSeconds --dimensions Environment=prod" in put
    assert int(put.rpartition(" ")[2]) == pytest.approx(3 * 3600, abs=30)
    text = (server.root / "metrics" / "backup.prom").read_text("utf-8")
    expected = f"messaging_backup_finished_timestamp_seconds {int(finished.timestamp())}\n"
    assert text.endswith(expected)


@pytest.mark.parametrize(
    ("contents", "newest"),
    [
        (None, None),
        ([("database/1/dump", "2026-01-03")], None),
        (
            [
                ("database/1/manifest.json", "2026-01-01"),
                ("database/2/manifest.json", "2026-01-02"),
                ("database/3/dump", "2026-01-03"),
            ],
            "2026-01-02",
        ),
    ],
)
def test_only_a_manifest_makes_a_backup(
    server: Server, contents: list[tuple[str, str]] | None, newest: str | None
) -> None:
    listing(server, "null\n")
    server.program("aws", '#!/bin/sh\nprintf "%s\\n" "$@" >"$CALLS"\necho null\n')
    server.run(server.bucket / "scripts" / "backup-age")
    arguments = server.calls.read_text("utf-8").splitlines()
    query = arguments[arguments.index("--query") + 1]
    keys = [{"Key": key, "LastModified": date} for key, date in contents or []]
    assert jmespath.search(query, {"Contents": keys} if keys else {}) == newest


def test_without_a_backup_nothing_is_reported(server: Server) -> None:
    (server.root / "metrics" / "backup.prom").touch()
    listing(server, "null\n")
    assert server.run(server.bucket / "scripts" / "backup-age").returncode == 0
    assert len(server.called("aws")) == 1
    assert not (server.root / "metrics" / "backup.prom").exists()


def test_a_failed_listing_reports_nothing_and_fails(server: Server) -> None:
    server.program("aws", '#!/bin/sh\necho "aws $*" >>"$CALLS"\nexit 254\n')
    (server.root / "metrics" / "backup.prom").touch()
    assert server.run(server.bucket / "scripts" / "backup-age").returncode == 254
    assert len(server.called("aws")) == 1
    assert (server.root / "metrics" / "backup.prom").exists()


def test_a_failure_is_published_with_the_name_of_the_unit(server: Server) -> None:
    script = server.bucket / "scripts" / "report-failure"
    assert server.run(script, "ops@backup.service").returncode == 0
    (call,) = server.called("aws")
    assert f"--topic-arn {operations.TOPIC}" in call
    assert "--subject prod: ops@backup.service failed" in call


def test_ops_runs_in_its_container_without_a_secret_among_its_arguments(server: Server) -> None:
    text = (server.bucket / "scripts" / "ops").read_text("utf-8")
    script = server.root / "ops"
    script.write_text(text.replace(operations_server.HOME, str(server.bucket)), encoding="utf-8")
    assert server.run(script, "restore", "latest").returncode == 0
    assert server.called("docker") == ["compose run --rm --no-deps -T ops restore latest"]


def prepare(tmp_path: Path, device: Path) -> subprocess.CompletedProcess[str]:
    required("mkfs.xfs", "xfsprogs")
    (written,) = [
        each["content"]
        for each in data_volume.part(volume_id="vol-1", label="operations").files
        if each["path"] == "/usr/local/sbin/prepare-data"
    ]
    script = tmp_path / "prepare-data"
    script.write_text(written, encoding="utf-8")
    environment = {**os.environ, "DEVICE": str(device), "TIMEOUT_SECONDS": "0"}
    return subprocess.run(
        ["/bin/sh", script], env=environment, capture_output=True, text=True, check=False
    )


def disk(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(320 * 1024 * 1024)
    return path


def test_an_empty_disk_is_formatted_once_and_never_again(tmp_path: Path) -> None:
    device = disk(tmp_path / "disk")
    assert prepare(tmp_path, device).returncode == 0
    made = device.read_bytes()[:4096]
    assert made.startswith(b"XFSB")
    assert prepare(tmp_path, device).returncode == 0
    assert device.read_bytes()[:4096] == made


def test_a_disk_with_another_file_system_is_left_alone(tmp_path: Path) -> None:
    device = disk(tmp_path / "disk")
    mkfs = required("mkfs.ext4", "e2fsprogs")
    subprocess.run([mkfs, "-q", device], check=True)
    before = device.read_bytes()
    prepare(tmp_path, device)
    assert device.read_bytes() == before


def test_a_disk_that_never_comes_is_named(tmp_path: Path) -> None:
    result = prepare(tmp_path, tmp_path / "missing")
    assert result.returncode == 1
    assert result.stderr == f"The volume {tmp_path / 'missing'} is not attached.\n"


def test_the_volume_is_known_by_its_own_name() -> None:
    written = files(operations_server.user_data(**OPERATIONS))
    mount = written["/etc/systemd/system/data.mount"]
    assert "What=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0\n" in mount
    assert "RequiresMountsFor=/data\n" in written["/etc/systemd/system/docker.service.d/data.conf"]


def test_data_is_mounted_before_the_configuration_is_fetched() -> None:
    commands = yaml.safe_load(operations_server.user_data(**OPERATIONS))["runcmd"]
    lines = [" ".join(command) for command in commands]
    mounted = lines.index("systemctl enable --now data.mount")
    assert mounted < lines.index("systemctl restart docker.service")
    assert mounted < lines.index("systemctl enable --now fetch-configuration.timer")


@pytest.mark.parametrize("ready", [(), (9090,), (9093,), (9090, 9093)])
def test_a_heartbeat_is_told_only_while_alerts_can_be_raised_and_sent(
    server: Server, ready: tuple[int, ...]
) -> None:
    cases = "|".join(f"*:{port}/-/ready" for port in ready) or "none"
    server.program(
        "curl", f"#!/bin/sh\nfor url; do :; done\ncase $url in {cases}) ;; *) exit 7; esac\n"
    )
    server.calls.touch()
    result = server.run(server.bucket / "scripts" / "heartbeat")
    assert (result.returncode == 0) is (ready == (9090, 9093))
    assert server.called("aws") == [
        "cloudwatch put-metric-data --region eu-central-1 --namespace messaging-app "
        "--metric-name MonitoringHeartbeat --dimensions Environment=prod --value 1"
    ] * (ready == (9090, 9093))
