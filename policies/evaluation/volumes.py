"""The EBS volumes that a server starts with, from each of the shapes that name them."""

from collections.abc import Iterator
from dataclasses import dataclass

from evaluation.properties import entries, is_given, value_at
from evaluation.resource_types import EBS_VOLUME, INSTANCE

# EBS User Guide, "Amazon EBS volume types": the others are magnetic.
SSD_VOLUME_TYPES = ("gp2", "gp3", "io1", "io2")


@dataclass(frozen=True, kw_only=True)
class Volume:
    """One EBS volume as its server names it.

    Attributes:
        path: where in the resource's properties it stands.
        settings: its properties (`volumeSize`, `volumeType`, `encrypted`), or None when the server
            leaves them to its machine image.
    """

    path: str
    settings: object


def volumes(resource_type: str, properties: object) -> Iterator[Volume]:
    """The volumes of a launch template or an instance.

    An instance always has a root volume, named or not, unless it takes it from its launch template.
    Of a launch template only the machine image knows which of the mappings is the root.
    """
    if resource_type == INSTANCE:
        root = value_at(properties, "rootBlockDevice")
        if root is not None or not is_given(properties, "launchTemplate"):
            yield Volume(path="rootBlockDevice", settings=root)
        for index, device in enumerate(entries(value_at(properties, "ebsBlockDevices"))):
            yield Volume(path=f"ebsBlockDevices[{index}]", settings=device)
        return
    for index, mapping in enumerate(entries(value_at(properties, "blockDeviceMappings"))):
        ebs = value_at(mapping, "ebs")
        # An instance-store disk, or a device of the image that is left out: no EBS volume.
        no_volume = value_at(mapping, "virtualName") or value_at(mapping, "noDevice")
        if ebs is not None or not no_volume:
            yield Volume(path=f"blockDeviceMappings[{index}].ebs", settings=ebs)


def volume_setting(
    resource_type: str, properties: object, name: str
) -> Iterator[tuple[str, object]]:
    """One setting of every volume, each with its path; of a volume of its own as well.

    Args:
        resource_type: a launch template, an instance or an EBS volume.
        properties: its properties.
        name: what a server calls the setting, such as `volumeType`.
    """
    if resource_type == EBS_VOLUME:
        own = {"volumeType": "type"}.get(name, name)
        yield own, value_at(properties, own)
        return
    for volume in volumes(resource_type, properties):
        yield f"{volume.path}.{name}", value_at(volume.settings, name)
