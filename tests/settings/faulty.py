"""Settings with one fault each, and the sentence that a person must read about it."""

from settings import Settings
from settings.regions import regions
from tests.settings.example import EXAMPLE, with_value, without

REGIONS = ", ".join(regions())
KEYS = ", ".join(Settings.model_fields)
GROUP_KEYS = (
    "role, image, instance_type, min_size, max_size, disk_gib, machine_image, path_patterns"
)
NAME_RULE = "lower-case letters, digits and inner hyphens, beginning with a letter"
ENVIRONMENT_RULE = (
    "1 to 12 lower-case letters, digits and single inner hyphens, beginning with a letter"
)
X86 = "an existing EC2 instance type with x86-64 processors"
CLOSEST_CLASSES = "db.m6i.2xlarge, db.m6in.2xlarge, db.m6id.2xlarge"
CATCH_ALL = "exactly one, which takes all requests that no other group takes"
CIDR = 'an IPv4 network without host bits, such as "10.0.0.0/16"'
DOMAIN = 'a lower-case domain name of at most 64 characters, such as "chat.example.com"'

LONG_DOMAIN = f"{'a' * 53}.example.com"
"""One character longer than a certificate can carry."""

RECOVERY_NEEDS = {
    "database_backup_arn": "the ARN of an automated backup of RDS",
    "backups_bucket": "the name of an S3 bucket",
    "media_bucket": "the name of an S3 bucket",
    "kms_key_arn": "the ARN of a KMS key",
    "public_zone_id": "the ID of a Route 53 zone",
}

Case = tuple[str, object, str]

