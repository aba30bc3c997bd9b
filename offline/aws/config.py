"""AWS Config: what records the configuration of resources, and where it is delivered."""

from collections.abc import Mapping
from typing import Any

from offline.provider.api import invoke
from offline.provider.table import ID, AutoName, Call, K, P, Read, Resource, Run, Scope

GONE = ("NoSuchConfigurationRecorderException", "NoSuchDeliveryChannelException")

_RECORDER = {
    "ConfigurationRecorder": {
        "name": P("name", replaces=True),
        "roleARN": P("roleArn"),
        "recordingGroup": P("recordingGroup"),
    }
}

RECORDER = Resource(
    token="aws:cfg/recorder:Recorder",
    service="config",
    create=Call("put_configuration_recorder", _RECORDER),
    id="{name}",
    auto_name=AutoName(max_length=256),
    update=(Call("put_configuration_recorder", _RECORDER),),
    read=(
        Read(
            "describe_configuration_recorders",
            {"ConfigurationRecorderNames": [ID]},
            "ConfigurationRecorders[0]",
            {
                "name": "name",
                "roleArn": "roleARN",
                # What it says besides, a program spells in another way.
                "recordingGroup": "recordingGroup.{allSupported: allSupported, "
                "includeGlobalResourceTypes: includeGlobalResourceTypes}",
            },
        ),
    ),
    delete=(Call("delete_configuration_recorder", {"ConfigurationRecorderName": ID}),),
    gone=GONE,
)

_CHANNEL = {
    "DeliveryChannel": {
        "name": P("name", replaces=True),
        "s3BucketName": P("s3BucketName"),
        "s3KmsKeyArn": P("s3KmsKeyArn"),
        "configSnapshotDeliveryProperties": P("snapshotDeliveryProperties"),
    }
}

DELIVERY_CHANNEL = Resource(
    token="aws:cfg/deliveryChannel:DeliveryChannel",
    service="config",
    create=Call("put_delivery_channel", _CHANNEL),
    id="{name}",
    auto_name=AutoName(max_length=256),
    update=(Call("put_delivery_channel", _CHANNEL),),
    read=(
        Read(
            "describe_delivery_channels",
            {"DeliveryChannelNames": [ID]},
            "DeliveryChannels[0]",
            {
                "name": "name",
                "s3BucketName": "s3BucketName",
                "s3KmsKeyArn": "s3KmsKeyArn",
                "snapshotDeliveryProperties": "configSnapshotDeliveryProperties",
            },
        ),
    ),
    delete=(Call("delete_delivery_channel", {"DeliveryChannelName": ID}),),
    gone=GONE,
)


def _record(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    start, stop = "start_configuration_recorder", "stop_configuration_recorder"
    recorder = {"ConfigurationRecorderName": new["name"]}
    invoke(client, start if new["isEnabled"] else stop, recorder)
    return {}


RECORDER_STATUS = Resource(
    token="aws:cfg/recorderStatus:RecorderStatus",
    service="config",
    create=Run(_record, uses=(P("name"), P("isEnabled"))),
    id="{name}",
    update=(Run(_record, uses=(P("isEnabled"),)),),
    read=(
        Read(
            "describe_configuration_recorder_status",
            {"ConfigurationRecorderNames": [ID]},
            "ConfigurationRecordersStatus[0]",
            {"name": "name", "isEnabled": "recording"},
        ),
    ),
    delete=(Call("stop_configuration_recorder", {"ConfigurationRecorderName": K("name")}),),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (RECORDER, DELIVERY_CHANNEL, RECORDER_STATUS)
