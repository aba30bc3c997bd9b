"""`ops health`: is everything well?"""

import typer

from scripts.context import AsJson, StackName, begin
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.health import cache, check, database, entry, storage
from scripts.health.check import Check, State
from scripts.settings import OpsSettings


def health(stack: StackName = None, as_json: AsJson = False) -> None:
    """Check database, cache, application, buckets, certificate and backups; 0 when all are well."""
    context = begin(stack, as_json=as_json)
    found = check.run(checks(context.settings))
    context.console.show(
        "Health",
        [
            {"check": each.name, "state": each.state.name.lower(), "detail": each.detail}
            for each in found
        ],
    )
    worst = check.worst(found)
    if worst is State.SKIPPED:
        raise OpsError(
            "Nothing was checked, for nothing is set: see .env.example, or name a stack with "
            "--stack.",
            ExitCode.MISCONFIGURED,
        )
    raise typer.Exit(check.EXIT[worst])


def checks(settings: OpsSettings) -> dict[str, Check]:
    """Return every check, by the name that a failure is shown with."""
    asked = settings.backup_bucket or settings.media_bucket
    s3 = storage.client(settings) if asked else None
    always: dict[str, Check] = {
        "database": lambda: database.primary(settings.database_url),
        "replica": lambda: database.replica(settings.database_replica_url, settings.database_url),
        "cache": lambda: cache.cache(
            settings.redis_url, replica_expected=settings.compose_file is None
        ),
        "application": lambda: entry.health_url(settings.health_url),
        "websocket": lambda: entry.websocket(settings.websocket_url),
        "certificate": lambda: entry.certificate(settings.health_url),
    }
    if s3 is None:
        return {**always, "buckets": lambda: [check.skipped("buckets", "BACKUP_BUCKET")]}
    return {
        **always,
        "backup bucket": lambda: storage.bucket(s3, settings.backup_bucket, "backup"),
        "media bucket": lambda: storage.bucket(s3, settings.media_bucket, "media"),
        "backup age": lambda: storage.backup_age(s3, settings.backup_bucket),
    }
