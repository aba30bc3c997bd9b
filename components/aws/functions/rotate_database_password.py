"""Rotates the database's password when Secrets Manager asks for it.

Secrets Manager calls the function once for each of four steps (AWS: Rotation by Lambda function)
and calls it again after an error, so each step may be repeated. RDS takes the password through its
API: the function needs neither a driver nor a way to the database.
"""

import json
import logging
import os
import secrets
import string
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3

ALPHABET = string.ascii_letters + string.digits
"""Stands in a URL unquoted."""

PASSWORD_LENGTH = 40

POLL_SECONDS = 5

MARGIN_SECONDS = 10
"""Left to report a failure before Lambda ends the function."""

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"

log = logging.getLogger()
log.setLevel(logging.INFO)


class RotationError(Exception):
    """The secret or the database is not in a state to rotate; Secrets Manager tries again."""


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """One rotation: which secret, which new version of it, which database."""

    secret_id: str
    token: str
    """The new version's ID."""
    database: str
    seconds_left: Callable[[], float]
    manager: Any
    rds: Any

    def create(self) -> None:
        """Put a new password into the pending version, unless it has one."""
        try:
            self._value(PENDING)
        except self.manager.exceptions.ResourceNotFoundException:
            password = "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LENGTH))
            self.manager.put_secret_value(
                SecretId=self.secret_id,
                ClientRequestToken=self.token,
                SecretString=json.dumps({**self._value(CURRENT), "password": password}),
                VersionStages=[PENDING],
            )

    def set(self) -> None:
        """Give the pending password to the database."""
        value, instance = self._value(PENDING), self._instance()
        if value["username"] != instance["MasterUsername"]:
            raise RotationError(
                f"The secret is of the user {value['username']}, but the master user of "
                f"{self.database} is {instance['MasterUsername']}."
            )
        # A password is applied at once in any case. `ApplyImmediately` would besides carry out
        # whatever else waits for the maintenance window.
        self.rds.modify_db_instance(
            DBInstanceIdentifier=self.database,
            MasterUserPassword=value["password"],
            ApplyImmediately=False,
        )

    def test(self) -> None:
        """Wait until the database has taken the password."""
        while self._is_changing():
            if self.seconds_left() < MARGIN_SECONDS + POLL_SECONDS:
                raise RotationError(f"{self.database} has not yet taken the new password.")
            time.sleep(POLL_SECONDS)

    def finish(self) -> None:
        """Make the pending version the current one."""
        stages = self.stages()
        current = next(version for version, labels in stages.items() if CURRENT in labels)
        self.manager.update_secret_version_stage(
            SecretId=self.secret_id,
            VersionStage=CURRENT,
            MoveToVersionId=self.token,
            RemoveFromVersionId=current,
        )

    def stages(self) -> dict[str, list[str]]:
        """The labels of each version of the secret. Raises RotationError without rotation."""
        told = self.manager.describe_secret(SecretId=self.secret_id)
        if not told.get("RotationEnabled"):
            raise RotationError(f"Rotation is not enabled for {self.secret_id}.")
        return told["VersionIdsToStages"]

    def _value(self, stage: str) -> dict[str, str]:
        version = {"VersionId": self.token} if stage == PENDING else {}
        told = self.manager.get_secret_value(SecretId=self.secret_id, VersionStage=stage, **version)
        return json.loads(told["SecretString"])

    def _instance(self) -> dict[str, Any]:
        told = self.rds.describe_db_instances(DBInstanceIdentifier=self.database)
        return told["DBInstances"][0]

    def _is_changing(self) -> bool:
        instance = self._instance()
        return (
            "MasterUserPassword" in instance.get("PendingModifiedValues", {})
            or instance["DBInstanceStatus"] == "resetting-master-credentials"
        )


def handle(event: dict[str, str], context: Any) -> None:
    """Run one step. Raises RotationError for what must not be rotated."""
    rotation = Rotation(
        secret_id=event["SecretId"],
        token=event["ClientRequestToken"],
        database=os.environ["DATABASE_IDENTIFIER"],
        seconds_left=lambda: context.get_remaining_time_in_millis() / 1000,
        manager=_client("secretsmanager"),
        rds=_client("rds"),
    )
    labels = rotation.stages().get(rotation.token)
    if labels is None:
        raise RotationError(f"{rotation.secret_id} has no version {rotation.token}.")
    if CURRENT in labels:
        log.info("%s: version %s is current already", rotation.secret_id, rotation.token)
        return
    if PENDING not in labels:
        raise RotationError(f"The version {rotation.token} is not pending.")
    steps = {
        "createSecret": rotation.create,
        "setSecret": rotation.set,
        "testSecret": rotation.test,
        "finishSecret": rotation.finish,
    }
    if event["Step"] not in steps:
        raise RotationError(f"There is no step {event['Step']}.")
    steps[event["Step"]]()
    log.info("%s: %s of version %s is done", rotation.secret_id, event["Step"], rotation.token)


@cache
def _client(service: str) -> Any:
    # boto3's types differ by service, and its own stubs are not part of Lambda's runtime.
    session: Any = boto3.session.Session()
    return session.client(service)
