"""CloudWatch Logs: metric filters."""

from tests.offline.aws.account import Account, Case, MakeCase


def metric_filter(account: Account) -> Case:
    group = account.unique("/messaging-app/test/audit")
    account.create("aws:cloudwatch/logGroup:LogGroup", name=group, retentionInDays=1)
    name = account.unique("root-use")
    metric = {"name": "RootUse", "namespace": "audit", "value": "1", "defaultValue": "0"}
    return Case(
        token="aws:cloudwatch/logMetricFilter:LogMetricFilter",
        inputs={
            "name": name,
            "logGroupName": group,
            "pattern": '{ $.userIdentity.type = "Root" }',
            "metricTransformation": metric,
        },
        changes={
            "pattern": '{ $.userIdentity.type = "Root" && $.eventType != "AwsServiceEvent" }',
            "metricTransformation": {**metric, "value": "2"},
        },
        meddle=lambda state: account.client("logs").delete_metric_filter(
            logGroupName=group, filterName=name
        ),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (metric_filter,)
