"""The operations server: its disk, and the configuration that it fetches, as the guide gives it."""

import hashlib
import json
from typing import Any

import pytest
import yaml

from tests.integration.answers import instances, private_records, secret_values
from tests.integration.conftest import Platform

PREFIX = "operations/"
SCRAPED = {"messaging-app": 8080, "websocket": 8081}
"""Guide, Prometheus Configuration: jobs and the ports of their targets."""


@pytest.fixture(scope="module")
def server(stack: Platform) -> dict[str, Any]:
    (found,) = instances(stack.client("ec2"), "monitoring")
    return found


@pytest.fixture(scope="module")
def configuration(stack: Platform) -> dict[str, str]:
    """Text of each file by path, as the server fetches it."""
    s3 = stack.client("s3")
    (bucket,) = [
        each["Name"] for each in s3.list_buckets()["Buckets"] if "-configuration-" in each["Name"]
    ]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=PREFIX)["Contents"]
    return {
        each["Key"].removeprefix(PREFIX): s3.get_object(Bucket=bucket, Key=each["Key"])["Body"]
        .read()
        .decode()
        for each in listed
    }


def test_what_is_measured_outlives_the_server(stack: Platform, server: dict[str, Any]) -> None:
    (data,) = [
        disk["Ebs"] for disk in server["BlockDeviceMappings"] if disk["DeviceName"] != "/dev/sda1"
    ]
    assert data["DeleteOnTermination"] is False
    (volume,) = stack.client("ec2").describe_volumes(VolumeIds=[data["VolumeId"]])["Volumes"]
    assert (volume["VolumeType"], volume["Encrypted"]) == ("gp3", True)
    assert volume["KmsKeyId"] == stack.outputs["kms_key_arn"]
    assert volume["Size"] >= 100


def test_the_server_is_found_by_its_private_name(stack: Platform, server: dict[str, Any]) -> None:
    host = stack.outputs["prometheus_url"].removeprefix("http://").split(":")[0]
    record = private_records(stack.client("route53"))[host]
    assert record["ResourceRecords"] == [{"Value": server["PrivateIpAddress"]}]


def test_only_servers_of_ours_reach_the_server(stack: Platform) -> None:
    groups = stack.outputs["security_group_ids"]
    (group,) = stack.client("ec2").describe_security_groups(GroupIds=[groups["monitoring"]])[
        "SecurityGroups"
    ]
    assert [rule["IpRanges"] for rule in group["IpPermissions"] if rule["IpRanges"]] == []
    sources = {
        pair["GroupId"] for rule in group["IpPermissions"] for pair in rule["UserIdGroupPairs"]
    }
    assert sources <= set(groups.values())


def test_the_manifest_lists_every_file_with_its_digest(configuration: dict[str, str]) -> None:
    lines = configuration["manifest.sha256"].splitlines()
    digests = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    assert digests == {
        path: hashlib.sha256(text.encode()).hexdigest()
        for path, text in configuration.items()
        if path != "manifest.sha256"
    }


def test_the_configuration_holds_no_secret(stack: Platform, configuration: dict[str, str]) -> None:
    values = secret_values(stack.client("secretsmanager")).values()
    assert [path for path, text in configuration.items() for each in values if each in text] == []


def test_prometheus_grafana_and_alertmanager_run_and_keep_their_data(
    configuration: dict[str, str],
) -> None:
    services = yaml.safe_load(configuration["compose.yaml"])["services"]
    for name in ("prometheus", "grafana", "alertmanager"):
        assert services[name]["restart"] == "unless-stopped"
        assert [each for each in services[name]["volumes"] if each.startswith(f"/data/{name}:")]


def test_prometheus_measures_every_15_seconds_and_finds_the_servers_by_their_tags(
    stack: Platform, configuration: dict[str, str]
) -> None:
    told = yaml.safe_load(configuration["prometheus/prometheus.yml"])
    assert told["global"]["scrape_interval"] == "15s"
    assert told["global"]["evaluation_interval"] == "15s"
    assert told["rule_files"] == ["rules.yml"]
    jobs = {each["job_name"]: each for each in told["scrape_configs"]}
    for name, port in SCRAPED.items():
        assert jobs[name]["metrics_path"] == "/metrics"
        (discovery,) = jobs[name]["ec2_sd_configs"]
        assert discovery["port"] == port
        filters = [
            {"Name": each["name"], "Values": each["values"]} for each in discovery["filters"]
        ]
        found = stack.client("ec2").describe_instances(Filters=filters)["Reservations"]
        servers = [server for each in found for server in each["Instances"]]
        assert len(servers) >= {"messaging-app": 3, "websocket": 2}[name]


def test_an_error_rate_above_5_percent_for_5_minutes_is_critical(
    configuration: dict[str, str],
) -> None:
    groups = yaml.safe_load(configuration["prometheus/rules.yml"])["groups"]
    (alert,) = [
        rule for group in groups for rule in group["rules"] if rule.get("alert") == "HighErrorRate"
    ]
    assert alert["for"] == "5m"
    assert alert["labels"]["severity"] == "critical"
    assert alert["expr"].endswith("* 100 > 5")
    assert alert["annotations"]["summary"] == "High error rate"
    assert alert["annotations"]["description"] == "Error rate is above 5% for 5 minutes"


def test_alerts_go_to_the_teams_topic(stack: Platform, configuration: dict[str, str]) -> None:
    told = yaml.safe_load(configuration["alertmanager/alertmanager.yml"])
    assert told["route"]["receiver"] == "team-alerts"
    (receiver,) = told["receivers"]
    (topic,) = receiver["sns_configs"]
    assert receiver["name"] == "team-alerts"
    assert topic["topic_arn"] == stack.outputs["alert_topic_arn"]
    assert topic["send_resolved"] is True


def test_grafana_shows_the_request_rate(configuration: dict[str, str]) -> None:
    source = yaml.safe_load(configuration["grafana/provisioning/datasources/prometheus.yaml"])
    assert [each["type"] for each in source["datasources"]] == ["prometheus"]
    dashboard = json.loads(configuration["grafana/dashboards/messaging.json"])
    (panel,) = [each for each in dashboard["panels"] if each["title"] == "Request Rate"]
    (target,) = panel["targets"]
    assert target["expr"] == "rate(http_requests_total[5m])"
    assert target["legendFormat"] == "{{method}} {{path}}"


@pytest.mark.parametrize("procedure", ["backup", "media-backup", "maintenance", "verify"])
def test_the_guides_procedures_run_on_timers(configuration: dict[str, str], procedure: str) -> None:
    timer = configuration[f"systemd/ops-{procedure}.timer"].splitlines()
    assert f"Unit=ops@{procedure}.service" in timer
    assert [line for line in timer if line.startswith("OnCalendar=")]
    # What was due while the server was down is done once it is up.
    assert "Persistent=true" in timer
    assert "systemd/ops@.service" in configuration
