"""IAM."""

import json

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase

SSM = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


def trust(service: str) -> str:
    """A role's trust policy, formatted as no API would."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=3)


def permit(action: str) -> str:
    """A policy that permits one action."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def a_role(account: Account) -> str:
    return account.create(
        "aws:iam/role:Role", name=account.unique("role"), assumeRolePolicy=trust("ec2")
    )["name"]


def role(account: Account) -> Case:
    return Case(
        token="aws:iam/role:Role",
        inputs={
            "name": account.unique("role"),
            "path": "/messaging/",
            "assumeRolePolicy": trust("ec2"),
            "description": "API servers",
            "maxSessionDuration": 7200,
            "tags": TAGS,
        },
        changes={
            "assumeRolePolicy": trust("vpc-flow-logs"),
            "description": "Flow logs",
            "maxSessionDuration": 3600,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: account.client("iam").update_assume_role_policy(
            RoleName=state["name"], PolicyDocument=json.dumps(json.loads(trust("lambda")))
        ),
        drift={"assumeRolePolicy": json.dumps(json.loads(trust("lambda")))},
    )


def role_policy(account: Account) -> Case:
    return Case(
        token="aws:iam/rolePolicy:RolePolicy",
        inputs={
            "role": a_role(account),
            "name": account.unique("policy"),
            "policy": permit("s3:GetObject"),
        },
        changes={"policy": permit("s3:PutObject")},
        meddle=lambda state: account.client("iam").put_role_policy(
            RoleName=state["role"], PolicyName=state["name"], PolicyDocument=permit("s3:*")
        ),
        drift={"policy": permit("s3:*")},
    )


def role_policy_attachment(account: Account) -> Case:
    return Case(
        token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        inputs={"role": a_role(account), "policyArn": SSM},
        meddle=lambda state: account.client("iam").detach_role_policy(
            RoleName=state["role"], PolicyArn=SSM
        ),
        drift=None,
    )


def instance_profile(account: Account) -> Case:
    iam = account.client("iam")
    return Case(
        token="aws:iam/instanceProfile:InstanceProfile",
        inputs={
            "name": account.unique("profile"),
            "path": "/messaging/",
            "role": a_role(account),
            "tags": TAGS,
        },
        changes={"role": a_role(account), "tags": NEW_TAGS},
        meddle=lambda state: iam.remove_role_from_instance_profile(
            InstanceProfileName=state["name"], RoleName=state["role"]
        ),
        drift={"role": ""},
    )


CASES: tuple[MakeCase, ...] = (role, role_policy, role_policy_attachment, instance_profile)
