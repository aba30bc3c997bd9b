"""IAM Access Analyzer."""

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase


def analyzer(account: Account) -> Case:
    return Case(
        token="aws:accessanalyzer/analyzer:Analyzer",
        inputs={"analyzerName": account.unique("analyzer"), "type": "ACCOUNT", "tags": TAGS},
        changes={"tags": NEW_TAGS},
        meddle=lambda state: account.client("accessanalyzer").delete_analyzer(
            analyzerName=state["id"]
        ),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (analyzer,)
