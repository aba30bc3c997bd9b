"""Auto Scaling groups, beyond what every table must do."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from offline.aws.autoscaling import GROUP
from offline.provider import lifecycle
from tests.offline.aws.account import Account, State
from tests.offline.aws.cases.autoscaling import group_inputs
from tests.offline.aws.cases.compute import template_inputs, user_data


def update(account: Account, state: State, inputs: State, **changes: Any) -> State:
    client = account.client("autoscaling")
    return lifecycle.update(GROUP, client, state["id"], state, inputs, {**inputs, **changes})


def servers(account: Account, group: State) -> list[dict[str, Any]]:
    """The group's servers, as EC2 tells them."""
    told = account.client("autoscaling").describe_auto_scaling_groups(
        AutoScalingGroupNames=[group["id"]]
    )["AutoScalingGroups"][0]
    ids = [server["InstanceId"] for server in told["Instances"]]
    reservations = account.client("ec2").describe_instances(InstanceIds=ids)["Reservations"]
    return [instance for each in reservations for instance in each["Instances"]]


def healthy_targets(account: Account, target_group_arn: str) -> set[str]:
    told = account.client("elbv2").describe_target_health(TargetGroupArn=target_group_arn)
    return {each["Target"]["Id"] for each in told["TargetHealthDescriptions"]}


def next_version(account: Account, template_id: str) -> None:
    """Another size and other user data, which is what most versions change."""
    ec2 = account.client("ec2")
    ec2.create_launch_template_version(
        LaunchTemplateId=template_id,
        LaunchTemplateData={
            "ImageId": template_inputs(account)["imageId"],
            "InstanceType": "m6i.2xlarge",
            "UserData": user_data("#!/bin/sh"),
        },
    )
    ec2.modify_launch_template(LaunchTemplateId=template_id, DefaultVersion="2")


def test_servers_carry_the_tags_that_are_to_be_propagated(account: Account) -> None:
    group = account.create(GROUP.token, **group_inputs(account))

    for server in servers(account, group):
        assert {"Key": "Role", "Value": "api"} in server["Tags"]


def test_a_raised_minimum_raises_the_number_of_servers(account: Account) -> None:
    inputs = {k: v for k, v in group_inputs(account).items() if k != "desiredCapacity"}
    group = account.create(GROUP.token, **inputs)

    raised = update(account, group, inputs, minSize=3)

    assert raised["desiredCapacity"] == 3
    assert len(servers(account, raised)) == 3


def test_a_group_of_several_types_tells_its_policy_as_it_was_given(account: Account) -> None:
    inputs = group_inputs(account)
    template = inputs.pop("launchTemplate")
    given = {
        "launchTemplate": {
            "launchTemplateSpecification": {
                "launchTemplateId": template["id"],
                "version": template["version"],
            },
            "overrides": [{"instanceType": "m6a.xlarge"}],
        }
    }

    group = account.create(GROUP.token, **inputs, mixedInstancesPolicy=given)

    assert group["mixedInstancesPolicy"] == given


def test_a_server_that_left_is_no_target(account: Account) -> None:
    inputs = group_inputs(account)
    group = account.create(GROUP.token, **inputs)

    smaller = update(account, group, inputs, minSize=1, desiredCapacity=1)

    [server] = servers(account, smaller)
    assert healthy_targets(account, inputs["targetGroupArns"][0]) == {server["InstanceId"]}


def refresh(account: Account, group: State, version: str, **preferences: Any) -> None:
    template = {"LaunchTemplateId": group["launchTemplate"]["id"], "Version": version}
    account.client("autoscaling").start_instance_refresh(
        AutoScalingGroupName=group["id"],
        DesiredConfiguration={"LaunchTemplate": template},
        Preferences=preferences,
    )


def test_a_refresh_to_another_template_version_replaces_the_servers(account: Account) -> None:
    inputs = group_inputs(account)
    group = account.create(GROUP.token, **inputs)
    before = {server["InstanceId"] for server in servers(account, group)}
    next_version(account, inputs["launchTemplate"]["id"])

    refresh(account, group, "2", SkipMatching=True)

    after = servers(account, group)
    assert [server["InstanceType"] for server in after] == ["m6i.2xlarge"] * 2
    assert before.isdisjoint(server["InstanceId"] for server in after)
    assert healthy_targets(account, inputs["targetGroupArns"][0]) == {
        server["InstanceId"] for server in after
    }


def test_a_refresh_skips_servers_that_run_the_version_already(account: Account) -> None:
    group = account.create(GROUP.token, **group_inputs(account))
    before = {server["InstanceId"] for server in servers(account, group)}

    refresh(account, group, "1", SkipMatching=True)
    assert {server["InstanceId"] for server in servers(account, group)} == before
    refresh(account, group, "1")
    assert before.isdisjoint(server["InstanceId"] for server in servers(account, group))


def test_a_refresh_to_a_version_that_is_not_there_is_refused(account: Account) -> None:
    group = account.create(GROUP.token, **group_inputs(account))

    with pytest.raises(ClientError, match="The launch template has no version 2"):
        refresh(account, group, "2")


def test_another_update_keeps_the_version_that_a_refresh_has_chosen(account: Account) -> None:
    inputs = group_inputs(account)
    group = account.create(GROUP.token, **inputs)
    next_version(account, inputs["launchTemplate"]["id"])
    refresh(account, group, "2")

    changed = update(account, group, inputs, maxSize=5)

    assert (changed["maxSize"], changed["launchTemplate"]["version"]) == (5, "2")


def test_a_new_group_has_its_hooks_from_the_start(account: Account) -> None:
    group = account.create(GROUP.token, **group_inputs(account))

    [hook] = account.client("autoscaling").describe_lifecycle_hooks(
        AutoScalingGroupName=group["id"]
    )["LifecycleHooks"]

    assert (hook["LifecycleHookName"], hook["HeartbeatTimeout"]) == ("first", 900)
    assert hook["DefaultResult"] == "ABANDON"


def test_refreshes_can_be_looked_up(account: Account) -> None:
    group = account.create(GROUP.token, **group_inputs(account))
    autoscaling = account.client("autoscaling")
    named = {"AutoScalingGroupName": group["id"]}

    started = autoscaling.start_instance_refresh(**named)["InstanceRefreshId"]

    [refresh] = autoscaling.describe_instance_refreshes(**named)["InstanceRefreshes"]
    assert (refresh["InstanceRefreshId"], refresh["Status"]) == (started, "Successful")


def test_a_deleted_group_ends_its_servers(account: Account) -> None:
    group = account.create(GROUP.token, **group_inputs(account))
    ids = [server["InstanceId"] for server in servers(account, group)]

    lifecycle.delete(GROUP, account.client("autoscaling"), group["id"], group)

    reservations = account.client("ec2").describe_instances(InstanceIds=ids)["Reservations"]
    states = {server["State"]["Name"] for each in reservations for server in each["Instances"]}
    assert states == {"terminated"}
    in_subnet = [{"Name": "subnet-id", "Values": group["vpcZoneIdentifiers"]}]
    interfaces = account.client("ec2").describe_network_interfaces(Filters=in_subnet)
    assert interfaces["NetworkInterfaces"] == []
