"""EBS: volumes of their own, and what attaches them to servers."""

import zlib
from collections.abc import Mapping
from typing import Any

from offline.aws.vpc import RETAG, TAGS, tagged
from offline.provider.api import invoke
from offline.provider.table import ID, Call, From, P, Read, Resource, Run, Scope


def _volume_arn(parts: list[str]) -> str:
    zone, identifier = parts
    # The account that moto emulates; a volume does not tell its owner.
    return f"arn:aws:ec2:{zone[:-1]}:123456789012:volume/{identifier}"


VOLUME = Resource(
    token="aws:ebs/volume:Volume",
    service="ec2",
    create=Call(
        "create_volume",
        {
            "AvailabilityZone": P("availabilityZone"),
            "Encrypted": P("encrypted"),
            "KmsKeyId": P("kmsKeyId"),
            "Size": P("size"),
            "VolumeType": P("type"),
            "Iops": P("iops"),
            "Throughput": P("throughput"),
            "TagSpecifications": tagged("volume"),
        },
        returns={"id": "VolumeId"},
    ),
    update=(
        Call(
            "modify_volume",
            {
                "VolumeId": ID,
                "Size": P("size"),
                "VolumeType": P("type"),
                "Iops": P("iops"),
                "Throughput": P("throughput"),
            },
        ),
        RETAG,
    ),
    read=(
        Read(
            "describe_volumes",
            {"VolumeIds": [ID]},
            "Volumes[0]",
            {
                "availabilityZone": "AvailabilityZone",
                "encrypted": "Encrypted",
                "kmsKeyId": "KmsKeyId",
                "size": "Size",
                "type": "VolumeType",
                "iops": "Iops",
                "throughput": "Throughput",
                "arn": From("[AvailabilityZone, VolumeId]", _volume_arn),
                "tags": TAGS,
            },
        ),
    ),
    delete=(Call("delete_volume", {"VolumeId": ID}),),
    gone=("InvalidVolume.NotFound",),
)


def _attach(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    device, instance, volume = new["deviceName"], new["instanceId"], new["volumeId"]
    request = {"Device": device, "InstanceId": instance, "VolumeId": volume}
    invoke(client, "attach_volume", request)
    # AWS knows no ID of an attachment; this one is made as the official plugin makes it.
    return {"id": f"vai-{zlib.crc32(f'{device}-{instance}-{volume}-'.encode())}"}


def _detach(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    if new.get("stopInstanceBeforeDetaching"):
        invoke(client, "stop_instances", {"InstanceIds": [new["instanceId"]]})
    request = {"InstanceId": new["instanceId"], "VolumeId": new["volumeId"]}
    invoke(client, "detach_volume", {**request, "Device": new["deviceName"]})
    return {}


ATTACHMENT = Resource(
    token="aws:ec2/volumeAttachment:VolumeAttachment",
    service="ec2",
    create=Run(_attach, uses=(P("deviceName"), P("instanceId"), P("volumeId"))),
    read=(
        Read(
            "describe_volumes",
            {"VolumeIds": [P("volumeId")]},
            "Volumes[0].Attachments[?InstanceId == '$instanceId' && Device == '$deviceName'] | [0]",
            {"deviceName": "Device", "instanceId": "InstanceId", "volumeId": "VolumeId"},
        ),
    ),
    delete=(Run(_detach),),
    delete_before_replace=True,
    options=frozenset({"stopInstanceBeforeDetaching"}),
    gone=(
        "InvalidVolume.NotFound",
        "InvalidInstanceID.NotFound",
        "InvalidAttachment.NotFound",
        "IncorrectState",
    ),
)

RESOURCES: tuple[Resource, ...] = (VOLUME, ATTACHMENT)
