"""No policy of a resource lets everybody in."""

from collections.abc import Iterator, Mapping

from pulumi_policy import ResourceValidationArgs, Severity
from pulumi_policy.proxy import UnknownValueError

from evaluation.mandatory import resource_policy
from evaluation.properties import known_at
from evaluation.resource_policies import public_statements

# The property that holds the policy. A VPC endpoint's policy is none of these: it only takes away
# from what the caller may do anyhow.
POLICIES: Mapping[str, str] = {
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:kms/key:Key": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:kms/replicaKey:ReplicaKey": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
}


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject statements for everybody that no condition confines.

    Most policies name what does not exist yet, so they are unknown at the first preview. Those are
    read when the deployment has come to the resource, before it is made.
    """
    path = POLICIES[args.resource_type]
    policy = known_at(args.props, path)
    if not policy:
        return
    try:
        public = list(public_statements(policy))
    except UnknownValueError:
        return
    except ValueError:
        yield f"{path} is no JSON, so it does not tell whom it lets in. Make it a JSON document."
        return
    for statement in public:
        yield (
            f"{path} lets everybody in ({statement}); nothing but the load balancer may be public. "
            "Name the principals, or confine the statement by a condition such as "
            "aws:SourceAccount."
        )


PUBLIC_POLICIES = resource_policy(
    name="public-policies",
    description="No resource policy lets everybody in (guide, Compliance: Data Protection).",
    severity=Severity.CRITICAL,
    resource_types=POLICIES,
    check=check,
)