FIELD_FAULTS: list[Case] = [
    ("target", "azure", 'target: given "azure", allowed is "aws".'),
    *(
        ("environment", name, f'environment: given "{name}", allowed is {ENVIRONMENT_RULE}.')
        for name in ("Prod", "prod-", "a--b", "1st", "thirteenchars")
    ),
    ("environment", None, f"environment: given nothing, allowed is {ENVIRONMENT_RULE}."),
    (
        "owner",
        "",
        'owner: given "", allowed is 1 to 64 letters, digits, spaces and any of _.:/=+@-.',
    ),
    ("region", "eu-middle-1", f'region: given "eu-middle-1", allowed is one of {REGIONS}.'),
    ("region", 7, f"region: given 7, allowed is one of {REGIONS}."),
    ("domain", "Chat.example.com", f'domain: given "Chat.example.com", allowed is {DOMAIN}.'),
    ("domain", LONG_DOMAIN, f'domain: given "{LONG_DOMAIN}", allowed is {DOMAIN}.'),
    ("protect", 1, "protect: given 1, allowed is true or false."),
    (
        "servers.api.role",
        "worker",
        'servers.api.role: given "worker", allowed is one of api, websocket.',
    ),
    (
        "servers.api.image",
        "messaging-app/api",
        'servers.api.image: given "messaging-app/api", '
        'allowed is an image with a tag, such as "example/api:1.4.2".',
    ),
    (
        "servers.api.instance_type",
        "m6i.xlarg",
        f'servers.api.instance_type: given "m6i.xlarg", allowed is {X86}; '
        "the closest are m6i.xlarge, m6in.xlarge, m6id.xlarge.",
    ),
    (
        "cache.instance_type",
        "no such type at all",
        f'cache.instance_type: given "no such type at all", allowed is {X86}.',
    ),
    (
        "operations.instance_type",
        4,
        'operations.instance_type: given 4, allowed is text such as "m6i.xlarge".',
    ),
    (
        "servers.api.min_size",
        0,
        "servers.api.min_size: given 0, allowed is a whole number from 1 to 500.",
    ),
    (
        "servers.api.min_size",
        3.0,
        "servers.api.min_size: given 3.0, allowed is a whole number from 1 to 500.",
    ),
    (
        "servers.api.max_size",
        501,
        "servers.api.max_size: given 501, allowed is a whole number from 1 to 500.",
    ),
    (
        "servers.api.disk_gib",
        7,
        "servers.api.disk_gib: given 7, allowed is a whole number of GiB from 8 to 16384.",
    ),
    (
        "servers.api.machine_image",
        "ubuntu",
        'servers.api.machine_image: given "ubuntu", '
        'allowed is the ID of a machine image, such as "ami-0a1b2c3d".',
    ),
    (
        "servers.websocket.path_patterns",
        ["ws"],
        'servers.websocket.path_patterns[0]: given "ws", '
        'allowed is a path of at most 128 characters such as "/ws*".',
    ),
    (
        "servers.websocket.path_patterns",
        ["/1", "/2", "/3", "/4", "/5", "/6"],
        "servers.websocket.path_patterns: given a list of 6, allowed is a list of 0 to 5 entries.",
    ),
    (
        "database.instance_class",
        "m6i.2xlarge",
        'database.instance_class: given "m6i.2xlarge", '
        f"allowed is an existing RDS class; the closest are {CLOSEST_CLASSES}.",
    ),
    (
        "database.engine_version",
        16.4,
        "database.engine_version: given 16.4, "
        'allowed is a PostgreSQL version in quotes, such as "16.11".',
    ),
    (
        "database.storage_gib",
        "big",
        'database.storage_gib: given "big", allowed is a whole number of GiB from 20 to 65536.',
    ),
    (
        "database.multi_az",
        "yes",
        'database.multi_az: given "yes", allowed is true or false.',
    ),
    (
        "database.backup_retention_days",
        6,
        "database.backup_retention_days: given 6, allowed is a whole number of days from 7 to 35.",
    ),
    (
        "operations.alert_email",
        "team",
        'operations.alert_email: given "team", '
        'allowed is an e-mail address, such as "team@example.com".',
    ),
    (
        "storage.noncurrent_days",
        0,
        "storage.noncurrent_days: given 0, allowed is a whole number of days from 1 to 3650.",
    ),
    (
        "storage.object_lock_days",
        0,
        "storage.object_lock_days: given 0, allowed is a whole number of days from 1 to 3650.",
    ),
    (
        "storage.copy_region",
        "eu-middle-1",
        f'storage.copy_region: given "eu-middle-1", allowed is one of {REGIONS}.',
    ),
    (
        "cache.node_type",
        "r6gd.xlarge",
        'cache.node_type: given "r6gd.xlarge", '
        'allowed is an ElastiCache node type, such as "cache.r6gd.xlarge".',
    ),
    (
        "operations.patch_schedule",
        "sundays",
        'operations.patch_schedule: given "sundays", '
        'allowed is a schedule in UTC, such as "cron(0 5 ? * SUN *)".',
    ),
    (
        "operations.slack_webhook_secret_arn",
        "https://hooks.example.com/secret",
        "operations.slack_webhook_secret_arn: given something else, "
        "allowed is the ARN of a secret in Secrets Manager.",
    ),
    (
        "audit.monthly_budget_usd",
        0,
        "audit.monthly_budget_usd: given 0, allowed is a whole number from 1 to 10000000.",
    ),
    ("network.cidr", "10.0.0.1/16", f'network.cidr: given "10.0.0.1/16", allowed is {CIDR}.'),
    ("network.cidr", 10, f"network.cidr: given 10, allowed is {CIDR}."),
    ("network.ssh_cidrs", ["office"], f'network.ssh_cidrs[0]: given "office", allowed is {CIDR}.'),
    (
        "network.ssh_cidrs",
        "10.0.0.0/8",
        'network.ssh_cidrs: given "10.0.0.0/8", allowed is a list.',
    ),
    ("network.nat", "both", 'network.nat: given "both", allowed is one of zone, single.'),
    (
        "network.zones",
        ["eu-central-1a"],
        "network.zones: given a list of 1, allowed is a list of 2 to 4 entries.",
    ),
    (
        "network.zones.1",
        1,
        'network.zones[1]: given 1, allowed is text such as "eu-central-1a".',
    ),
]

