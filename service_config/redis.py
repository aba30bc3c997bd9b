"""redis.conf of a cache server (guide, "Redis Tuning"), and whose replica the server starts as."""

from string import Template
from typing import Final

from service_config import ports, secrets

SETTINGS_FILE: Final = "/etc/redis/settings.conf"
CONFIGURATION_FILE: Final = "/etc/redis/redis.conf"
"""Written before each start, as it holds the password and Sentinel changes it as well."""

DATA_FOLDER: Final = "/var/lib/redis"

_PREPARE_SCRIPT: Final = Template("""\
#!/bin/sh
# Writes redis.conf before each start: the settings, the password, and whose replica this server is.
#
# With data of its own, a server starts as what it was; if another one was promoted meanwhile,
# Sentinel makes it a replica. Without data it never starts as the primary of a server with data:
# it follows a primary, or waits until Sentinel has made one of the server that has the data.
set -eu
umask 077
configuration=$configuration
peer=$peer
founder=$founder
$fetch
export REDISCLI_AUTH="$$password"

# The file of Redis 6, or the folder of Redis 7.
has_data() { ls -d $data/appendonly* >/dev/null 2>&1; }
says() { printf '%s\\n' "$$told" | grep -q "$$1"; }

until has_data; do
    told=$$(timeout 5 redis-cli -h "$$peer" -p $port info 2>/dev/null || true)
    if says '^role:master'; then
        primary=$$peer
    elif says '^role:slave'; then
        if says '^loading:0' && ! says '^db[0-9]*:keys='; then
            # Both are empty: one of them has to begin.
            case $$founder in yes) primary='' ;; no) primary=$$peer ;; esac
        fi
    elif [ $$founder = no ]; then
        # A replica is of use to nobody yet, and overwrites nobody's data.
        primary=$$peer
    fi
    if [ -n "$${primary+decided}" ]; then break; fi
    sleep 5
done
if [ -z "$${primary+decided}" ]; then
    primary=$$(sed -n 's/^replicaof \\([^ ]*\\) .*/\\1/p' "$$configuration")
fi

{
    cat $settings
    printf 'requirepass %s\\nmasterauth %s\\n' "$$password" "$$password"
    if [ -n "$$primary" ]; then echo "replicaof $$primary $port"; fi
} >"$$configuration.new"
chown redis:redis "$$configuration.new"
mv "$$configuration.new" "$$configuration"
""")


def configuration() -> str:
    """Return what redis.conf says on each of the cache servers.

    The memory limit leaves half of the smallest cache server (16 GiB) to the copy-on-write pages of
    an append-only file rewrite and to the operating system. `min-replicas-to-write` is not set:
    with one replica, its loss would stop every write.
    """
    lines = [
        # The password and the security group keep strangers out, not the address.
        "bind 0.0.0.0",
        f"port {ports.REDIS}",
        f"dir {DATA_FOLDER}",
        "pidfile /run/redis/redis-server.pid",
        "logfile /var/log/redis/redis-server.log",
        "maxmemory 8gb",
        "maxmemory-policy allkeys-lru",
        "appendonly yes",
        "appendfsync everysec",
    ]
    return "\n".join(lines) + "\n"


def prepare_script(*, secret_arn: str, region: str, peer_address: str, is_founder: bool) -> str:
    """Return the script that completes redis.conf, run before each start.

    Args:
        secret_arn: ARN of the secret whose text is the password of both servers.
        region: AWS region of the secret.
        peer_address: IPv4 address of the other server.
        is_founder: whether this server begins as the primary when both are new. It then waits for
            the other one, because alone it cannot tell whether it is new or replaced.
    """
    return _PREPARE_SCRIPT.substitute(
        configuration=CONFIGURATION_FILE,
        settings=SETTINGS_FILE,
        data=DATA_FOLDER,
        port=ports.REDIS,
        peer=peer_address,
        founder="yes" if is_founder else "no",
        fetch=secrets.fetch_password(secret_arn=secret_arn, region=region),
    )
