from typing import Any

import pytest
import yaml

from service_config import compose
from tests.service_config import operations


def service(role: str, port: int) -> dict[str, Any]:
    text = compose.application(
        role=role,
        image="messaging-app/api:1.0.0",
        port=port,
        log_group="/messaging-app/test/api",
        region="eu-central-1",
        drain_seconds=30,
    )
    services = yaml.safe_load(text)["services"]
    assert list(services) == [role]
    return services[role]


def operations_services() -> dict[str, Any]:
    return yaml.safe_load(operations.files()["compose.yaml"])["services"]


@pytest.mark.parametrize(("role", "port"), [("api", 8080), ("websocket", 8081)])
def test_the_container_is_checked_where_the_guide_looks(role: str, port: int) -> None:
    check = service(role, port)["healthcheck"]["test"]
    assert check == ["CMD", "curl", "--fail", "--silent", f"http://localhost:{port}/health"]


def test_the_container_serves_its_port_and_comes_back_after_a_crash() -> None:
    api = service("api", 8080)
    assert api["image"] == "messaging-app/api:1.0.0"
    assert api["ports"] == ["8080:8080"]
    assert api["restart"] == "unless-stopped"
    assert api["env_file"] == [".env"]


def test_no_container_can_fill_the_disk_with_output() -> None:
    options = service("api", 8080)["logging"]["options"]
    assert (options["cache-max-size"], options["cache-max-file"]) == ("50m", "5")
    for definition in operations_services().values():
        assert definition["logging"] == {
            "driver": "json-file",
            "options": {"max-size": "50m", "max-file": "5"},
        }


def test_output_goes_to_cloudwatch_and_can_still_be_read_on_the_server() -> None:
    logging = service("api", 8080)["logging"]
    assert logging["driver"] == "awslogs"
    assert logging["options"] == {
        "awslogs-group": "/messaging-app/test/api",
        "awslogs-region": "eu-central-1",
        "awslogs-stream": "${INSTANCE_ID:-unknown}",
        "mode": "non-blocking",
        "cache-disabled": "false",
        "cache-max-size": "50m",
        "cache-max-file": "5",
    }


def test_the_application_gets_the_time_it_needs_to_stop() -> None:
    assert service("api", 8080)["stop_grace_period"] == "30s"


def test_every_monitoring_image_has_a_fixed_version() -> None:
    images = [definition["image"] for definition in operations_services().values()]
    assert all(image.partition(":")[2] not in ("", "latest") for image in images)


def test_the_operations_server_watches_and_runs_procedures() -> None:
    assert list(operations_services()) == [
        "prometheus",
        "alertmanager",
        "blackbox",
        "grafana",
        "postgres-exporter",
        "postgres-replica-exporter",
        "redis-exporter",
        "ops",
    ]


def test_what_monitoring_learns_outlives_its_server() -> None:
    kept = {
        mount.partition(":")[0]
        for definition in operations_services().values()
        for mount in definition["volumes"]
        if mount.startswith("/data/")
    }
    assert kept == {"/data/prometheus", "/data/alertmanager", "/data/grafana"}
