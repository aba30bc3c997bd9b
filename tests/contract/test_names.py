"""Physical names obey AWS, however long the names in the settings are."""

import re
from collections.abc import Iterator

import pytest

from settings.model import Settings
from tests.components.recording import Recording, Registration
from tests.program import longest_settings, recorded, variants

NAMES = (
    "analyzerName",
    "associationName",
    "bucketPrefix",
    "finalSnapshotIdentifier",
    "identifier",
    "name",
    "patchGroup",
    "replicationGroupId",
)
"""Properties that hold a physical name."""

NOT_A_NAME = {
    ("aws:cfg/recorderStatus:RecorderStatus", "name"),  # the recorder's
    ("aws:guardduty/detectorFeature:DetectorFeature", "name"),  # chosen by AWS
    ("aws:route53/record:Record", "name"),  # what it resolves
    ("aws:route53/zone:Zone", "name"),  # the domain
    ("aws:ssm/association:Association", "name"),  # the document's
}

ADDED_BY_PULUMI = "-0123456"
"""What stands behind the logical name of a resource that the program gives no name."""

WORD = r"[A-Za-z0-9_-]+"
RDS = r"[a-z](?!.*--)[a-z0-9-]*[a-z0-9]"
PATH = r"[A-Za-z0-9_./#-]+"
BALANCER = r"(?!internal-)[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]"

LIMITS: dict[tuple[str, str], tuple[int, str]] = {
    ("aws:accessanalyzer/analyzer:Analyzer", "analyzerName"): (255, r"[A-Za-z][A-Za-z0-9_.-]*"),
    ("aws:autoscaling/group:Group", "name"): (255, WORD),
    ("aws:autoscaling/lifecycleHook:LifecycleHook", "name"): (255, WORD),
    ("aws:budgets/budget:Budget", "name"): (100, r"[^:\\]+"),
    ("aws:cfg/deliveryChannel:DeliveryChannel", "name"): (256, WORD),
    ("aws:cfg/recorder:Recorder", "name"): (256, WORD),
    ("aws:cloudtrail/trail:Trail", "name"): (128, r"[A-Za-z0-9][A-Za-z0-9._-]+[A-Za-z0-9]"),
    ("aws:cloudwatch/eventRule:EventRule", "name"): (64, r"[A-Za-z0-9._-]+"),
    ("aws:cloudwatch/logGroup:LogGroup", "name"): (512, PATH),
    ("aws:cloudwatch/logMetricFilter:LogMetricFilter", "name"): (512, r"[^:*]+"),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", "name"): (255, r"[ -~]+"),
    ("aws:ec2/launchTemplate:LaunchTemplate", "name"): (128, r"[A-Za-z0-9().\-/_]{3,}"),
    ("aws:ec2/securityGroup:SecurityGroup", "name"): (255, r"(?!sg-)[A-Za-z0-9 ._-]+"),
    ("aws:elasticache/parameterGroup:ParameterGroup", "name"): (255, RDS),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "replicationGroupId"): (40, RDS),
    ("aws:elasticache/subnetGroup:SubnetGroup", "name"): (255, RDS),
    ("aws:iam/instanceProfile:InstanceProfile", "name"): (128, r"[\w+=,.@-]+"),
    ("aws:iam/role:Role", "name"): (64, r"[\w+=,.@-]+"),
    ("aws:iam/rolePolicy:RolePolicy", "name"): (128, r"[\w+=,.@-]+"),
    ("aws:kms/alias:Alias", "name"): (256, r"alias/(?!aws/)[A-Za-z0-9/_-]+"),
    ("aws:lambda/function:Function", "name"): (64, WORD),
    ("aws:lb/loadBalancer:LoadBalancer", "name"): (32, BALANCER),
    ("aws:lb/targetGroup:TargetGroup", "name"): (32, BALANCER),
    ("aws:rds/eventSubscription:EventSubscription", "name"): (255, RDS),
    ("aws:rds/instance:Instance", "finalSnapshotIdentifier"): (255, RDS),
    ("aws:rds/instance:Instance", "identifier"): (63, RDS),
    ("aws:rds/parameterGroup:ParameterGroup", "name"): (255, RDS),
    ("aws:rds/subnetGroup:SubnetGroup", "name"): (255, RDS),
    # The provider appends 26 characters to a prefix; a bucket's name has 63 at most.
    ("aws:s3/bucket:Bucket", "bucketPrefix"): (37, r"[a-z0-9][a-z0-9.-]*"),
    ("aws:sns/topic:Topic", "name"): (256, WORD),
    ("aws:secretsmanager/secret:Secret", "name"): (512, r"[A-Za-z0-9/_+=.@-]+"),
    ("aws:ssm/association:Association", "associationName"): (128, r"[a-zA-Z0-9_.-]{3,}"),
    ("aws:ssm/document:Document", "name"): (128, r"[a-zA-Z0-9_.-]{3,}"),
    ("aws:ssm/maintenanceWindow:MaintenanceWindow", "name"): (128, r"[a-zA-Z0-9_.-]{3,}"),
    ("aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget", "name"): (128, r"[\w.-]{3,}"),
    ("aws:ssm/maintenanceWindowTask:MaintenanceWindowTask", "name"): (128, r"[\w.-]{3,}"),
    # With the rest of its ARN, a parameter's name has 1011 characters at most.
    ("aws:ssm/parameter:Parameter", "name"): (900, r"/(?!aws|ssm)[a-zA-Z0-9_./-]+"),
    ("aws:ssm/patchBaseline:PatchBaseline", "name"): (128, r"[a-zA-Z0-9_.-]{3,}"),
    ("aws:ssm/patchGroup:PatchGroup", "patchGroup"): (256, r"[\w .:/=+@-]+"),
    ("aws:wafv2/webAcl:WebAcl", "name"): (128, WORD),
}
"""Resource type and property → longest name and allowed characters (AWS: each API's reference)."""


