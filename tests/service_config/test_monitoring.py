import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service_config import alertmanager, prometheus
from tests.service_config.example import OPERATIONS, files, user_data
from tests.service_config.tools import required

TOPIC = OPERATIONS["alert_topic_arn"]


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


def scrape_configs() -> dict[str, dict[str, Any]]:
    text = files(user_data()["operations"])["/opt/messaging-app/prometheus/prometheus.yml"]
    return {job["job_name"]: job for job in yaml.safe_load(text)["scrape_configs"]}


def filters(job: str) -> dict[str, list[str]]:
    (discovery,) = scrape_configs()[job]["ec2_sd_configs"]
    return {filter_["name"]: filter_["values"] for filter_ in discovery["filters"]}


def write_operations_files(directory: Path) -> Path:
    for path, content in files(user_data()["operations"]).items():
        (directory / Path(path).name).write_text(content, encoding="utf-8")
    return directory


def test_promtool_accepts_configuration_and_rules(tmp_path: Path) -> None:
    promtool = required("promtool", "prometheus")
    directory = write_operations_files(tmp_path)
    result = run(promtool, "check", "config", directory / "prometheus.yml")
    assert result.returncode == 0, result.stderr
    assert "SUCCESS: 3 rules found" in result.stdout


def test_amtool_accepts_the_configuration(tmp_path: Path) -> None:
    amtool = required("amtool", "prometheus-alertmanager")
    directory = write_operations_files(tmp_path)
    result = run(amtool, "check-config", directory / "alertmanager.yml")
    assert result.returncode == 0, result.stderr
    assert "SUCCESS" in result.stdout


def test_intervals_are_the_guide_s() -> None:
    text = files(user_data()["operations"])["/opt/messaging-app/prometheus/prometheus.yml"]
    assert yaml.safe_load(text)["global"] == {
        "scrape_interval": "15s",
        "evaluation_interval": "15s",
    }


@pytest.mark.parametrize(
    ("job", "port", "role"), [("messaging-app", 8080, "api"), ("websocket", 8081, "websocket")]
)
def test_application_servers_are_found_by_their_tags(job: str, port: int, role: str) -> None:
    (discovery,) = scrape_configs()[job]["ec2_sd_configs"]
    assert (discovery["region"], discovery["port"]) == ("eu-central-1", port)
    assert filters(job) == {
        "instance-state-name": ["running"],
        "tag:Project": ["messaging-app"],
        "tag:Environment": ["prod"],
        "tag:Role": [role],
    }


def test_the_state_of_every_server_is_collected_whatever_its_role() -> None:
    assert "tag:Role" not in filters("node")
    assert scrape_configs()["node"]["ec2_sd_configs"][0]["port"] == 9100


def test_database_and_cache_are_probed() -> None:
    (targets,) = scrape_configs()["reachability"]["static_configs"]
    assert targets["targets"] == [
        "postgres.internal.chat.example.com:5432",
        "redis.internal.chat.example.com:6379",
    ]


def test_every_alert_reaches_the_topic() -> None:
    text = alertmanager.configuration(region="eu-central-1", alert_topic_arn=TOPIC)
    content = yaml.safe_load(text)
    (receiver,) = content["receivers"]
    assert content["route"]["receiver"] == receiver["name"] == "team-alerts"
    assert receiver["sns_configs"] == [
        {"topic_arn": TOPIC, "sigv4": {"region": "eu-central-1"}, "send_resolved": True}
    ]


@pytest.mark.parametrize(
    ("failures_per_minute", "fires"),
    # Of 120 requests a minute in all: 5 % is not above 5 %, 6.7 % is.
    [(0, False), (6, False), (8, True)],
)
def test_the_error_rate_is_that_of_all_requests(
    tmp_path: Path, failures_per_minute: int, fires: bool
) -> None:
    promtool = required("promtool", "prometheus")
    successes = (120 - failures_per_minute) // 2
    series = {
        'http_requests_total{instance="i-1",status="200"}': f"0+{successes}x20",
        'http_requests_total{instance="i-2",status="200"}': f"0+{successes}x20",
        'http_requests_total{instance="i-2",status="503"}': f"0+{failures_per_minute}x20",
    }
    alert = {
        "exp_labels": {"severity": "critical"},
        "exp_annotations": {
            "summary": "High error rate",
            "description": "Error rate is above 5% for 5 minutes",
        },
    }
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [
            {
                "eval_time": "15m",
                "alertname": "HighErrorRate",
                "exp_alerts": [alert] if fires else [],
            }
        ],
    }
    (tmp_path / "rules.yml").write_text(prometheus.rules(), encoding="utf-8")
    path = tmp_path / "test.yml"
    path.write_text(
        yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [test]}), encoding="utf-8"
    )
    result = run(promtool, "test", "rules", path)
    assert result.returncode == 0, result.stdout + result.stderr
