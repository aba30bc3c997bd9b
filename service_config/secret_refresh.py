"""How an application server follows a rotated secret.

Between the rotation and the next run of the timer, at most a minute and a half later, the
application holds the former password: its open database connections go on, while new ones are
refused. Then the container starts anew with the present password.
"""

from typing import Final

from service_config.cloud_init.cloud_config import HOME, Part, script, unit

_SCRIPT: Final = f"""\
#!/bin/sh
# Fetches the secrets, and recreates the container if one of them is new to it.
set -eu
umask 077
cd "${{HOME_DIRECTORY:-{HOME}}}"
./write-env
# Noted after success only, so a container that could not be recreated is tried again.
sha256sum --check --status .env.applied 2>/dev/null && exit
docker compose up --detach
sha256sum .env >.env.applied
"""

_SERVICE: Final = f"""\
[Unit]
Description=Follow rotated secrets
# Not before the application has started, and not once it is stopped.
Requisite=messaging-app.service
After=messaging-app.service

[Service]
Type=oneshot
ExecStart={HOME}/refresh-secrets
"""

_TIMER: Final = """\
[Unit]
Description=Follow rotated secrets each minute

[Timer]
OnCalendar=minutely
# Not all servers ask at the same second. They cannot wait for each other for long: until it is
# recreated, a container can open no new connection to the database.
RandomizedDelaySec=30

[Install]
WantedBy=timers.target
"""


def part() -> Part:
    """Return the timer that runs `write-env` each minute and applies what changed."""
    return Part(
        files=[
            script(f"{HOME}/refresh-secrets", _SCRIPT),
            unit("messaging-app-refresh.service", _SERVICE),
            unit("messaging-app-refresh.timer", _TIMER),
        ],
        commands=[("systemctl", "enable", "--now", "messaging-app-refresh.timer")],
    )
