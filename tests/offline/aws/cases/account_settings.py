"""Settings of which an account has one; the cases of a session share them."""

from tests.offline.aws.account import Account, Case, MakeCase


def password_policy(account: Account) -> Case:
    return Case(
        token="aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        inputs={
            "allowUsersToChangePassword": True,
            "maxPasswordAge": 90,
            "minimumPasswordLength": 14,
            "passwordReusePrevention": 24,
            "requireLowercaseCharacters": True,
            "requireNumbers": True,
            "requireSymbols": True,
            "requireUppercaseCharacters": True,
        },
        changes={
            "allowUsersToChangePassword": False,
            "maxPasswordAge": 60,
            "minimumPasswordLength": 20,
            "passwordReusePrevention": 12,
            "requireLowercaseCharacters": False,
            "requireNumbers": False,
            "requireSymbols": False,
            "requireUppercaseCharacters": False,
        },
        meddle=lambda state: account.client("iam").delete_account_password_policy(),
        drift=None,
    )


def encryption_by_default(account: Account) -> Case:
    return Case(
        token="aws:ebs/encryptionByDefault:EncryptionByDefault",
        inputs={"enabled": True},
        changes={"enabled": False},
        meddle=lambda state: account.client("ec2").disable_ebs_encryption_by_default(),
        drift={"enabled": False},
        outlives=True,
    )


CASES: tuple[MakeCase, ...] = (password_policy, encryption_by_default)
