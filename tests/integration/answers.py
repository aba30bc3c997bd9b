"""What boto3 answers, made easy to compare."""

import base64
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


def allowed_actions(client: Any, role_name: str) -> list[str]:
    """What the role's own policies allow; IAM lets a single action stand without a list."""
    found: list[str] = []
    for name in client.list_role_policies(RoleName=role_name)["PolicyNames"]:
        policy = client.get_role_policy(RoleName=role_name, PolicyName=name)["PolicyDocument"]
        for statement in policy["Statement"]:
            if statement["Effect"] == "Allow":
                told = statement["Action"]
                found += [told] if isinstance(told, str) else told
    return found


def launch_templates(client: Any) -> dict[str, dict[str, Any]]:
    """What the newest version of every launch template says, by name; user data is plain text."""
    found: dict[str, dict[str, Any]] = {}
    for template in client.describe_launch_templates()["LaunchTemplates"]:
        (version,) = client.describe_launch_template_versions(
            LaunchTemplateId=template["LaunchTemplateId"], Versions=["$Latest"]
        )["LaunchTemplateVersions"]
        told = version["LaunchTemplateData"]
        text = base64.b64decode(told["UserData"]).decode()
        found[template["LaunchTemplateName"]] = {**told, "UserData": text}
    return found


def role(template: Mapping[str, Any]) -> str:
    """What the servers of a launch template are for."""
    (of_instances,) = [
        each["Tags"] for each in template["TagSpecifications"] if each["ResourceType"] == "instance"
    ]
    return tags(of_instances)["Role"]


def private_records(client: Any) -> dict[str, dict[str, Any]]:
    """Records of the private zone by their name, without a final dot."""
    zones = client.list_hosted_zones()["HostedZones"]
    (zone,) = [each for each in zones if each["Config"]["PrivateZone"]]
    told = client.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    return {each["Name"].rstrip("."): each for each in told}


def files(cloud_config: Mapping[str, Any]) -> dict[str, str]:
    """What cloud-init writes, by path."""
    return {each["path"]: each["content"] for each in cloud_config["write_files"]}


def secret_values(client: Any) -> dict[str, str]:
    """Every password in Secrets Manager, by the name of its secret."""
    found: dict[str, str] = {}
    for secret in client.list_secrets()["SecretList"]:
        text = client.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        found[secret["Name"]] = json.loads(text)["password"] if text.startswith("{") else text
    return found
