"""EBS."""

from tests.offline.aws.account import ACCOUNT_ID, NEW_TAGS, REGION, TAGS, Account, Case, MakeCase
from tests.offline.aws.cases.vpc import a_subnet, a_vpc

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/1"


def a_volume(account: Account) -> str:
    return account.create("aws:ebs/volume:Volume", availabilityZone=f"{REGION}a", size=10)["id"]


def volume(account: Account) -> Case:
    ec2 = account.client("ec2")
    return Case(
        token="aws:ebs/volume:Volume",
        inputs={
            "availabilityZone": f"{REGION}a",
            "encrypted": True,
            "kmsKeyId": KEY,
            "size": 100,
            "type": "gp3",
            "iops": 3000,
            "throughput": 125,
            "tags": TAGS,
        },
        changes={"size": 200, "type": "io2", "iops": 4000, "throughput": 250, "tags": NEW_TAGS},
        meddle=lambda state: ec2.modify_volume(VolumeId=state["id"], Size=300),
        drift={"size": 300},
    )


def volume_attachment(account: Account) -> Case:
    ec2 = account.client("ec2")
    server = account.create(
        "aws:ec2/instance:Instance",
        ami="ami-12345678",
        instanceType="m6i.xlarge",
        subnetId=a_subnet(account, a_vpc(account)),
    )
    of = a_volume(account)
    return Case(
        token="aws:ec2/volumeAttachment:VolumeAttachment",
        inputs={
            "deviceName": "/dev/sdf",
            "instanceId": server["id"],
            "volumeId": of,
            "stopInstanceBeforeDetaching": True,
        },
        meddle=lambda state: ec2.detach_volume(
            VolumeId=of, InstanceId=server["id"], Device="/dev/sdf"
        ),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (volume, volume_attachment)
