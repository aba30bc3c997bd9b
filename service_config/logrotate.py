"""Log rotation (guide, "Log Analysis")."""

from typing import Final

APPLICATION: Final = """\
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
