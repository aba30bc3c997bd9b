"""What watches over the whole account, of which it has one each a region."""

import json
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import accessanalyzer, cloudwatch, ebs, guardduty, iam, s3

from components.aws.account_recorder import AccountRecorder, AccountRecorderArgs
from components.identity import Identity

FEATURES: Final = (
    "S3_DATA_EVENTS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
)
"""What GuardDuty looks at besides calls, flow logs and DNS: the kinds of things that we have."""

NOTABLE: Final = 4
"""Severity from which GuardDuty calls a finding medium."""

PASSWORD_LENGTH: Final = 14
REMEMBERED_PASSWORDS: Final = 24
"""CIS AWS Foundations Benchmark, section 1."""


@dataclass(frozen=True, kw_only=True)
class AccountAuditArgs:
    """Whose account it is, where records go, and who hears of findings."""

    identity: Identity
    account_id: pulumi.Input[str]
    bucket: pulumi.Input[str]
    """Name of the audit bucket, whose policy has `audit_statements`."""
    kms_key_arn: pulumi.Input[str]
    """Key of what Config delivers."""
    alert_topic_arn: pulumi.Input[str]


class AccountAudit(pulumi.ComponentResource):
    """GuardDuty, AWS Config, Access Analyzer, and the account's safe defaults.

    One stack of an account owns them (`audit.account_services`): a second one would be refused by
    AWS, or undo the settings of the first when it is destroyed.
    """

    detector_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: AccountAuditArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:AccountAudit", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.detector_id = self._threat_detection(name, args)
        self._findings(name, args)
        self._analyzer(name, args)
        self._safe_defaults(name, args)
        recorder = AccountRecorderArgs(
            identity=args.identity,
            account_id=args.account_id,
            bucket=args.bucket,
            kms_key_arn=args.kms_key_arn,
        )
        AccountRecorder(f"{name}-config", recorder, opts=self._child)
        self.register_outputs({"detector_id": self.detector_id})

    def _threat_detection(self, name: str, args: AccountAuditArgs) -> pulumi.Output[str]:
        detector = guardduty.Detector(
            f"{name}-detector",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            tags=args.identity.tags("audit", args.identity.name(name, limit=128)),
            opts=self._child,
        )
        for feature in FEATURES:
            guardduty.DetectorFeature(
                f"{name}-{feature.lower().replace('_', '-')}",
                detector_id=detector.id,
                name=feature,
                status="ENABLED",
                opts=self._child,
            )
        return detector.id

    def _findings(self, name: str, args: AccountAuditArgs) -> None:
        physical_name = args.identity.name("findings", limit=64)
        rule = cloudwatch.EventRule(
            f"{name}-findings",
            name=physical_name,
            description="Findings of GuardDuty that are medium or worse",
            event_pattern=json.dumps(notable_findings()),
            tags=args.identity.tags("audit", physical_name),
            opts=self._child,
        )
        cloudwatch.EventTarget(
            f"{name}-findings-alert",
            rule=rule.name,
            target_id="alerts",
            arn=args.alert_topic_arn,
            opts=self._child,
        )

    def _analyzer(self, name: str, args: AccountAuditArgs) -> None:
        physical_name = args.identity.name("access", limit=255)
        accessanalyzer.Analyzer(
            f"{name}-analyzer",
            analyzer_name=physical_name,
            type="ACCOUNT",
            tags=args.identity.tags("audit", physical_name),
            opts=self._child,
        )

    def _safe_defaults(self, name: str, args: AccountAuditArgs) -> None:
        # With AWS's own key: volumes of others must not depend on one of ours, which may go.
        ebs.EncryptionByDefault(f"{name}-encryption", enabled=True, opts=self._child)
        s3.AccountPublicAccessBlock(
            f"{name}-public-access-block",
            account_id=args.account_id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        iam.AccountPasswordPolicy(
            f"{name}-passwords",
            minimum_password_length=PASSWORD_LENGTH,
            password_reuse_prevention=REMEMBERED_PASSWORDS,
            require_lowercase_characters=True,
            require_uppercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            allow_users_to_change_password=True,
            opts=self._child,
        )


def notable_findings() -> dict[str, Any]:
    """The events to tell people of (AWS: GuardDuty findings in EventBridge)."""
    return {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": {"severity": [{"numeric": [">=", NOTABLE]}]},
    }
