"""No policy of a resource lets everybody in."""

from collections.abc import Iterator, Mapping

from evaluation.buckets import BUCKETS
from evaluation.levels import Severity
from evaluation.properties import value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resource_policies import public_statements
from evaluation.resources import Resource
from evaluation.rule import Example, OnUnknown, ResourceRule

# The property that holds the policy. A VPC endpoint's policy is none of these: it only takes away
# from what the caller may do anyhow.
POLICIES: Mapping[str, str] = {
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:kms/key:Key": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:kms/replicaKey:ReplicaKey": "policy",
    **dict.fromkeys(BUCKETS, "policy"),
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
}


def check(resource: Resource) -> Iterator[str]:
    """Reject statements for everybody that no condition confines.

    Most policies name what does not exist yet, so they are unknown at the first preview.
    """
    path = POLICIES[resource.resource_type]
    policy = value_at(resource.props, path)
    if not policy:
        return
    try:
        public = list(public_statements(policy))
    except ValueError:
        yield f"{path} is no JSON, so it does not tell whom it lets in. Make it a JSON document."
        return
    for statement in public:
        yield (
            f"{path} lets everybody in ({statement}); nothing but the load balancer may be public. "
            "Name the principals, or confine the statement by a condition such as "
            "aws:SourceAccount with the account itself."
        )


PUBLIC_POLICIES = ResourceRule(
    name="public-policies",
    title="No resource policy lets everybody in",
    why=(
        "A statement for everybody makes keys, secrets, topics and buckets public, whatever "
        "else is closed."
    ),
    severity=Severity.CRITICAL,
    references=(
        guide("Compliance: Data Protection"),
        fsbp("S3.2"),
        fsbp("S3.3"),
        fsbp("KMS.5"),
        fsbp("SNS.4"),
        pci("7.2.1"),
    ),
    fix="Name the principals, or confine the statement by a condition such as aws:SourceAccount.",
    example=Example(
        violates='Principal: "*"',
        complies="Principal: {Service: cloudwatch.amazonaws.com}",
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=POLICIES,
    check=check,
)
