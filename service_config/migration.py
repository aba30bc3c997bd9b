"""The script that migrates the database to what a release expects (guide, "Database Setup")."""

import shlex
from collections.abc import Mapping
from string import Template
from typing import Final

from service_config.registry import ecr_repository, login_script
from service_config.secrets import SecretReference, environment_file, environment_script

DIRECTORY: Final = "/run/messaging-app-migration"
"""In memory, and root's alone: secrets pass through it."""

DATABASE_TIMEOUT_SECONDS: Final = 600
"""How long the database may take to answer; a primary that fails over needs one or two minutes."""

_SCRIPT: Final = Template("""\
#!/bin/sh
# Migrates the database to what one image expects. A parameter keeps the image that did so last:
# the same image is not run again, and of two that are started at once the second one waits.
set -eu
umask 077
image=$image
parameter=$parameter
region=$region
directory=$directory

# At its first boot this server is still installing docker. 2 is a success with warnings.
cloud-init status --wait >/dev/null || test $$? -eq 2 || {
    echo "cloud-init failed on this server: see /var/log/cloud-init-output.log." >&2
    exit 1
}

mkdir -p "$$directory"
cd "$$directory"
exec 9>lock
flock 9

migrated=$$(aws ssm get-parameter --region "$$region" --name "$$parameter" \\
    --query Parameter.Value --output text)
if [ "$$migrated" = "$$image" ]; then
    echo "The database has been migrated to $$image before."
    exit 0
fi

trap 'rm -f environment .env .env.new write-env log-in' EXIT
cat >environment <<'END_OF_FILE'
${environment}END_OF_FILE
cat >write-env <<'END_OF_FILE'
${write_env}END_OF_FILE
sh ./write-env
set -a
. ./.env
set +a

# A connection is all that is asked for: who may log in, the migration finds out.
is_open='import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5).close()'
deadline=$$(($$(date +%s) + $timeout))
until python3 -c "$$is_open" "$$DB_HOST" "$$DB_PORT" 2>/dev/null; do
    if [ "$$(date +%s)" -ge "$$deadline" ]; then
        echo "The database at $$DB_HOST:$$DB_PORT did not answer within $timeout seconds." >&2
        exit 1
    fi
    sleep 1
done

${log_in}# Names only: docker takes the values from its environment, which no process list shows.
docker run --rm --network host $names "$$image" migrate

aws ssm put-parameter --region "$$region" --name "$$parameter" --value "$$image" \\
    --type String --overwrite >/dev/null
echo "The database is migrated to $$image."
""")

_LOG_IN: Final = Template("""\
cat >log-in <<'END_OF_FILE'
${script}END_OF_FILE
sh ./log-in

""")


def script(
    *,
    image: str,
    parameter: str,
    region: str,
    environment: Mapping[str, str],
    secret_references: Mapping[str, SecretReference],
    directory: str = DIRECTORY,
    database_timeout_seconds: int = DATABASE_TIMEOUT_SECONDS,
) -> str:
    """Return a script that runs `migrate` in the image, once for each image.

    It fails, and leaves the parameter as it was, when the migration fails. Should the server die
    between a migration and its record, the migration runs again: it must be able to.

    Args:
        image: container image whose command `migrate` brings the database up to date.
        parameter: name of the SSM parameter that holds the image that was last migrated to.
        region: AWS region of the parameter and the secrets.
        environment: plain variables, `DB_HOST` and `DB_PORT` among them.
        secret_references: variable name → where its value is kept.
        directory: folder for the lock and for files that hold secrets while it runs.
        database_timeout_seconds: how long to wait for the database to answer.

    Raises:
        ValueError: a variable's name or value cannot be written into a file.
    """
    repository = ecr_repository(image)
    log_in = _LOG_IN.substitute(script=login_script(repository)) if repository else ""
    names = [*environment, *secret_references]
    return _SCRIPT.substitute(
        image=shlex.quote(image),
        parameter=shlex.quote(parameter),
        region=shlex.quote(region),
        directory=shlex.quote(directory),
        timeout=database_timeout_seconds,
        environment=environment_file(environment),
        write_env=environment_script(references=secret_references, region=region),
        log_in=log_in,
        names=" ".join(f"--env {name}" for name in names),
    )
