"""Load balancers, beyond what every table must do."""

import pytest

from offline.aws.elbv2 import LOAD_BALANCER, TARGET_GROUP
from offline.aws.listeners import LISTENER
from offline.provider import lifecycle
from offline.provider.api import ApiError
from tests.offline.aws.account import Account
from tests.offline.aws.cases.elbv2 import (
    a_load_balancer,
    load_balancer_inputs,
    target_group_inputs,
)


def test_a_protected_load_balancer_is_not_deleted(account: Account) -> None:
    inputs = {**load_balancer_inputs(account), "enableDeletionProtection": True}
    balancer = account.create(LOAD_BALANCER.token, **inputs)
    client = account.client("elbv2")

    with pytest.raises(ApiError) as refused:
        lifecycle.delete(LOAD_BALANCER, client, balancer["id"], balancer)

    assert str(refused.value) == (
        f"delete_load_balancer: OperationNotPermitted: Load balancer '{balancer['id']}' "
        "cannot be deleted because deletion protection is enabled"
    )
    assert client.describe_load_balancers(LoadBalancerArns=[balancer["id"]])["LoadBalancers"]


def test_arn_suffixes_are_what_cloudwatch_knows(account: Account) -> None:
    balancer = account.create(LOAD_BALANCER.token, **load_balancer_inputs(account))
    targets = account.create(TARGET_GROUP.token, **target_group_inputs(account))

    assert balancer["arn"].endswith(f":loadbalancer/{balancer['arnSuffix']}")
    assert balancer["arnSuffix"].startswith(f"app/{balancer['name']}/")
    assert targets["arn"].endswith(f":{targets['arnSuffix']}")
    assert targets["arnSuffix"].startswith(f"targetgroup/{targets['name']}/")


def test_an_action_that_the_table_does_not_map_is_refused_by_name(account: Account) -> None:
    unmapped = [{"type": "forward", "forward": {"stickiness": {"enabled": True}}}]

    with pytest.raises(ApiError, match=r'Unknown parameter in DefaultActions.*: "Forward"'):
        account.create(
            LISTENER.token,
            loadBalancerArn=a_load_balancer(account),
            port=80,
            protocol="HTTP",
            defaultActions=unmapped,
        )
