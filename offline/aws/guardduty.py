"""GuardDuty: the detector and what it looks at."""

from offline.provider.table import ID, Call, From, K, P, Read, Resource

GONE = ("InvalidInputException", "BadRequestException")
"""What GuardDuty answers for a detector that does not exist."""

DETECTOR = Resource(
    token="aws:guardduty/detector:Detector",
    service="guardduty",
    create=Call(
        "create_detector",
        {
            "Enable": P("enable"),
            "FindingPublishingFrequency": P("findingPublishingFrequency"),
            "Tags": P("tags"),
        },
        returns={"id": "DetectorId"},
    ),
    update=(
        Call(
            "update_detector",
            {
                "DetectorId": ID,
                "Enable": P("enable"),
                "FindingPublishingFrequency": P("findingPublishingFrequency"),
            },
        ),
    ),
    read=(
        Read(
            "get_detector",
            {"DetectorId": ID},
            "@",
            {
                "enable": From("Status", lambda status: status == "ENABLED"),
                "findingPublishingFrequency": "FindingPublishingFrequency",
                "tags": "Tags",
            },
        ),
    ),
    delete=(Call("delete_detector", {"DetectorId": ID}),),
    gone=GONE,
)

_FEATURE = {
    "DetectorId": P("detectorId", replaces=True),
    "Features": [
        {
            "Name": P("name", replaces=True),
            "Status": P("status"),
        }
    ],
}

DETECTOR_FEATURE = Resource(
    token="aws:guardduty/detectorFeature:DetectorFeature",
    service="guardduty",
    create=Call("update_detector", _FEATURE),
    id="{detectorId}/{name}",
    update=(Call("update_detector", _FEATURE),),
    read=(
        Read(
            "get_detector",
            {"DetectorId": K("detectorId")},
            "Features[?Name == '$name'] | [0]",
            {"name": "Name", "status": "Status"},
        ),
    ),
    # The official plugin leaves a feature as it is, too.
    delete=(),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (DETECTOR, DETECTOR_FEATURE)
