"""The firewall on each server (guide, "Firewall Configuration")."""

from collections.abc import Iterable

from service_config import ports


def commands(open_ports: Iterable[int]) -> list[list[str]]:
    """Return the guide's commands, with the ports that this server serves.

    Security groups decide who reaches them. Ports that Docker publishes skip ufw; naming them all
    the same keeps `ufw status` true.
    """
    allowed = dict.fromkeys((ports.SSH, ports.NODE_EXPORTER, *open_ports))
    return [
        ["ufw", "default", "deny", "incoming"],
        ["ufw", "default", "allow", "outgoing"],
        *(["ufw", "allow", f"{port}/tcp"] for port in allowed),
        ["ufw", "--force", "enable"],
    ]
