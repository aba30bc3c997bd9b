import json
import secrets
import subprocess
import sys
from pathlib import Path

from scripts.exit_codes import ExitCode
from tests.services.object_store import CREDENTIALS, REGION, ObjectStore
from tests.services.postgresql import Server

ROOT = Path(__file__).parents[3]


def health(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts", "health", *arguments],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **variables},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_exit_code_is_that_of_the_worst_state(
    server: Server, running_store: ObjectStore
) -> None:
    bucket = f"health-{secrets.token_hex(4)}"
    running_store.create(bucket)
    variables = {
        "DATABASE_URL": server.url(),
        "BACKUP_BUCKET": bucket,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": running_store.endpoint,
        **CREDENTIALS,
    }

    without_backup = health("--json", **variables)
    running_store.client().put_object(Bucket=bucket, Key="database/1/manifest.json", Body=b"{}")
    with_backup = health(**variables)

    assert without_backup.returncode == ExitCode.CRITICAL, without_backup.stderr
    states = {each["check"]: each["state"] for each in json.loads(without_backup.stdout)}
    assert states["database"] == "ok"
    assert states["backup age"] == "critical"
    assert states["cache"] == "skipped"
    assert with_backup.returncode == ExitCode.OK, with_backup.stdout


def test_without_any_setting_it_says_so() -> None:
    ran = health()
    assert ran.returncode == ExitCode.MISCONFIGURED
    assert "Nothing was checked, for nothing is set" in ran.stderr
