"""Redis Sentinel: three of them agree that the primary is gone, and promote the replica."""

import hashlib
import json
import shlex
from string import Template
from typing import Final

from service_config import ports, secrets
from service_config.cloud_init.cloud_config import Part, file, script

SETTINGS_FILE: Final = "/etc/redis/sentinel-settings.conf"
CONFIGURATION_FILE: Final = "/etc/redis/sentinel.conf"
"""Belongs to Sentinel, which notes in it whom it knows and which promotion was the last."""

PREPARE: Final = "/usr/local/sbin/prepare-sentinel"
PUBLISH: Final = "/usr/local/sbin/publish-redis-primary"

NAME: Final = "cache"
"""What the sentinels call the primary and its replicas."""

QUORUM: Final = 2
"""Sentinels, of the three, that must miss the primary; electing who promotes takes two as well."""

DOWN_AFTER_MS: Final = 5_000
"""A primary that is silent for so long is missed. Shorter, a pause of the machine would do."""

FAILOVER_TIMEOUT_MS: Final = 60_000
"""After which a promotion that got stuck is given up; the next one may begin after twice that."""

RECORD_TTL_SECONDS: Final = 10
"""Of the primary's name: with the 5 s above, clients find the new primary within 20 s."""

_DROP_IN: Final = f"""\
[Service]
# "+": as root and outside of the sandbox, in which nobody may ask for the password.
ExecStartPre=+{PREPARE}
# A new instance role takes some seconds until it may read its secret.
RestartSec=10
# The package lets Sentinel start no other program, but a promotion runs a script: a shell and the
# AWS command line, which is Python.
NoExecPaths=
ExecPaths=
MemoryDenyWriteExecute=no
"""

_PREPARE_SCRIPT: Final = Template("""\
#!/bin/sh
# Writes sentinel.conf before each start. What Sentinel has noted in it stays; the password is
# fetched anew.
set -eu
umask 077
configuration=$configuration
noted=$settings
$fetch
if grep -q '^sentinel monitor $name ' "$$configuration"; then noted=$$configuration; fi
{
    grep -v -e '^requirepass ' -e '^sentinel auth-pass ' -e '^user default ' "$$noted"
    printf 'requirepass %s\\nsentinel auth-pass $name %s\\n' "$$password" "$$password"
} >"$$configuration.new"
chown redis:redis "$$configuration.new"
mv "$$configuration.new" "$$configuration"
""")

_PUBLISH_SCRIPT: Final = Template("""\
#!/bin/sh
# Points the primary's name at the server that was promoted. Every sentinel starts it, with
# NAME ROLE STATE FROM-IP FROM-PORT TO-IP TO-PORT, and once more some time after it ended with 1.
set -u
promoted=$$6
password=$$(sed -n 's/^requirepass "\\{0,1\\}\\([^"]*\\)"\\{0,1\\}$$/\\1/p' $configuration)

# A repetition that comes late must not undo the promotion after it.
current=$$(REDISCLI_AUTH=$$password redis-cli -p $port sentinel get-master-addr-by-name $name |
    head -n 1)
case $$current in
"$$promoted") ;;
*.*.*.*) exit 0 ;;
*) exit 1 ;;
esac

# Sentinel ends a script that takes longer than a minute.
export AWS_MAX_ATTEMPTS=4 AWS_RETRY_MODE=standard
aws route53 change-resource-record-sets --region $region --hosted-zone-id $zone \\
    --cli-connect-timeout 4 --cli-read-timeout 8 \\
    --change-batch "$$(printf $batch "$$promoted")" >/dev/null || exit 1
""")


def configuration(*, primary_address: str, server: str, record_name: str) -> str:
    """Return what a sentinel knows at its very first start; it adds the rest by itself.

    Args:
        primary_address: IPv4 address of the server that is the primary to begin with. A sentinel
            that is new when another server is the primary learns that from the other two.
        server: what the sentinel's server is called, the same when it is replaced. Sentinel never
            forgets another one, so each new identity would count as one more that must agree.
        record_name: full name of the primary, which tells environments apart.
    """
    identity = hashlib.sha1(f"{record_name} {server}".encode(), usedforsecurity=False).hexdigest()
    lines = [
        # The password and the security group keep strangers out, not the address.
        "bind 0.0.0.0",
        f"port {ports.REDIS_SENTINEL}",
        "dir /var/lib/redis",
        "pidfile /run/sentinel/redis-sentinel.pid",
        "logfile /var/log/redis/redis-sentinel.log",
        f"sentinel myid {identity}",
        # Over the network nobody may name another program to run.
        "sentinel deny-scripts-reconfig yes",
        f"sentinel monitor {NAME} {primary_address} {ports.REDIS} {QUORUM}",
        f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}",
        f"sentinel failover-timeout {NAME} {FAILOVER_TIMEOUT_MS}",
        f"sentinel parallel-syncs {NAME} 1",
        f"sentinel client-reconfig-script {NAME} {PUBLISH}",
    ]
    return "\n".join(lines) + "\n"


def prepare_script(*, secret_arn: str, region: str) -> str:
    """Return the script that completes sentinel.conf, run before each start.

    One password serves for Redis and between sentinels, which use `requirepass` among themselves
    too: Ubuntu 22.04 has Redis 6.0, which does not know `sentinel sentinel-pass` yet.
    """
    return _PREPARE_SCRIPT.substitute(
        configuration=CONFIGURATION_FILE,
        settings=SETTINGS_FILE,
        name=NAME,
        fetch=secrets.fetch_password(secret_arn=secret_arn, region=region),
    )


def publish_script(*, zone_id: str, record_name: str, region: str) -> str:
    """Return the script that Sentinel runs after a promotion."""
    record = {
        "Name": record_name,
        "Type": "A",
        "TTL": RECORD_TTL_SECONDS,
        "ResourceRecords": [{"Value": "%s"}],
    }
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    return _PUBLISH_SCRIPT.substitute(
        configuration=CONFIGURATION_FILE,
        port=ports.REDIS_SENTINEL,
        name=NAME,
        region=shlex.quote(region),
        zone=shlex.quote(zone_id),
        batch=shlex.quote(json.dumps(batch)),
    )


def part(
    *,
    primary_address: str,
    zone_id: str,
    record_name: str,
    region: str,
    secret_arn: str,
    server: str = "operations",
) -> Part:
    """Return what makes a server one of the three sentinels.

    Args:
        primary_address: IPv4 address of the server that is the primary to begin with.
        zone_id: private zone of the primary's name.
        record_name: the primary's full name, whose A record follows each promotion.
        region: AWS region of the secret.
        secret_arn: ARN of the secret whose text is the password of Redis and of the sentinels.
        server: what this server is called among the three; it keeps the name when replaced.
    """
    settings = configuration(
        primary_address=primary_address, server=server, record_name=record_name
    )
    prepare = prepare_script(secret_arn=secret_arn, region=region)
    publish = publish_script(zone_id=zone_id, record_name=record_name, region=region)
    return Part(
        packages=["awscli", "redis-sentinel"],
        files=[
            file(SETTINGS_FILE, settings),
            script(PREPARE, prepare),
            script(PUBLISH, publish),
            file("/etc/systemd/system/redis-sentinel.service.d/messaging-app.conf", _DROP_IN),
        ],
        open_ports=[ports.REDIS_SENTINEL],
        commands=[
            ["systemctl", "daemon-reload"],
            # The package has started it with its own configuration.
            ["systemctl", "restart", "--no-block", "redis-sentinel.service"],
        ],
    )
