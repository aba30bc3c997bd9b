"""Every resource has its place, its tags and its provider."""

import base64

from components.aws.server_template import USER_DATA_LIMIT
from components.outputs import AwsOutputs, contract_keys
from tests.components.recording import REQUIRED_TAGS, Recording, Registration
from tests.program import recorded, variants

COMPONENT_TYPES = [
    "messaging-app:aws:AccountAudit",
    "messaging-app:aws:AccountRecorder",
    "messaging-app:aws:Alarms",
    "messaging-app:aws:AuditAlarms",
    "messaging-app:aws:AuditTrail",
    "messaging-app:aws:Bucket",
    "messaging-app:aws:BucketCopy",
    "messaging-app:aws:CacheServers",
    "messaging-app:aws:Certificate",
    "messaging-app:aws:Configuration",
    "messaging-app:aws:CostBudget",
    "messaging-app:aws:DataStores",
    "messaging-app:aws:Database",
    "messaging-app:aws:DatabaseEvents",
    "messaging-app:aws:ElastiCache",
    "messaging-app:aws:EncryptionKey",
    "messaging-app:aws:EnhancedMonitoring",
    "messaging-app:aws:Entry",
    "messaging-app:aws:Firewall",
    "messaging-app:aws:Fleet",
    "messaging-app:aws:Foundation",
    "messaging-app:aws:Function",
    "messaging-app:aws:GeneratedSecret",
    "messaging-app:aws:LoadBalancer",
    "messaging-app:aws:Migration",
    "messaging-app:aws:Network",
    "messaging-app:aws:Notifications",
    "messaging-app:aws:Operations",
    "messaging-app:aws:Oversight",
    "messaging-app:aws:PasswordRotation",
    "messaging-app:aws:Patching",
    "messaging-app:aws:Platform",
    "messaging-app:aws:PrivateZone",
    "messaging-app:aws:Restart",
    "messaging-app:aws:Rollout",
    "messaging-app:aws:ServerGroup",
    "messaging-app:aws:ServerTemplate",
    "messaging-app:aws:VpcEndpoints",
    "messaging-app:aws:WebFirewall",
]
"""A renamed type makes the engine replace all that is inside: rename only with an alias."""


def components(program: Recording) -> list[Registration]:
    return [each for each in program.resources if not each.request.custom]


def test_component_types_keep_their_names() -> None:
    used = {each.type for variant in variants() for each in components(recorded(variant))}
    assert sorted(used) == COMPONENT_TYPES


def test_every_resource_is_inside_a_component(program: Recording) -> None:
    assert program.orphans() == ["aws"]  # the provider itself
    parents = {each.urn for each in components(program)}
    outside = [each.name for each in components(program) if each.parent not in parents]
    assert outside == ["platform"]


def test_every_component_has_something_inside(program: Recording) -> None:
    parents = {each.parent for each in program.resources}
    assert [each.name for each in components(program) if each.urn not in parents] == []


def test_every_component_registers_its_outputs(program: Recording) -> None:
    assert program.unfinished() == []


def test_every_resource_of_aws_uses_the_provider_of_the_region(program: Recording) -> None:
    provider = program.one("pulumi:providers:aws")
    assert provider.inputs["region"] == program.outputs["region"]
    of_aws = [each for each in program.resources if each.type.startswith("aws:")]
    assert {each.request.provider.split("::")[-2] for each in of_aws} == {"aws"}


def test_every_taggable_resource_carries_the_required_tags(program: Recording) -> None:
    assert program.untagged() == []


def test_server_groups_and_templates_tag_what_they_start(program: Recording) -> None:
    for group in program.all("aws:autoscaling/group:Group"):
        tags = group.inputs["tags"]
        assert {tag["key"] for tag in tags if tag["propagateAtLaunch"]} >= REQUIRED_TAGS
    for template in program.all("aws:ec2/launchTemplate:LaunchTemplate"):
        tagged = {
            each["resourceType"]: each["tags"] for each in template.inputs["tagSpecifications"]
        }
        assert tagged.keys() == {"instance", "volume"}
        assert all(tags.keys() >= REQUIRED_TAGS for tags in tagged.values())


def test_servers_follow_the_patch_baseline(program: Recording) -> None:
    followed = program.one("aws:ssm/patchGroup:PatchGroup").inputs["patchGroup"]
    servers = {each.name: each.tags for each in program.all("aws:ec2/instance:Instance")}
    for template in program.all("aws:ec2/launchTemplate:LaunchTemplate"):
        (tags,) = (
            each["tags"]
            for each in template.inputs["tagSpecifications"]
            if each["resourceType"] == "instance"
        )
        servers[template.name] = tags
    assert {name: tags.get("PatchGroup") for name, tags in servers.items()} == dict.fromkeys(
        servers, followed
    )


def test_every_server_s_user_data_is_what_ec2_accepts(program: Recording) -> None:
    for template in program.all("aws:ec2/launchTemplate:LaunchTemplate"):
        text = base64.b64decode(template.inputs["userData"])
        assert len(text) <= USER_DATA_LIMIT, template.name


def test_every_single_server_is_patched_in_its_window(program: Recording) -> None:
    (target,) = program.all("aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget")
    wanted = {each["key"].removeprefix("tag:"): each["values"] for each in target.inputs["targets"]}
    for server in program.all("aws:ec2/instance:Instance"):
        assert all(server.tags[key] in values for key, values in wanted.items()), server.name


def test_exports_are_the_contract(program: Recording) -> None:
    assert sorted(program.outputs) == sorted(contract_keys(AwsOutputs))
    AwsOutputs.model_validate(program.outputs)
