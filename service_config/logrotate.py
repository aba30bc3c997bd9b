"""Log rotation (guide, "Log Analysis").

What Redis and its sentinels write is rotated by files of their packages. Containers' output has a
limit in their compose file.
"""

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

OPERATIONS: Final = """\
/var/log/messaging-app/*.log {
    monthly
    rotate 12
    compress
    delaycompress
    missingok
    notifempty
    nocreate
}
"""
"""Of the operations server, where few lines are written: a year of incidents stays. The records for
programs (`*.jsonl`) are kept."""
