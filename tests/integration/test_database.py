"""The database on the real engine: a rotated password stays, a copy becomes a database again."""

import uuid
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi_aws import Provider, ec2

from components.aws.database import Database, DatabaseArgs, DatabaseCopy
from components.aws.functions import rotate_database_password
from components.aws.password_rotation import PasswordRotation, PasswordRotationArgs
from components.identity import Identity
from offline.aws.package import Clients
from settings.servers import DatabaseSettings
from tests.integration.engine import REGION, Engine, Watch, changes
from tests.integration.test_programs import stack_of

OTHER_REGION = "eu-west-1"
SETTINGS = DatabaseSettings(
    instance_class="db.m6i.2xlarge",
    engine_version="16.4",
    storage_gib=500,
    max_storage_gib=2000,
    deletion_protection=False,
)


def program(environment: str, region: str = REGION, **changed: Any) -> Callable[[], None]:
    """A database with a rotated password, and the network that it stands in."""

    def build() -> None:
        opts = pulumi.ResourceOptions(provider=Provider("aws", region=region))
        identity = Identity(project="app", environment=environment, owner="team")
        key = f"arn:aws:kms:{region}:123456789012:key/1"
        zones = [f"{region}a", f"{region}b"]
        vpc = ec2.Vpc("vpc", cidr_block="10.8.0.0/16", opts=opts)
        subnets = [
            ec2.Subnet(
                f"subnet-{number}",
                vpc_id=vpc.id,
                cidr_block=f"10.8.{number}.0/24",
                availability_zone=zone,
                opts=opts,
            )
            for number, zone in enumerate(zones)
        ]
        group = ec2.SecurityGroup("database", name=environment, vpc_id=vpc.id, opts=opts)
        args = DatabaseArgs(
            identity=identity,
            settings=SETTINGS,
            region=region,
            account_id="123456789012",
            subnet_ids=[subnet.id for subnet in subnets],
            zones=zones,
            security_group_id=group.id,
            kms_key_arn=key,
            protect=False,
            retain=False,
            **changed,
        )
        database = Database("database", args, opts=opts)
        rotation = PasswordRotationArgs(
            identity=identity,
            kms_key_arn=key,
            secret_arn=database.secret_arn,
            instance_arn=database.instance_arn,
            instance_identifier=database.identifier,
        )
        PasswordRotation("rotation", rotation, opts=opts)
        pulumi.export("secret_arn", database.secret_arn)

    return build


class Context:
    """What Lambda tells a function about itself."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 0


def rotate(engine: Engine, secret: str, identifier: str, patch: pytest.MonkeyPatch) -> str:
    """Rotate as Secrets Manager does; gives the new value."""
    patch.setattr(rotate_database_password, "_client", engine.client)
    patch.setenv("DATABASE_IDENTIFIER", identifier)
    manager, token = engine.client("secretsmanager"), str(uuid.uuid4())
    manager.rotate_secret(SecretId=secret, ClientRequestToken=token)
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        event = {"Step": step, "SecretId": secret, "ClientRequestToken": token}
        rotate_database_password.handle(event, Context())
    return manager.get_secret_value(SecretId=secret)["SecretString"]


def test_pulumi_never_brings_an_old_password_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stack_of(engine, "rotated", program("rotated")) as stack:
        secret = stack.up().outputs["secret_arn"].value
        manager = engine.client("secretsmanager")
        first = manager.get_secret_value(SecretId=secret)["SecretString"]
        rotate(engine, secret, "app-rotated-database", monkeypatch)
        # The second rotation takes the last of AWS's labels from the first version.
        value = rotate(engine, secret, "app-rotated-database", monkeypatch)
        stack.refresh()

        done = Watch()
        stack.up(on_event=done)

        assert value != first
        assert done.operations == {}
        assert manager.get_secret_value(SecretId=secret)["SecretString"] == value


def test_a_database_in_another_region_begins_with_the_copied_backups(engine: Engine) -> None:
    key = f"arn:aws:kms:{OTHER_REGION}:123456789012:key/copy"
    copy = DatabaseCopy(region=OTHER_REGION, kms_key_arn=key)
    elsewhere = Clients(engine.emulator.endpoint)("rds", OTHER_REGION)
    with stack_of(engine, "copied", program("copied", copy=copy)) as source:
        source.up()
        [backup] = elsewhere.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
        restoring = program(
            "restored", OTHER_REGION, restore_from=backup["DBInstanceAutomatedBackupsArn"]
        )
        with stack_of(engine, "restored", restoring) as stack:
            stack.up()

            [restored] = elsewhere.describe_db_instances(
                DBInstanceIdentifier="app-restored-database"
            )["DBInstances"]
            assert (restored["DBName"], restored["KmsKeyId"]) == ("messaging", key)
            later = stack.up(program=program("restored", OTHER_REGION))
            assert changes(later.summary.resource_changes) == {}
