"""AWS Config."""

from tests.offline.aws.account import ACCOUNT_ID, Account, Case, MakeCase
from tests.offline.aws.cases.cloudtrail import a_bucket
from tests.offline.aws.cases.iam import a_role


def a_recorder(account: Account) -> str:
    """The recorder of the account, which another case may have made."""
    if not account.client("config").describe_configuration_recorders()["ConfigurationRecorders"]:
        role = f"arn:aws:iam::{ACCOUNT_ID}:role/{a_role(account)}"
        account.create("aws:cfg/recorder:Recorder", name="default", roleArn=role)
    return "default"


def a_channel(account: Account) -> str:
    a_recorder(account)
    if not account.client("config").describe_delivery_channels()["DeliveryChannels"]:
        account.create(
            "aws:cfg/deliveryChannel:DeliveryChannel",
            name="default",
            s3BucketName=a_bucket(account),
        )
    return "default"


def recorder(account: Account) -> Case:
    config = account.client("config")
    everything = {"allSupported": True, "includeGlobalResourceTypes": True}
    arn = f"arn:aws:iam::{ACCOUNT_ID}:role/"
    return Case(
        token="aws:cfg/recorder:Recorder",
        inputs={
            # An account has one recorder a region.
            "name": "default",
            "roleArn": f"{arn}{a_role(account)}",
            "recordingGroup": everything,
        },
        changes={
            "roleArn": f"{arn}{a_role(account)}",
            "recordingGroup": {**everything, "includeGlobalResourceTypes": False},
        },
        meddle=lambda state: config.delete_configuration_recorder(
            ConfigurationRecorderName=state["id"]
        ),
        drift=None,
    )


def delivery_channel(account: Account) -> Case:
    a_recorder(account)
    one, other = (account.create("aws:kms/key:Key")["arn"] for _ in range(2))
    return Case(
        token="aws:cfg/deliveryChannel:DeliveryChannel",
        inputs={
            "name": "default",
            "s3BucketName": a_bucket(account),
            "s3KmsKeyArn": one,
            "snapshotDeliveryProperties": {"deliveryFrequency": "TwentyFour_Hours"},
        },
        changes={
            "s3BucketName": a_bucket(account),
            "s3KmsKeyArn": other,
            "snapshotDeliveryProperties": {"deliveryFrequency": "Six_Hours"},
        },
        meddle=lambda state: account.client("config").delete_delivery_channel(
            DeliveryChannelName=state["id"]
        ),
        drift=None,
    )


def recorder_status(account: Account) -> Case:
    return Case(
        token="aws:cfg/recorderStatus:RecorderStatus",
        inputs={"name": a_channel(account), "isEnabled": True},
        changes={"isEnabled": False},
        meddle=lambda state: account.client("config").stop_configuration_recorder(
            ConfigurationRecorderName=state["id"]
        ),
        drift={"isEnabled": False},
        outlives=True,
    )


CASES: tuple[MakeCase, ...] = (
    recorder,
    delivery_channel,
    recorder_status,
)
