"""GuardDuty."""

from tests.offline.aws.account import TAGS, Account, Case, MakeCase


def detector(account: Account) -> Case:
    return Case(
        token="aws:guardduty/detector:Detector",
        inputs={"enable": True, "findingPublishingFrequency": "ONE_HOUR", "tags": TAGS},
        changes={"enable": False, "findingPublishingFrequency": "FIFTEEN_MINUTES"},
        meddle=lambda state: account.client("guardduty").delete_detector(DetectorId=state["id"]),
        drift=None,
    )


def detector_feature(account: Account) -> Case:
    guardduty = account.client("guardduty")
    watched = account.create("aws:guardduty/detector:Detector", enable=True)["id"]
    account.create(
        "aws:guardduty/detectorFeature:DetectorFeature",
        detectorId=watched,
        name="RDS_LOGIN_EVENTS",
        status="ENABLED",
    )
    return Case(
        token="aws:guardduty/detectorFeature:DetectorFeature",
        inputs={"detectorId": watched, "name": "S3_DATA_EVENTS", "status": "ENABLED"},
        changes={"status": "DISABLED"},
        meddle=lambda state: guardduty.update_detector(
            DetectorId=watched, Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]
        ),
        drift={"status": "DISABLED"},
        outlives=True,
    )


CASES: tuple[MakeCase, ...] = (
    detector,
    detector_feature,
)
