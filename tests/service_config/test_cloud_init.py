import subprocess
from pathlib import Path

import pytest
import yaml

from service_config.cloud_init import cache_server
from tests.service_config.example import CACHE, application, files, user_data
from tests.service_config.tools import required

KINDS = ("application", "websocket", "cache", "cache-replica", "operations")
LARGEST_USER_DATA = 16_384  # bytes; EC2, "Run commands when you launch an instance"


def packages(text: str) -> set[str]:
    return set(yaml.safe_load(text)["packages"])


def commands(text: str) -> list[str]:
    return [" ".join(command) for command in yaml.safe_load(text)["runcmd"]]


@pytest.mark.parametrize("kind", KINDS)
def test_cloud_init_itself_accepts_the_user_data(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "user-data"
    path.write_text(user_data()[kind], encoding="utf-8")
    cloud_init_program = required("cloud-init", "cloud-init")
    result = subprocess.run(
        [cloud_init_program, "schema", "--config-file", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "Valid" in result.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_the_user_data_fits_into_what_ec2_accepts(kind: str) -> None:
    assert len(user_data()[kind].encode()) < LARGEST_USER_DATA


def test_the_same_arguments_give_the_same_text() -> None:
    assert user_data() == user_data()


@pytest.mark.parametrize("kind", KINDS)
def test_every_server_reports_its_state_and_denies_what_is_not_named(kind: str) -> None:
    text = user_data()[kind]
    assert {"prometheus-node-exporter", "ufw"} <= packages(text)
    assert commands(text)[:2] == ["ufw default deny incoming", "ufw default allow outgoing"]
    assert "ufw --force enable" in commands(text)


@pytest.mark.parametrize(
    ("kind", "ports"),
    [
        ("application", {"22", "9100", "8080"}),
        ("cache", {"22", "9100", "6379", "26379"}),
        ("operations", {"22", "9100", "9090", "3000", "9093"}),
    ],
)
def test_the_firewall_opens_exactly_what_the_server_serves(kind: str, ports: set[str]) -> None:
    allowed = [line for line in commands(user_data()[kind]) if line.startswith("ufw allow")]
    assert {line.removeprefix("ufw allow ").removesuffix("/tcp") for line in allowed} == ports


def test_the_firewall_is_on_before_any_service_starts() -> None:
    for text in user_data().values():
        lines = commands(text)
        started = [i for i, line in enumerate(lines) if line.startswith("systemctl")]
        assert lines.index("ufw --force enable") < min(started)


def test_an_application_server_has_docker_and_the_guide_s_files() -> None:
    text = user_data()["application"]
    assert {"docker.io", "docker-compose-v2", "awscli"} <= packages(text)
    assert set(files(text)) == {
        "/opt/messaging-app/compose.yaml",
        "/opt/messaging-app/environment",
        "/opt/messaging-app/write-env",
        "/opt/messaging-app/check-docker",
        "/opt/messaging-app/refresh-secrets",
        "/opt/messaging-app/join",
        "/opt/messaging-app/drain",
        "/etc/systemd/system/messaging-app.service",
        "/etc/systemd/system/messaging-app-refresh.service",
        "/etc/systemd/system/messaging-app-refresh.timer",
        "/etc/systemd/system/messaging-app-join.service",
        "/etc/systemd/system/messaging-app-drain.service",
        "/etc/logrotate.d/messaging-app",
    }
    assert files(text)["/opt/messaging-app/environment"] == (
        "DB_HOST=postgres.internal.chat.example.com\nDB_PORT=5432\n"
    )


def test_secrets_are_fetched_before_the_containers_start() -> None:
    unit = files(user_data()["application"])["/etc/systemd/system/messaging-app.service"]
    assert "ExecStartPre=/opt/messaging-app/write-env\nExecStart=/usr/bin/docker compose up" in unit


def test_of_two_new_cache_servers_the_first_is_the_primary() -> None:
    first = files(cache_server.user_data(**CACHE))["/usr/local/sbin/prepare-redis"]
    second = files(user_data()["cache-replica"])["/usr/local/sbin/prepare-redis"]
    assert ("founder=yes\n" in first, "founder=no\n" in second) == (True, True)


def test_a_cache_server_that_waits_for_the_other_one_holds_up_no_sentinel() -> None:
    lines = commands(user_data()["cache"])
    redis = lines.index("systemctl restart --no-block redis-server.service")
    assert redis < lines.index("systemctl restart --no-block redis-sentinel.service")


def test_redis_may_take_its_time_to_read_what_it_kept() -> None:
    drop_in = files(user_data()["cache"])[
        "/etc/systemd/system/redis-server.service.d/messaging-app.conf"
    ]
    assert "TimeoutStartSec=infinity\n" in drop_in


def test_scripts_may_run_and_nothing_is_open_to_writing() -> None:
    for text in user_data().values():
        for file in yaml.safe_load(text)["write_files"]:
            is_script = file["content"].startswith("#!")
            assert file["permissions"] == ("0755" if is_script else "0644")


@pytest.mark.parametrize("name", ["db_host", "1ST", "A B", "X;reboot", ""])
def test_a_wrong_variable_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError) as caught:
        application(environment={name: "x"})
    assert str(caught.value) == (
        f"{name!r} is no environment variable name: use upper-case letters, digits and _."
    )


@pytest.mark.parametrize("value", ["it's", "end\\", "a\nB=c"])
def test_a_value_that_would_break_out_of_its_line_is_refused(value: str) -> None:
    with pytest.raises(ValueError) as caught:
        application(environment={"MOTTO": value})
    assert str(caught.value) == (
        "MOTTO has a single quote or a line break, or ends in a backslash: .env cannot carry it."
    )
