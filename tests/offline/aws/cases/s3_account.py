"""S3: what holds for every bucket of an account."""

from tests.offline.aws.account import ACCOUNT_ID, Account, Case, MakeCase


def account_public_access_block(account: Account) -> Case:
    switches = (
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    )
    return Case(
        token="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        inputs={"accountId": ACCOUNT_ID, **dict.fromkeys(switches, True)},
        changes=dict.fromkeys(switches, False),
        meddle=lambda state: account.client("s3control").delete_public_access_block(
            AccountId=ACCOUNT_ID
        ),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (account_public_access_block,)
