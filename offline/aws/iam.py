"""IAM: roles, their policies, and instance profiles."""

from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.convert import json_text, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope

GONE = ("NoSuchEntity",)
TAGS = From("Tags || `[]`", tag_map)

ROLE = Resource(
    token="aws:iam/role:Role",
    service="iam",
    create=Call(
        "create_role",
        {
            "RoleName": P("name"),
            "Path": P("path"),
            "AssumeRolePolicyDocument": P("assumeRolePolicy"),
            "Description": P("description"),
            "MaxSessionDuration": P("maxSessionDuration"),
            "Tags": P("tags", tag_list),
        },
    ),
    id="{name}",
    auto_name=AutoName(max_length=64),
    update=(
        Call(
            "update_assume_role_policy",
            {"RoleName": ID, "PolicyDocument": P("assumeRolePolicy")},
        ),
        Call(
            "update_role",
            {
                "RoleName": ID,
                "Description": P("description", default=""),
                "MaxSessionDuration": P("maxSessionDuration", default=3600),
            },
        ),
        retag("tag_role", "untag_role", {"RoleName": ID}),
    ),
    read=(
        Read(
            "get_role",
            {"RoleName": ID},
            "Role",
            {
                "name": "RoleName",
                "path": "Path",
                "assumeRolePolicy": From("AssumeRolePolicyDocument", json_text),
                "description": "Description || ''",
                "maxSessionDuration": "MaxSessionDuration",
                "arn": "Arn",
                "uniqueId": "RoleId",
                "createDate": "CreateDate",
                "tags": TAGS,
            },
        ),
    ),
    delete=(Call("delete_role", {"RoleName": ID}),),
    gone=GONE,
)

_POLICY = {
    "RoleName": P("role", replaces=True),
    "PolicyName": P("name", replaces=True),
    "PolicyDocument": P("policy"),
}
_WHICH_POLICY = {"RoleName": K("role"), "PolicyName": K("name")}

ROLE_POLICY = Resource(
    token="aws:iam/rolePolicy:RolePolicy",
    service="iam",
    create=Call("put_role_policy", _POLICY),
    id="{role}:{name}",
    auto_name=AutoName(max_length=128),
    update=(Call("put_role_policy", _POLICY),),
    read=(
        Read(
            "get_role_policy",
            _WHICH_POLICY,
            "@",
            {"policy": From("PolicyDocument", json_text)},
        ),
    ),
    delete=(Call("delete_role_policy", _WHICH_POLICY),),
    gone=GONE,
)

ROLE_POLICY_ATTACHMENT = Resource(
    token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    service="iam",
    create=Call("attach_role_policy", {"RoleName": P("role"), "PolicyArn": P("policyArn")}),
    id="{role}/{policyArn}",
    read=(
        Read(
            "list_attached_role_policies",
            {"RoleName": K("role")},
            "AttachedPolicies[?PolicyArn == '$policyArn'] | [0]",
            {"policyArn": "PolicyArn"},
        ),
    ),
    delete=(Call("detach_role_policy", {"RoleName": K("role"), "PolicyArn": K("policyArn")}),),
    gone=GONE,
)


def _hold_role(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """Put the role into the profile, which holds one at most."""
    _release_roles(client, new, old)
    if role := new.get("role"):
        request = {"InstanceProfileName": new["id"], "RoleName": role}
        invoke(client, "add_role_to_instance_profile", request)
    return {}


def _release_roles(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    profile = {"InstanceProfileName": new["id"]}
    for role in invoke(client, "get_instance_profile", profile)["InstanceProfile"]["Roles"]:
        request = {**profile, "RoleName": role["RoleName"]}
        invoke(client, "remove_role_from_instance_profile", request)
    return {}


INSTANCE_PROFILE = Resource(
    token="aws:iam/instanceProfile:InstanceProfile",
    service="iam",
    create=Call(
        "create_instance_profile",
        {
            "InstanceProfileName": P("name"),
            "Path": P("path"),
            "Tags": P("tags", tag_list),
        },
    ),
    id="{name}",
    auto_name=AutoName(max_length=128),
    configure=(Run(_hold_role, uses=(P("role", default=""),)),),
    update=(retag("tag_instance_profile", "untag_instance_profile", {"InstanceProfileName": ID}),),
    read=(
        Read(
            "get_instance_profile",
            {"InstanceProfileName": ID},
            "InstanceProfile",
            {
                "name": "InstanceProfileName",
                "path": "Path",
                "role": "Roles[0].RoleName || ''",
                "arn": "Arn",
                "uniqueId": "InstanceProfileId",
                "createDate": "CreateDate",
                "tags": TAGS,
            },
        ),
    ),
    delete=(
        Run(_release_roles),
        Call("delete_instance_profile", {"InstanceProfileName": ID}),
    ),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    INSTANCE_PROFILE,
)
