"""EC2's servers: launch templates, and instances that stand alone."""

from collections.abc import Mapping
from typing import Any

from offline.aws.vpc import RETAG, TAGS, tagged
from offline.provider.api import invoke
from offline.provider.convert import boolean, camel, pascal, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, P, Read, Resource, Run, Scope

LATEST = "$Latest"
DEFAULT = "$Default"

BOOLEANS_AS_TEXT = ("encrypted", "deleteOnTermination")


def _disks(mappings: list[dict[str, Any]]) -> Any:
    """The provider spells some booleans of a disk as text."""
    return pascal([_with_booleans(mapping) for mapping in mappings])


def _with_booleans(mapping: dict[str, Any]) -> dict[str, Any]:
    ebs = {
        name: boolean(value) if name in BOOLEANS_AS_TEXT else value
        for name, value in mapping.get("ebs", {}).items()
    }
    return {**mapping, "ebs": ebs} if ebs else mapping


def _tag_specifications(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"ResourceType": each["resourceType"], "Tags": tag_list(each.get("tags", {}))}
        for each in given
    ]


def _told_tag_specifications(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # Those of the template itself are its own tags; moto adds them to the ones of its instances.
    return [
        {"resourceType": each["ResourceType"], "tags": tag_map(each["Tags"])}
        for each in told
        if each["ResourceType"] != "launch-template"
    ]


# What a template no longer gives is left out of its next version: the defaults say so.
TEMPLATE_DATA: Mapping[str, Any] = {
    "ImageId": P("imageId"),
    "InstanceType": P("instanceType"),
    "SecurityGroupIds": P("vpcSecurityGroupIds", default=[]),
    "IamInstanceProfile": P("iamInstanceProfile", pascal, default={}),
    "UserData": P("userData", default=""),
    "BlockDeviceMappings": P("blockDeviceMappings", _disks, default=[]),
    "MetadataOptions": P("metadataOptions", pascal, default={}),
    "Monitoring": P("monitoring", pascal, default={"enabled": False}),
    "TagSpecifications": P("tagSpecifications", _tag_specifications, default=[]),
}


def _set_default_version(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    if not new.get("updateDefaultVersion", False):
        return {}
    version = str(new["latestVersion"])
    request = {"LaunchTemplateId": new["id"], "DefaultVersion": version}
    invoke(client, "modify_launch_template", request)
    return {}


LAUNCH_TEMPLATE = Resource(
    token="aws:ec2/launchTemplate:LaunchTemplate",
    service="ec2",
    create=Call(
        "create_launch_template",
        {
            "LaunchTemplateName": P("name"),
            "LaunchTemplateData": TEMPLATE_DATA,
            "TagSpecifications": tagged("launch-template"),
        },
        returns={"id": "LaunchTemplate.LaunchTemplateId"},
    ),
    auto_name=AutoName(max_length=125),
    update=(
        Call(
            "create_launch_template_version",
            {"LaunchTemplateId": ID, "LaunchTemplateData": TEMPLATE_DATA},
            returns={"latestVersion": "LaunchTemplateVersion.VersionNumber"},
        ),
        Run(
            _set_default_version,
            uses=(P("updateDefaultVersion", default=False), *TEMPLATE_DATA.values()),
        ),
        RETAG,
    ),
    changes_on_update=frozenset({"latestVersion", "defaultVersion"}),
    read=(
        Read(
            "describe_launch_templates",
            {"LaunchTemplateIds": [ID]},
            "LaunchTemplates[0]",
            {
                "name": "LaunchTemplateName",
                "latestVersion": "LatestVersionNumber",
                "defaultVersion": "DefaultVersionNumber",
            },
        ),
        Read(
            "describe_launch_template_versions",
            {"LaunchTemplateId": ID, "Versions": [LATEST]},
            "LaunchTemplateVersions[0].LaunchTemplateData",
            {
                "imageId": "ImageId",
                "instanceType": "InstanceType",
                "vpcSecurityGroupIds": "SecurityGroupIds",
                "iamInstanceProfile": From("IamInstanceProfile", camel),
                "userData": "UserData",
                "blockDeviceMappings": From("BlockDeviceMappings", camel),
                "metadataOptions": From("MetadataOptions", camel),
                "monitoring": From("Monitoring", camel),
                "tagSpecifications": From("TagSpecifications", _told_tag_specifications),
            },
        ),
        # moto's describe_launch_templates keeps telling the tags of the first day.
        Read(
            "describe_tags",
            {"Filters": [{"Name": "resource-id", "Values": [ID]}]},
            "@",
            {"tags": TAGS},
        ),
    ),
    delete=(Call("delete_launch_template", {"LaunchTemplateId": ID}),),
    gone=(
        "InvalidLaunchTemplateId.NotFound",
        "InvalidLaunchTemplateId.NotFoundException",
        "InvalidLaunchTemplateName.NotFoundException",
    ),
)


def template_reference(given: Mapping[str, Any]) -> dict[str, Any]:
    """Which version of which template: `{"id": …, "version": …}` in the API's names."""
    names = {"id": "LaunchTemplateId", "name": "LaunchTemplateName", "version": "Version"}
    return {names[key]: value for key, value in given.items()}


def _read_template(client: Any, instance: Scope, _: Scope) -> Mapping[str, Any]:
    """Which template version runs; `$Latest` stays as the program wrote it while it is true.

    An instance does not tell it except by the tags that EC2 gives it.
    """
    wanted = instance.get("launchTemplate")
    if wanted is None:
        return {}
    by_instance = {"Filters": [{"Name": "resource-id", "Values": [instance["id"]]}]}
    tags = {t["Key"]: t["Value"] for t in invoke(client, "describe_tags", by_instance)["Tags"]}
    template_id = tags.get("aws:ec2launchtemplate:id")
    running = tags.get("aws:ec2launchtemplate:version")
    by_id = {"LaunchTemplateIds": [template_id]}
    templates = invoke(client, "describe_launch_templates", by_id)["LaunchTemplates"]
    meanings = {
        name: str(template[number])
        for template in templates
        for name, number in ((LATEST, "LatestVersionNumber"), (DEFAULT, "DefaultVersionNumber"))
    }
    version = wanted.get("version", DEFAULT)
    as_wanted = meanings.get(version, version) == running
    shown = {**wanted, "id": template_id, "version": version if as_wanted else running}
    return {"launchTemplate": shown}


def _resize(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """Only a stopped instance takes another type."""
    servers = {"InstanceIds": [new["id"]]}
    resize = {"InstanceId": new["id"], "InstanceType": {"Value": new["instanceType"]}}
    invoke(client, "stop_instances", servers)
    invoke(client, "modify_instance_attribute", resize)
    invoke(client, "start_instances", servers)
    return {}


def _instance_arn(parts: list[str]) -> str:
    zone, account, identifier = parts
    return f"arn:aws:ec2:{zone[:-1]}:{account}:instance/{identifier}"


INSTANCE = Resource(
    token="aws:ec2/instance:Instance",
    service="ec2",
    create=Call(
        "run_instances",
        {
            "MinCount": 1,
            "MaxCount": 1,
            "ImageId": P("ami"),
            "InstanceType": P("instanceType"),
            "LaunchTemplate": P("launchTemplate", template_reference),
            "SubnetId": P("subnetId"),
            "PrivateIpAddress": P("privateIp"),
            "SecurityGroupIds": P("vpcSecurityGroupIds"),
            "TagSpecifications": tagged("instance"),
        },
        returns={"id": "Instances[0].InstanceId"},
    ),
    update=(
        Run(_resize, uses=(P("instanceType"),)),
        Call(
            "modify_instance_attribute",
            {"InstanceId": ID, "Groups": P("vpcSecurityGroupIds")},
        ),
        RETAG,
    ),
    read=(
        Read(
            "describe_instances",
            {"InstanceIds": [ID]},
            "Reservations[0].Instances[?State.Name != 'terminated'] | [0]",
            {
                "ami": "ImageId",
                "instanceType": "InstanceType",
                "instanceState": "State.Name",
                "availabilityZone": "Placement.AvailabilityZone",
                "subnetId": "SubnetId",
                "vpcSecurityGroupIds": "SecurityGroups[].GroupId",
                "privateIp": "PrivateIpAddress",
                "privateDns": "PrivateDnsName",
                "primaryNetworkInterfaceId": "NetworkInterfaces[0].NetworkInterfaceId",
                "arn": From(
                    "[Placement.AvailabilityZone, NetworkInterfaces[0].OwnerId, InstanceId]",
                    _instance_arn,
                ),
                "tags": TAGS,
            },
        ),
        Run(_read_template),
    ),
    delete=(Call("terminate_instances", {"InstanceIds": [ID]}),),
    gone=("InvalidInstanceID.NotFound",),
)

RESOURCES: tuple[Resource, ...] = (LAUNCH_TEMPLATE, INSTANCE)
