"""The bucket for logs takes them from the services that write them, and from nobody else."""

from components.aws.bucket_policy import log_delivery
from components.identity import Identity

ARN = "arn:aws:s3:::logs"
ACCOUNT = "123456789012"


def test_s3_delivers_the_access_logs_of_our_buckets_only(identity: Identity) -> None:
    statement = log_delivery(ARN, identity=identity, account_id=ACCOUNT)[0]
    assert statement == {
        "Sid": "ServerAccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/s3/*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": "arn:aws:s3:::messaging-app-test-*"},
        },
    }


def test_load_balancers_of_our_account_deliver_their_logs_only(identity: Identity) -> None:
    statement = log_delivery(ARN, identity=identity, account_id=ACCOUNT)[1]
    assert statement == {
        "Sid": "LoadBalancerLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": [
            f"arn:aws:s3:::logs/load-balancer/access/AWSLogs/{ACCOUNT}/*",
            f"arn:aws:s3:::logs/load-balancer/connections/AWSLogs/{ACCOUNT}/*",
        ],
    }


def test_our_buckets_have_the_name_that_the_access_logs_ask_for() -> None:
    longest = Identity(project="messaging-app", environment="a" * 12, owner="platform-team")
    condition = log_delivery(ARN, identity=longest, account_id=ACCOUNT)[0]["Condition"]
    beginning = condition["ArnLike"]["aws:SourceArn"].removesuffix("*")
    for purpose in ("backups", "media", "configuration", "logs", "audit"):
        assert f"arn:aws:s3:::{longest.name(purpose, limit=36)}".startswith(beginning)
