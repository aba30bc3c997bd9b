"""The script that migrates the database to what a release expects.

It also creates the extension that audits (guide, "Database Setup" and "Audit Logging").
"""

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

IMAGES_KEPT: Final = 50
"""How many images are remembered: going back further than that runs a migration again."""

PARAMETER_LIMIT: Final = 4096
"""Characters in a standard parameter (AWS: Parameter Store quotas)."""

_SCRIPT: Final = Template("""\
#!/bin/sh
# Migrates the database to what one image expects. A parameter lists the images that did so: none
# of them is run again, and of two that are started at once the second one waits.
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
case ",$$migrated," in
*",$$image,"*)
    echo "The database has been migrated to $$image before."
    exit 0
    ;;
esac

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

# Auditing needs it, and only the database's owner may create it. libpq takes the password from the
# environment; RDS takes no connection without TLS.
PGHOST=$$DB_HOST PGPORT=$$DB_PORT PGDATABASE=$$DB_NAME PGUSER=$$DB_USER PGPASSWORD=$$DB_PASSWORD \\
PGSSLMODE=$${PGSSLMODE:-require} PGOPTIONS=--client-min-messages=warning \\
    psql --no-psqlrc --quiet --command 'CREATE EXTENSION IF NOT EXISTS pgaudit'

${log_in}# Names only: docker takes the values from its environment, which no process list shows.
docker run --rm --network host $names "$$image" migrate

# The newest come first, and the oldest give way.
list=$$(printf '%s,%s' "$$image" "$$migrated" | tr ',' '\\n' | awk -v most=$kept -v room=$room '
    $$0 == "none" { next }
    ++count > most || (used += length + 1) > room + 1 { exit }
    { printf "%s%s", separator, $$0; separator = "," }
')
aws ssm put-parameter --region "$$region" --name "$$parameter" --value "$$list" \\
    --type StringList --overwrite >/dev/null
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

    Before that it creates the extension pgaudit, where it is missing. The server needs `psql`.

    It fails, and leaves the parameter as it was, when the migration fails. Should the server die
    between a migration and its record, the migration runs again: it must be able to.

    Args:
        image: container image whose command `migrate` brings the database up to date.
        parameter: name of the SSM parameter that lists the images that were migrated to.
        region: AWS region of the parameter and the secrets.
        environment: plain variables, `DB_HOST`, `DB_PORT` and `DB_NAME` among them.
        secret_references: variable name → where its value is kept, `DB_USER` and `DB_PASSWORD`
            among them.
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
        kept=IMAGES_KEPT,
        room=PARAMETER_LIMIT,
        environment=environment_file(environment),
        write_env=environment_script(references=secret_references, region=region),
        log_in=log_in,
        names=" ".join(f"--env {name}" for name in names),
    )
