"""A nightly report on the messaging platform's read replica, by a team that does not run it.

Everything the program knows of the platform comes from the outputs of the platform's stack: where
the network and the replica are, which key encrypts, where the database's password is kept. It
handles the name of the secret only: the task fetches the password when it starts.
"""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

CONTRACT = "1"
"""Major version of the outputs that this program reads; within one, keys are only added."""

HTTPS = 443
RETENTION_DAYS = 365
TAGS = {"Owner": "reports", "ManagedBy": "pulumi"}


def of_our_contract(outputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the platform's outputs. Raises RunError when they are of another major version."""
    version = str(outputs.get("contract_version", "none"))
    if version.split(".", maxsplit=1)[0] != CONTRACT:
        raise pulumi.RunError(
            f"The platform's outputs have contract version {version}, and this program reads "
            f"version {CONTRACT}: the platform's CHANGELOG says what has changed."
        )
    return outputs


def network(platform: pulumi.Output[Any], in_region: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Let the task reach the database and AWS's own services, and nothing reach the task."""
    port = platform["database_port"]
    database = platform["security_group_ids"]["database"]
    task = aws.ec2.SecurityGroup(
        "task", description="Nightly report", vpc_id=platform["vpc_id"], tags=TAGS, opts=in_region
    )
    aws.vpc.SecurityGroupEgressRule(
        "task-to-database",
        security_group_id=task.id,
        referenced_security_group_id=database,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description="Queries",
        tags=TAGS,
        opts=in_region,
    )
    aws.vpc.SecurityGroupEgressRule(
        "task-to-aws",
        security_group_id=task.id,
        cidr_ipv4="0.0.0.0/0",
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        description="Secrets Manager, logs and the image registry",
        tags=TAGS,
        opts=in_region,
    )
    # Both ends must agree. The group is the platform's, this rule is ours and goes with our stack.
    aws.vpc.SecurityGroupIngressRule(
        "database-from-task",
        security_group_id=database,
        referenced_security_group_id=task.id,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description="Nightly report",
        tags=TAGS,
        opts=in_region,
    )
    return task.id


def log_group(
    platform: pulumi.Output[Any], in_region: pulumi.ResourceOptions
) -> aws.cloudwatch.LogGroup:
    """Keep the task's output under the platform's key, which CloudWatch Logs may use."""
    return aws.cloudwatch.LogGroup(
        "log",
        name=pulumi.Output.concat("/reports/", platform["environment"]),
        retention_in_days=RETENTION_DAYS,
        kms_key_id=platform["kms_key_arn"],
        tags=TAGS,
        opts=in_region,
    )


def role(
    platform: pulumi.Output[Any],
    log: aws.cloudwatch.LogGroup,
    in_region: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """Let the task, and nobody else, fetch the database's password and write its own log."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    task = aws.iam.Role("task-role", assume_role_policy=policy(trust), tags=TAGS, opts=in_region)
    statements = pulumi.Output.all(
        secret=platform["database_secret_ref"], key=platform["kms_key_arn"], log=log.arn
    ).apply(
        lambda arns: policy(
            {
                "Effect": "Allow",
                "Action": "secretsmanager:GetSecretValue",
                "Resource": arns["secret"],
            },
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": arns["key"]},
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": f"{arns['log']}:*",
            },
        )
    )
    aws.iam.RolePolicy("task-policy", role=task.id, policy=statements, opts=in_region)
    return task.arn


def policy(*statements: Mapping[str, Any]) -> str:
    """Return an IAM policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def main() -> None:
    """Build what the task needs, and export what its task definition is made of."""
    reference = pulumi.StackReference(pulumi.Config().require("platform"))
    platform = reference.outputs.apply(of_our_contract)
    # The platform's region, whatever AWS_REGION says in this shell.
    provider = aws.Provider("aws", region=platform["region"])
    in_region = pulumi.ResourceOptions(provider=provider)
    log = log_group(platform, in_region)
    pulumi.export("security_group_id", network(platform, in_region))
    pulumi.export("subnet_ids", platform["private_subnet_ids"])
    pulumi.export("role_arn", role(platform, log, in_region))
    pulumi.export("log_group", log.name)
    pulumi.export("database_host", platform["database_replica_host"])
    pulumi.export("database_secret_ref", platform["database_secret_ref"])


main()
