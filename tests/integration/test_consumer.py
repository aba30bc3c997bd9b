"""Another team's program, on what the platform's stack gives away."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import automation

from components.outputs import AwsOutputs
from offline.workspace import PROJECT, ROOT
from tests.integration.conftest import Platform
from tests.integration.engine import Engine, Watch, changes
from toolchain import locate

PROGRAM = ROOT / "examples" / "consumer"
CONFIG_KEY = "reports:platform"
FUTURE = "future"


@dataclass(frozen=True)
class Consumer:
    """The other team's stack, up."""

    stack: automation.Stack
    outputs: dict[str, Any]


def shell_of_the_quick_start(file: Path) -> dict[str, str]:
    """The variables of a shell that has read what `make up` wrote."""
    told = (shlex.split(line)[0].partition("=") for line in file.read_text().splitlines())
    return {name: value for name, _, value in told}


def unset() -> set[str]:
    """The variables that the example's README takes out of that shell."""
    line = re.search(r"^unset ([A-Z_ ]+)", (PROGRAM / "README.md").read_text(), re.MULTILINE)
    assert line
    return set(line[1].split())


def consumer_stack(engine: Engine, folder: Path, platform_stack: str) -> automation.Stack:
    """A stack of the example, of a copy: the engine writes into a stack file."""
    shutil.copytree(PROGRAM, folder)
    environment = engine.environment()
    if (engine.workspace.base / "env").exists():
        environment |= shell_of_the_quick_start(engine.workspace.base / "env")
    environment = {name: environment[name] for name in environment.keys() - unset()}
    options = automation.LocalWorkspaceOptions(
        env_vars=environment,
        pulumi_home=str(engine.workspace.base / "pulumi-home"),
        pulumi_command=automation.PulumiCommand(root=str(locate().parent)),
    )
    stack = automation.create_stack(platform_stack, work_dir=str(folder), opts=options)
    reference = f"organization/{PROJECT}/{platform_stack}"
    stack.set_config(CONFIG_KEY, automation.ConfigValue(reference))
    return stack


@pytest.fixture(scope="module")
def consumer(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Consumer]:
    folder = tmp_path_factory.mktemp("another team") / "reports"
    stack = consumer_stack(platform.engine, folder, platform.engine.workspace.stack)
    try:
        told = stack.up().outputs
        yield Consumer(stack, {key: output.value for key, output in told.items()})
    finally:
        stack.destroy()


def test_the_stack_file_of_the_example_names_the_stack_of_the_quick_start() -> None:
    told = (PROGRAM / "Pulumi.dev.yaml").read_text()
    assert f"{CONFIG_KEY}: organization/{PROJECT}/local\n" in told


def test_it_hands_on_what_the_platform_gives(consumer: Consumer, platform: Platform) -> None:
    given = AwsOutputs.model_validate(platform.outputs)
    assert consumer.outputs["subnet_ids"] == given.private_subnet_ids
    assert consumer.outputs["database_host"] == given.database_replica_host
    assert consumer.outputs["database_secret_ref"] == given.database_secret_ref
    assert consumer.outputs["log_group"] == f"/reports/{given.environment}"


def test_its_task_reaches_the_database_and_nothing_else_reaches_the_task(
    consumer: Consumer, platform: Platform
) -> None:
    ec2 = platform.client("ec2")
    task = consumer.outputs["security_group_id"]
    database = platform.outputs["security_group_ids"]["database"]

    (group,) = ec2.describe_security_groups(GroupIds=[task])["SecurityGroups"]
    (theirs,) = ec2.describe_security_groups(GroupIds=[database])["SecurityGroups"]

    assert group["VpcId"] == platform.outputs["vpc_id"]
    assert group["IpPermissions"] == []
    (opened,) = [each for each in theirs["IpPermissions"] if task in _groups(each)]
    assert (opened["FromPort"], opened["ToPort"]) == (5432, 5432)


def _groups(permission: dict[str, Any]) -> set[str]:
    return {pair["GroupId"] for pair in permission["UserIdGroupPairs"]}


def test_its_log_is_under_the_platforms_key(consumer: Consumer, platform: Platform) -> None:
    name = consumer.outputs["log_group"]
    told = platform.client("logs").describe_log_groups(logGroupNamePrefix=name)
    (group,) = told["logGroups"]
    assert group["kmsKeyId"] == platform.outputs["kms_key_arn"]
    assert group["retentionInDays"] == 365


def test_its_role_may_fetch_the_password_of_the_database_only(
    consumer: Consumer, platform: Platform
) -> None:
    iam = platform.client("iam")
    role = consumer.outputs["role_arn"].rsplit("/", 1)[-1]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    granted = {
        statement["Resource"]
        for statement in document["Statement"]
        if statement["Action"] == "secretsmanager:GetSecretValue"
    }
    assert granted == {platform.outputs["database_secret_ref"]}


def test_its_state_holds_no_secret(consumer: Consumer, platform: Platform) -> None:
    secret = platform.client("secretsmanager").get_secret_value(
        SecretId=platform.outputs["database_secret_ref"]
    )["SecretString"]
    password = json.loads(secret)["password"]
    assert password not in json.dumps(consumer.stack.export_stack().deployment)


def test_a_second_up_changes_nothing(consumer: Consumer) -> None:
    assert changes(consumer.stack.up().summary.resource_changes) == {}


def test_the_platform_does_not_take_the_teams_rule_for_drift(
    consumer: Consumer, platform: Platform
) -> None:
    seen = Watch()
    platform.engine.project_stack().preview_refresh(on_event=seen)
    assert seen.operations == {}


def test_outputs_of_another_major_version_end_it_with_one_sentence(
    platform: Platform, tmp_path: Path
) -> None:
    def program() -> None:
        pulumi.export("contract_version", "2.0")
        pulumi.export("region", "eu-central-1")

    platform.engine.program_stack(FUTURE, program).up()
    stack = consumer_stack(platform.engine, tmp_path / "reports", FUTURE)

    with pytest.raises(automation.CommandError) as refused:
        stack.up()

    told = str(refused.value)
    _, diagnostics = told.split("Diagnostics:")
    sentence = (
        "error: The platform's outputs have contract version 2.0, and this program reads version "
        "1: the platform's CHANGELOG says what has changed.\n"
    )
    assert diagnostics.count(sentence) == 1
    assert "Traceback" not in told
    assert '"type": "aws:' not in json.dumps(stack.export_stack().deployment)
