"""What boto3 answers, made easy to compare."""

import json
from collections.abc import Mapping
from typing import Any


def tag(resource: Mapping[str, Any], key: str) -> str:
    """One tag of a resource."""
    return tags(resource["Tags"])[key]


def tags(listed: list[dict[str, str]]) -> dict[str, str]:
    """AWS's list of keys and values as a mapping; attributes and parameters look the same."""
    return {each["Key"]: each["Value"] for each in listed}


def instances(client: Any, role: str) -> list[dict[str, Any]]:
    """The running servers of a role."""
    wanted = [
        {"Name": "tag:Role", "Values": [role]},
        {"Name": "instance-state-name", "Values": ["running"]},
    ]
    reservations = client.describe_instances(Filters=wanted)["Reservations"]
    return [instance for each in reservations for instance in each["Instances"]]


def statements(policy: str) -> dict[str, dict[str, Any]]:
    """The statements of a policy document, by their name."""
    return {each["Sid"]: each for each in json.loads(policy)["Statement"]}
