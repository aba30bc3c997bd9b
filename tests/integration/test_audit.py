"""Compliance: who did what is recorded, threats are found, and the account is safe by default."""

from typing import Any

import pytest

from tests.integration.answers import allowed_actions
from tests.integration.conftest import Platform
from tests.integration.engine import REGION
from tests.integration.holdings import ACCOUNT


@pytest.fixture(scope="module")
def trail(stack: Platform) -> dict[str, Any]:
    (found,) = stack.client("cloudtrail").describe_trails()["trailList"]
    return found


def test_every_call_in_every_region_is_recorded_signed_and_encrypted(
    stack: Platform, trail: dict[str, Any]
) -> None:
    assert trail["IsMultiRegionTrail"] is True
    assert trail["IncludeGlobalServiceEvents"] is True
    assert trail["LogFileValidationEnabled"] is True
    assert trail["KmsKeyId"] == stack.outputs["kms_key_arn"]
    status = stack.client("cloudtrail").get_trail_status(Name=trail["TrailARN"])
    assert status["IsLogging"] is True


def test_the_trail_is_kept_in_a_bucket_of_ours_and_in_a_log_group(
    stack: Platform, trail: dict[str, Any]
) -> None:
    names = [each["Name"] for each in stack.client("s3").list_buckets()["Buckets"]]
    assert trail["S3BucketName"] in names
    groups = stack.client("logs").describe_log_groups()["logGroups"]
    arns = {group["arn"].removesuffix(":*") for group in groups}
    assert trail["CloudWatchLogsLogGroupArn"].removesuffix(":*") in arns


def test_management_and_every_access_to_users_data_are_recorded(
    stack: Platform, trail: dict[str, Any]
) -> None:
    told = stack.client("cloudtrail").get_event_selectors(TrailName=trail["TrailARN"])
    selectors = [
        {field["Field"]: field for field in each["FieldSelectors"]}
        for each in told["AdvancedEventSelectors"]
    ]
    by_category = {
        category: each for each in selectors for category in each["eventCategory"]["Equals"]
    }
    assert by_category.keys() == {"Management", "Data"}
    # Neither is left out: not reading, not writing.
    assert "readOnly" not in by_category["Management"] | by_category["Data"]
    assert by_category["Data"]["resources.type"]["Equals"] == ["AWS::S3::Object"]
    locations = (stack.outputs["backup_location"], stack.outputs["media_location"])
    assert set(by_category["Data"]["resources.ARN"]["StartsWith"]) == {
        f"arn:aws:s3:::{location.removeprefix('s3://')}/" for location in locations
    }


def test_what_auditors_ask_for_raises_an_alarm(stack: Platform, trail: dict[str, Any]) -> None:
    group = trail["CloudWatchLogsLogGroupArn"].removesuffix(":*").split(":log-group:")[1]
    filters = stack.client("logs").describe_metric_filters(logGroupName=group)["metricFilters"]
    counted = {
        (each["metricNamespace"], each["metricName"])
        for metric_filter in filters
        for each in metric_filter["metricTransformations"]
    }
    pages = stack.client("cloudwatch").get_paginator("describe_alarms").paginate()
    alarmed = {
        (alarm.get("Namespace"), alarm.get("MetricName"))
        for page in pages
        for alarm in page["MetricAlarms"]
    }
    # CIS AWS Foundations Benchmark, Monitoring.
    assert len(counted) >= 14
    assert counted <= alarmed


def test_guardduty_looks_for_threats_and_tells_the_team(stack: Platform) -> None:
    guardduty = stack.client("guardduty")
    (detector,) = guardduty.list_detectors()["DetectorIds"]
    assert guardduty.get_detector(DetectorId=detector)["Status"] == "ENABLED"
    events = stack.client("events")
    (rule,) = [
        each
        for each in events.list_rules()["Rules"]
        if "aws.guardduty" in each.get("EventPattern", "")
    ]
    targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert [each["Arn"] for each in targets] == [stack.outputs["alert_topic_arn"]]
    assert rule["State"] == "ENABLED"


def test_the_configuration_of_everything_is_recorded(
    stack: Platform, trail: dict[str, Any]
) -> None:
    config = stack.client("config")
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert recorder["recordingGroup"]["allSupported"] is True
    assert recorder["recordingGroup"]["includeGlobalResourceTypes"] is True
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert (status["name"], status["recording"]) == (recorder["name"], True)
    (channel,) = config.describe_delivery_channels()["DeliveryChannels"]
    assert channel["s3BucketName"] == trail["S3BucketName"]
    assert channel["s3KmsKeyArn"] == stack.outputs["kms_key_arn"]


def test_access_from_outside_the_account_is_looked_for(stack: Platform) -> None:
    (analyzer,) = stack.client("accessanalyzer").list_analyzers()["analyzers"]
    assert (analyzer["type"], analyzer["status"]) == ("ACCOUNT", "ACTIVE")
    assert analyzer["arn"].split(":")[3] == REGION


def test_disks_are_encrypted_even_where_nobody_asks(stack: Platform) -> None:
    assert stack.client("ec2").get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True


def test_no_bucket_of_the_account_can_be_made_public(stack: Platform) -> None:
    told = stack.client("s3control").get_public_access_block(AccountId=ACCOUNT)
    blocked = told["PublicAccessBlockConfiguration"]
    assert len(blocked) == 4
    assert all(blocked.values())


def test_passwords_of_people_are_long_and_not_used_again(stack: Platform) -> None:
    policy = stack.client("iam").get_account_password_policy()["PasswordPolicy"]
    # CIS AWS Foundations Benchmark, Identity and Access Management.
    assert policy["MinimumPasswordLength"] >= 14
    assert policy["PasswordReusePrevention"] >= 24


def test_no_role_of_ours_may_do_everything(stack: Platform) -> None:
    iam = stack.client("iam")
    pages = iam.get_paginator("list_roles").paginate()
    roles = [
        each["RoleName"]
        for page in pages
        for each in page["Roles"]
        if not each["Path"].startswith("/aws-service-role/")
    ]
    assert len(roles) > 5
    found = {
        (role, action)
        for role in roles
        for action in allowed_actions(iam, role)
        if action.endswith("*")
    }
    assert found == set()


def test_who_pays_hears_before_the_month_costs_too_much(stack: Platform) -> None:
    budgets = stack.client("budgets")
    (budget,) = budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]
    assert (budget["BudgetType"], budget["TimeUnit"]) == ("COST", "MONTHLY")
    assert budget["CostFilters"]["TagKeyValue"] == [
        f"user:Environment${stack.outputs['environment']}"
    ]
    told = budgets.describe_notifications_for_budget(
        AccountId=ACCOUNT, BudgetName=budget["BudgetName"]
    )
    warned = {each["NotificationType"]: each["Threshold"] for each in told["Notifications"]}
    assert warned.keys() == {"ACTUAL", "FORECASTED"}
    assert warned["ACTUAL"] <= 100
