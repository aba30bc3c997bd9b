"""Settings of which an account has one: passwords, and how EBS encrypts."""

from collections.abc import Mapping
from typing import Any

from offline.provider.api import invoke
from offline.provider.table import Call, P, Read, Resource, Run, Scope

_POLICY = {
    "AllowUsersToChangePassword": P("allowUsersToChangePassword"),
    "MaxPasswordAge": P("maxPasswordAge"),
    "MinimumPasswordLength": P("minimumPasswordLength"),
    "PasswordReusePrevention": P("passwordReusePrevention"),
    "RequireLowercaseCharacters": P("requireLowercaseCharacters"),
    "RequireNumbers": P("requireNumbers"),
    "RequireSymbols": P("requireSymbols"),
    "RequireUppercaseCharacters": P("requireUppercaseCharacters"),
}

PASSWORD_POLICY = Resource(
    token="aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    service="iam",
    create=Call("update_account_password_policy", _POLICY),
    id="iam-account-password-policy",
    update=(Call("update_account_password_policy", _POLICY),),
    read=(
        Read(
            "get_account_password_policy",
            {},
            "PasswordPolicy",
            {
                **{leaf.name: api for api, leaf in _POLICY.items()},
                "expirePasswords": "ExpirePasswords",
            },
        ),
    ),
    delete=(Call("delete_account_password_policy", {}),),
    gone=("NoSuchEntity",),
)


def _encrypt(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    enable, disable = "enable_ebs_encryption_by_default", "disable_ebs_encryption_by_default"
    invoke(client, enable if new["enabled"] else disable, {})
    return {}


ENCRYPTION_BY_DEFAULT = Resource(
    token="aws:ebs/encryptionByDefault:EncryptionByDefault",
    service="ec2",
    create=Run(_encrypt, uses=(P("enabled"),)),
    id="ebs-encryption-by-default",
    update=(Run(_encrypt, uses=(P("enabled"),)),),
    read=(Read("get_ebs_encryption_by_default", {}, "@", {"enabled": "EbsEncryptionByDefault"}),),
    delete=(Call("disable_ebs_encryption_by_default", {}),),
)

RESOURCES: tuple[Resource, ...] = (PASSWORD_POLICY, ENCRYPTION_BY_DEFAULT)
