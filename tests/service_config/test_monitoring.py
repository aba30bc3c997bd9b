import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service_config import alert_rules, alertmanager, recording_rules
from tests.service_config import operations
from tests.service_config.operations import TOPIC
from tests.service_config.tools import required

SNS_SUBJECT_LIMIT = 100


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


def scrape_configs() -> dict[str, dict[str, Any]]:
    text = operations.files()["prometheus/prometheus.yml"]
    return {job["job_name"]: job for job in yaml.safe_load(text)["scrape_configs"]}


def filters(job: str) -> dict[str, list[str]]:
    (discovery,) = scrape_configs()[job]["ec2_sd_configs"]
    return {filter_["name"]: filter_["values"] for filter_ in discovery["filters"]}


def test_promtool_accepts_configuration_and_rules(tmp_path: Path) -> None:
    promtool = required("promtool", "prometheus")
    directory = operations.write(tmp_path)
    result = run(promtool, "check", "config", directory / "prometheus" / "prometheus.yml")
    assert result.returncode == 0, result.stderr
    rules = len(recording_rules.records()) + sum(map(len, alert_rules.GROUPS.values()))
    assert f"SUCCESS: {rules} rules found" in result.stdout


def test_amtool_accepts_the_configuration(tmp_path: Path) -> None:
    amtool = required("amtool", "prometheus-alertmanager")
    directory = operations.write(tmp_path)
    result = run(amtool, "check-config", directory / "alertmanager" / "alertmanager.yml")
    assert result.returncode == 0, result.stderr
    assert "SUCCESS" in result.stdout


def test_intervals_are_the_guide_s() -> None:
    text = operations.files()["prometheus/prometheus.yml"]
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
        "postgres-replica.internal.chat.example.com:5432",
        "redis.internal.chat.example.com:6379",
        "redis-replica.internal.chat.example.com:6379",
    ]


def test_every_alert_reaches_the_topic() -> None:
    text = alertmanager.configuration(region="eu-central-1", alert_topic_arn=TOPIC)
    content = yaml.safe_load(text)
    (receiver,) = content["receivers"]
    assert content["route"]["receiver"] == receiver["name"] == "team-alerts"
    (topic,) = receiver["sns_configs"]
    assert (topic["topic_arn"], topic["sigv4"]) == (TOPIC, {"region": "eu-central-1"})
    assert topic["send_resolved"] is True


def test_the_subject_of_an_alert_is_as_short_as_sns_wants_it() -> None:
    text = alertmanager.configuration(region="eu-central-1", alert_topic_arn=TOPIC)
    (topic,) = yaml.safe_load(text)["receivers"][0]["sns_configs"]
    assert topic["subject"] == "[{{ .Status | toUpper }}] {{ .GroupLabels.alertname }}"
    rules = [
        rule for group in yaml.safe_load(alert_rules.rules())["groups"] for rule in group["rules"]
    ]
    longest = max(len(rule["alert"]) for rule in rules if "alert" in rule)
    assert len("[RESOLVED] ") + longest < SNS_SUBJECT_LIMIT


def test_a_critical_alert_silences_the_warning_about_the_same_thing() -> None:
    text = alertmanager.configuration(region="eu-central-1", alert_topic_arn=TOPIC)
    (rule,) = yaml.safe_load(text)["inhibit_rules"]
    assert rule["source_matchers"] == ['severity="critical"']
    assert rule["target_matchers"] == ['severity="warning"']
    assert rule["equal"] == ["area", "instance"]


def test_both_databases_and_both_caches_are_asked() -> None:
    jobs = scrape_configs()
    databases = {
        config["labels"]["server"]: config["targets"]
        for config in jobs["postgres"]["static_configs"]
    }
    assert databases == {"primary": ["localhost:9187"], "replica": ["localhost:9188"]}
    (caches,) = jobs["redis"]["static_configs"]
    assert caches["targets"] == [
        "redis://redis.internal.chat.example.com:6379",
        "redis://redis-replica.internal.chat.example.com:6379",
    ]
    assert jobs["redis"]["relabel_configs"][-1]["replacement"] == "localhost:9121"


def test_the_public_health_check_is_asked_as_clients_ask_it() -> None:
    job = scrape_configs()["health"]
    assert job["params"] == {"module": ["https"]}
    assert job["static_configs"] == [{"targets": ["https://api.chat.example.com/health"]}]


def test_every_module_that_is_probed_with_exists() -> None:
    modules = yaml.safe_load(operations.files()["blackbox/blackbox.yml"])["modules"]
    probes = [job for job in scrape_configs().values() if job["metrics_path"] == "/probe"]
    assert {module for job in probes for module in job["params"]["module"]} == modules.keys()