RULE_FAULTS: list[Case] = [
    (
        "network.cidr",
        "10.0.0.0/15",
        'network.cidr: given "10.0.0.0/15", allowed is a network from /16 to /20.',
    ),
    (
        "network.cidr",
        "10.0.0.0/21",
        'network.cidr: given "10.0.0.0/21", allowed is a network from /16 to /20.',
    ),
    (
        "network.zones.1",
        "eu-central-1a",
        'network.zones[1]: given "eu-central-1a", allowed is a zone not already in the list.',
    ),
    (
        "network.zones.1",
        "us-east-1a",
        'network.zones[1]: given "us-east-1a", allowed is a zone of eu-central-1: '
        "eu-central-1a, eu-central-1b, eu-central-1c.",
    ),
    (
        "network.ssh_cidrs",
        ["0.0.0.0/0"],
        'network.ssh_cidrs[0]: given "0.0.0.0/0", '
        "allowed is a network of your own, never the whole internet.",
    ),
    (
        "servers.api.min_size",
        13,
        "servers.api.max_size: given 12, allowed is at least min_size, which is 13.",
    ),
    (
        "servers.api.role",
        "websocket",
        "servers: given no group with the role api, "
        "allowed is at least one group of each role, api and websocket.",
    ),
    (
        "servers.websocket.path_patterns",
        [],
        f"servers: given groups without path_patterns: api, websocket, allowed is {CATCH_ALL}.",
    ),
    (
        "servers.api.path_patterns",
        ["/api*"],
        f"servers: given groups without path_patterns: none, allowed is {CATCH_ALL}.",
    ),
    (
        "servers.websocket.path_patterns",
        ["/ws", "/ws"],
        'servers.websocket.path_patterns[1]: given "/ws", '
        "allowed is a path that overlaps with none before it.",
    ),
    (
        "servers.websocket.path_patterns",
        ["/live/v2*", "/ws*", "/live*"],
        'servers.websocket.path_patterns[2]: given "/live*", '
        "allowed is a path that overlaps with none before it.",
    ),
    (
        "servers.websocket.path_patterns",
        ["/ws*", "/ws/admin"],
        'servers.websocket.path_patterns[1]: given "/ws/admin", '
        "allowed is a path that overlaps with none before it.",
    ),
    (
        "database.engine_version",
        "13.9",
        'database.engine_version: given "13.9", allowed is PostgreSQL 14 or newer.',
    ),
    (
        "database.max_storage_gib",
        549,
        "database.max_storage_gib: given 549, allowed is at least 550, a tenth above storage_gib.",
    ),
    (
        "storage.copy_region",
        "eu-central-1",
        'storage.copy_region: given "eu-central-1", '
        "allowed is a region other than the stack's own.",
    ),
    (
        "storage.object_lock_days",
        36,
        "storage.object_lock_days: given 36, allowed is at most backup_retention_days, "
        "which is 35.",
    ),
    (
        "operations.zone",
        "eu-central-1c",
        'operations.zone: given "eu-central-1c", allowed is one of network.zones: '
        "eu-central-1a, eu-central-1b.",
    ),
    (
        "storage.force_destroy",
        True,
        "storage.force_destroy: given true, allowed is false, as long as protect is true.",
    ),
]

STRUCTURE_FAULTS: list[tuple[object, str]] = [
    (None, f"settings: given nothing, allowed is a mapping with the keys {KEYS}."),
    ([], f"settings: given a list of 0, allowed is a mapping with the keys {KEYS}."),
    (
        with_value("servers", None),
        "servers: given nothing, allowed is a mapping of names to groups.",
    ),
    (
        with_value("servers.api", None),
        f"servers.api: given nothing, allowed is a mapping with the keys {GROUP_KEYS}.",
    ),
    (
        with_value("servers.Api", EXAMPLE["servers"]["api"]),
        f'servers: given the name "Api", allowed is 1 to 16 {NAME_RULE}.',
    ),
    (
        without("database.storage_gib"),
        "database.storage_gib: not given, needed is a whole number of GiB from 20 to 65536.",
    ),
    (
        with_value("regoin", "eu-central-1"),
        f'settings: unknown key "regoin" (the closest is region), allowed are {KEYS}.',
    ),
    (
        with_value("servers.api.replicas", 1),
        f'servers.api: unknown key "replicas", allowed are {GROUP_KEYS}.',
    ),
    ({**EXAMPLE, 1: 2}, f"settings: unknown key 1, allowed are {KEYS}."),
    (
        with_value("recovery", {}),
        "\n".join(
            f"recovery.{name}: not given, needed is {allowed}."
            for name, allowed in RECOVERY_NEEDS.items()
        ),
    ),
    (
        with_value("owner", "\ud800"),
        r'owner: given "\ud800", allowed is 1 to 64 letters, digits, spaces and any of _.:/=+@-.',
    ),
    (
        with_value("owner", "x" * 100),
        f'owner: given "{"x" * 79}…, '
        "allowed is 1 to 64 letters, digits, spaces and any of _.:/=+@-.",
    ),
]
