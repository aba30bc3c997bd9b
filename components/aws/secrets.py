"""A generated password kept in Secrets Manager."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_random as random
from pulumi_aws import secretsmanager

from components.identity import Identity, Role

INITIAL = "initial"
"""Label of the version that Pulumi makes of a rotated secret. The very first version of a secret is
current whatever its label. A later one, made because somebody lost the first, is not: it must not
take the place of a password that was rotated. Having a label also keeps it from being purged."""

PASSWORD_LENGTH = 40
"""Letters and digits only, so the password fits a URL unquoted: 40 of them carry 238 bits."""


@dataclass(frozen=True, kw_only=True)
class GeneratedSecretArgs:
    """What the password is for, and which key encrypts it."""

    identity: Identity
    purpose: str
    role: Role
    kms_key_arn: pulumi.Input[str]
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    """Public values that belong with the password, for example `username`. With any, the secret
    is a JSON object of them and `password`, as AWS's own database secrets are; without, it is
    the bare password."""
    rotated: bool = False
    """Someone else puts later passwords into the secret; Pulumi puts the first one only."""


class GeneratedSecret(pulumi.ComponentResource):
    """A random password, generated once, encrypted in Secrets Manager and in the state."""

    arn: pulumi.Output[str]
    value: pulumi.Output[str]
    """The password itself, marked secret."""

    def __init__(
        self, name: str, args: GeneratedSecretArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:GeneratedSecret", name, None, opts)
        self.value = self._password(name)
        self.arn = self._secret(name, args)
        self.register_outputs({"arn": self.arn})

    def _password(self, name: str) -> pulumi.Output[str]:
        password = random.RandomPassword(
            f"{name}-password",
            length=PASSWORD_LENGTH,
            special=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return pulumi.Output.secret(password.result)

    def _secret(self, name: str, args: GeneratedSecretArgs) -> pulumi.Output[str]:
        secret = secretsmanager.Secret(
            # No fixed name: AWS keeps the name of a deleted secret taken for 30 days.
            f"{name}-secret",
            description=f"{args.identity.project} {args.identity.environment}: {args.purpose}",
            kms_key_id=args.kms_key_arn,
            tags=args.identity.tags(args.role, args.identity.name(args.purpose, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        version = secretsmanager.SecretVersion(
            f"{name}-version",
            secret_id=secret.id,
            secret_string=self.value.apply(lambda password: _document(args.fields, password)),
            version_stages=[INITIAL] if args.rotated else None,
            # AWS adds and moves labels of its own as it rotates.
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=["secretString", "versionStages"] if args.rotated else None,
            ),
        )
        # Readers get the ARN only once there is a value to read.
        return version.arn


def _document(fields: Mapping[str, str], password: str) -> str:
    return json.dumps({**fields, "password": password}) if fields else password