def named(program: Recording) -> Iterator[tuple[Registration, str, str]]:
    """Every physical name, and which property of which resource it is."""
    for each in program.resources:
        if each.type.startswith("aws:"):
            for property_ in NAMES:
                value = each.inputs.get(property_)
                if value and (each.type, property_) not in NOT_A_NAME:
                    yield each, property_, value
            if (each.type, "name") in LIMITS and "name" not in each.inputs:
                yield each, "name", each.name + ADDED_BY_PULUMI


def test_the_longest_names_are_what_the_settings_allow() -> None:
    raw = longest_settings()
    Settings.model_validate(raw)
    longer = {
        "environment": raw["environment"] + "x",
        "owner": raw["owner"] + "x",
        "domain": "x" + raw["domain"],
        "servers": {f"{name}x": group for name, group in raw["servers"].items()},
    }
    for key, value in longer.items():
        with pytest.raises(ValueError, match=key):
            Settings.model_validate({**raw, key: value})


def test_every_name_that_the_program_gives_has_a_known_limit(program: Recording) -> None:
    unknown = {(each.type, property_) for each, property_, _ in named(program)} - LIMITS.keys()
    assert unknown == set()


def test_every_limit_is_that_of_a_name_that_the_program_gives() -> None:
    given = {
        (each.type, property_)
        for variant in variants()
        for each, property_, _ in named(recorded(variant))
    }
    assert sorted(LIMITS.keys() - given) == []


def test_no_name_is_too_long_or_has_a_character_that_aws_refuses(program: Recording) -> None:
    for each, property_, value in named(program):
        longest, allowed = LIMITS[each.type, property_]
        assert len(value) <= longest, (each.name, value)
        assert re.fullmatch(allowed, value), (each.name, value)


def test_no_two_resources_of_a_type_have_the_same_name(program: Recording) -> None:
    seen = [
        (each.type, property_, value, each.inputs.get("region"), each.inputs.get("role"))
        for each, property_, value in named(program)
    ]
    assert sorted({each for each in seen if seen.count(each) > 1}, key=str) == []
