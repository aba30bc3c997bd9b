import pytest

from scripts.faults import OpsError
from scripts.services import remote
from scripts.services.server_groups import ServerGroups
from scripts.update import aws
from tests.services.cloud import Cloud


@pytest.fixture
def groups(account: Cloud) -> ServerGroups:
    account.add_group("api", servers=2, most=3)
    return ServerGroups(environment=account.environment, aws=account.clients())


def well() -> str | None:
    return None


def servers(groups: ServerGroups) -> set[str]:
    return {each.id for each in groups.group("api").servers}


def test_the_plan_names_groups_and_servers_that_stay_and_changes_nothing(
    account: Cloud, groups: ServerGroups
) -> None:
    monitoring, cache = account.add_server("monitoring"), account.add_server("cache")
    before = servers(groups)

    rows = aws.plan(groups)

    name = f"messaging-app-{account.environment}-api-servers"
    assert [(row["what"], row["how"]) for row in rows] == [
        (name, "replace 2 servers"),
        (cache, "install updates, reboot if needed"),
        (monitoring, "install updates, reboot if needed"),
    ]
    assert servers(groups) == before


def test_groups_are_replaced_and_servers_that_stay_patched_one_by_one(
    account: Cloud, groups: ServerGroups
) -> None:
    stay = [account.add_server("cache"), account.add_server("monitoring")]
    before = servers(groups)

    with account.sent() as sent:
        aws.update(groups, well, print)

    assert not servers(groups) & before
    assert [each["InstanceIds"] for each in sent] == [[server] for server in stay]
    assert {each["DocumentName"] for each in sent} == {"AWS-RunPatchBaseline"}
    assert sent[0]["Parameters"] == {"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]}


def test_it_stops_when_the_platform_is_not_well(
    account: Cloud, groups: ServerGroups, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted(account.add_server("cache") for _ in range(2))
    monkeypatch.setattr(aws, "REBOOT_SECONDS", 1)

    with account.sent() as sent, pytest.raises(OpsError) as raised:
        aws.update(groups, lambda: "cache: no replica follows" if sent else None, print)

    assert [each["InstanceIds"] for each in sent] == [[first]]
    assert str(raised.value) == (
        f"The platform is not well before {second} within 1 s: cache: no replica follows."
    )


def test_it_begins_nothing_while_the_platform_is_not_well(
    groups: ServerGroups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "REBOOT_SECONDS", 1)
    before = servers(groups)

    with pytest.raises(OpsError, match="The platform is not well before messaging-app-"):
        aws.update(groups, lambda: "database: no answer", print)

    assert servers(groups) == before


def test_a_refresh_that_fails_ends_the_update(
    account: Cloud, groups: ServerGroups, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.add_server("cache")
    monkeypatch.setattr(
        groups.aws.autoscaling,
        "describe_instance_refreshes",
        lambda **_asked: {"InstanceRefreshes": [{"Status": "RollbackSuccessful"}]},  # pyright: ignore
    )

    with account.sent() as sent, pytest.raises(OpsError, match="ended with RollbackSuccessful"):
        aws.update(groups, well, print)

    assert sent == []


def test_a_patch_that_fails_ends_the_update_with_what_it_said(
    account: Cloud, groups: ServerGroups, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = sorted(account.add_server("cache") for _ in range(2))
    monkeypatch.setattr(
        groups.aws.ssm,
        "get_command_invocation",
        lambda **_asked: {  # pyright: ignore
            "Status": "Failed",
            "StandardOutputContent": "",
            "StandardErrorContent": "no space left on device\n",
        },
    )

    with account.sent() as sent, pytest.raises(OpsError) as raised:
        aws.update(groups, well, print)

    assert len(sent) == 1
    assert str(raised.value).startswith(
        f"AWS-RunPatchBaseline on {first} ended with Failed: no space left on device. Its output: "
    )


def test_a_command_that_does_not_end_is_not_waited_for_for_ever(
    account: Cloud, groups: ServerGroups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        groups.aws.ssm,
        "get_command_invocation",
        lambda **_asked: {"Status": "InProgress"},  # pyright: ignore
    )
    with pytest.raises(OpsError, match=r"did not end within 1 s: its status is InProgress\."):
        remote.run(
            groups.aws.ssm,
            instance=account.add_server("cache"),
            document="AWS-RunShellScript",
            parameters={"commands": ["sleep 3600"]},
            seconds=1,
        )
