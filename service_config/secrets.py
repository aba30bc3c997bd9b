"""The scripts that fetch secrets at boot: user data names them, and never holds one."""

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
write_parameters='
import json, re, sys
for path, value in json.load(sys.stdin):
    name = path.rpartition("/")[2]
    if not re.fullmatch("[A-Z][A-Z0-9_]*", name):
        sys.exit(f"The parameter {path} must end in upper-case letters, digits and _.")
    if chr(39) in value or chr(10) in value or value.endswith(chr(92)):
        fault = "has a quote or a line break, or ends in a backslash: .env cannot carry it."
        sys.exit(f"{path} {fault}")
    print(f"{name}={chr(39)}{value}{chr(39)}")
'
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
    *\\'* | *\\\\)
        echo "The secret $$1 has a single quote or ends in a backslash: .env cannot carry it." >&2
        exit 1
        ;;
    esac
    printf "%s='%s'\\n" "$$1" "$$value"
}

{
    cat environment
$parameters$fetches} >.env.new
mv .env.new .env
""")

_PARAMETERS: Final = Template("""\
    told=$$(aws ssm get-parameters-by-path --region $region --path $path \\
        --with-decryption --query 'Parameters[].[Name,Value]' --output json)
    printf '%s' "$$told" | python3 -c "$$write_parameters"
""")

_FETCH_PASSWORD: Final = Template("""\
password=$$(aws secretsmanager get-secret-value --region $region \\
    --secret-id $secret --query SecretString --output text)""")


@dataclass(frozen=True, kw_only=True)
class SecretReference:
    """Where a value is kept: the whole text of a secret, or what its JSON has under `key`."""

    arn: str
    key: str | None = None


def environment_script(
    *,
    references: Mapping[str, SecretReference],
    region: str,
    parameter_path: str | None = None,
) -> str:
    """Return a script that writes `.env` (mode 0600) beside itself.

    Args:
        references: variable name → where its value is kept.
        region: AWS region of the secrets and parameters.
        parameter_path: path of Systems Manager's parameters, each of which becomes a variable named
            by the last part of its name; plain settings give way to them, secrets do not.
    """
    fetches = "".join(
        f"    fetch {_variable(name)} {_arguments(reference)}\n"
        for name, reference in references.items()
    )
    parameters = (
        _PARAMETERS.substitute(region=shlex.quote(region), path=shlex.quote(parameter_path))
        if parameter_path
        else ""
    )
    return _ENVIRONMENT_SCRIPT.substitute(
        region=shlex.quote(region), parameters=parameters, fetches=fetches
    )


def fetch_password(*, secret_arn: str, region: str) -> str:
    """Return the line of a shell script that puts the secret's text into `$password`."""
    return _FETCH_PASSWORD.substitute(region=shlex.quote(region), secret=shlex.quote(secret_arn))


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
    if "'" in value or "\n" in value or value.endswith("\\"):
        raise ValueError(
            f"{name} has a single quote or a line break, or ends in a backslash: "
            ".env cannot carry it."
        )
    return shlex.quote(value)
