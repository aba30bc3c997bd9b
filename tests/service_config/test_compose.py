from typing import Any

import pytest
import yaml

from service_config import compose


def service(role: str, port: int) -> dict[str, Any]:
    text = compose.application(role=role, image="messaging-app/api:1.0.0", port=port)
    services = yaml.safe_load(text)["services"]
    assert list(services) == [role]
    return services[role]


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
    services = yaml.safe_load(compose.operations())["services"]
    services["api"] = service("api", 8080)
    for definition in services.values():
        assert definition["logging"] == {
            "driver": "json-file",
            "options": {"max-size": "50m", "max-file": "5"},
        }


def test_every_monitoring_image_has_a_fixed_version() -> None:
    services = yaml.safe_load(compose.operations())["services"]
    assert list(services) == ["prometheus", "alertmanager", "blackbox", "grafana"]
    assert all(
        definition["image"].rpartition(":")[2] != "latest" for definition in services.values()
    )
    assert all(":" in definition["image"] for definition in services.values())


def test_what_monitoring_learns_outlives_its_containers() -> None:
    content = yaml.safe_load(compose.operations())
    kept = {
        mount.partition(":")[0]
        for definition in content["services"].values()
        for mount in definition["volumes"]
        if not mount.startswith("./")
    }
    assert kept == set(content["volumes"]) == {"prometheus", "alertmanager", "grafana"}
