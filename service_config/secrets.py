"""The script that fetches secrets at boot: user data names them, and never holds one."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Final

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")

_ENVIRONMENT_SCRIPT: Final = Template("""\
#!/bin/sh
# Writes .env: plain settings, and the secrets that this server's role may read.
set -eu
umask 077
cd "$$(dirname "$$0")"

# Ubuntu always has Python, which cloud-init itself needs.
read_key='import json, sys; sys.stdout.write(json.load(sys.stdin)[sys.argv[1]])'

# fetch NAME ARN [KEY]: one variable, with the secret's text or one key of its JSON object.
fetch() {
    value=$$(aws secretsmanager get-secret-value --region $region \\
        --secret-id "$$2" --query SecretString --output text)
    if [ $$# -eq 3 ]; then
        value=$$(printf '%s' "$$value" | python3 -c "$$read_key" "$$3" 2>/dev/null) || {
            echo "The secret for $$1 is no JSON object with text under the key $$3." >&2
            exit 1
        }
    fi
    case $$value in
    *\\'*) echo "The secret $$1 holds a single quote, which .env cannot carry." >&2; exit 1 ;;
    esac
    printf "%s='%s'\\n" "$$1" "$$value"
}

{
    cat environment
$fetches} >.env.new
mv .env.new .env
""")

_PASSWORD_SCRIPT: Final = Template("""\
#!/bin/sh
# Writes the part of redis.conf that holds the password.
set -eu
password=$$(aws secretsmanager get-secret-value --region $region \\
    --secret-id $secret --query SecretString --output text)
umask 077
printf 'requirepass %s\\nmasterauth %s\\n' "$$password" "$$password" >$file.new
chown redis:redis $file.new
mv $file.new $file
""")


@dataclass(frozen=True, kw_only=True)
class SecretReference:
    """Where a value is kept: the whole text of a secret, or what its JSON has under `key`."""

    arn: str
    key: str | None = None


def environment_script(*, references: Mapping[str, SecretReference], region: str) -> str:
    """Return a script that writes `.env` (mode 0600) beside itself.

    Args:
        references: variable name → where its value is kept.
        region: AWS region of the secrets.
    """
    fetches = "".join(
        f"    fetch {_variable(name)} {_arguments(reference)}\n"
        for name, reference in references.items()
    )
    return _ENVIRONMENT_SCRIPT.substitute(region=shlex.quote(region), fetches=fetches)


def redis_password_script(*, secret_arn: str, region: str, file: str) -> str:
    """Return a script that writes `requirepass` and `masterauth` to `file` (mode 0600)."""
    return _PASSWORD_SCRIPT.substitute(
        region=shlex.quote(region), secret=shlex.quote(secret_arn), file=shlex.quote(file)
    )


def environment_file(environment: Mapping[str, str]) -> str:
    """Return `NAME=value` lines that both a shell and Docker Compose read alike.

    Raises:
        ValueError: a name is no upper-case variable name, or a value cannot be written so.
    """
    return "".join(f"{_variable(name)}={_value(name, v)}\n" for name, v in environment.items())


def _arguments(reference: SecretReference) -> str:
    parts = (reference.arn, reference.key)
    return " ".join(shlex.quote(part) for part in parts if part is not None)


def _variable(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no environment variable name: use upper-case letters, digits and _."
        )
    return name


def _value(name: str, value: str) -> str:
    if "'" in value or "\n" in value:
        raise ValueError(f"{name} holds a single quote or a line break, which .env cannot carry.")
    return shlex.quote(value)
