from pathlib import Path

from service_config import logrotate
from tests.service_config.example import files, user_data

GUIDE = """\
/var/log/messaging-app/*.log {
    daily
    rotate 7
    compress
    delaycompress
    missingok
    notifempty
    create 0640 www-data www-data
}
"""


def test_rotation_is_the_guide_s_word_for_word() -> None:
    assert logrotate.APPLICATION == GUIDE


def test_application_servers_rotate_their_logs() -> None:
    path = Path("/etc/logrotate.d/messaging-app")
    assert files(user_data()["application"])[str(path)] == GUIDE
