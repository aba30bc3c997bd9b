"""Which ports a host shows: the web's alone are to be open (guide, "Firewall Configuration")."""

import asyncio
import socket
from collections.abc import Collection, Iterable, Sequence

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.security.finding import Finding, Severity
from service_config import ports

ALLOWED = (ports.HTTP, ports.HTTPS)

SCANNED = (
    *range(1, 1025),
    *(1433, 1521, 2049, 2375, 2376, 2379, 3306, 3389, 4369, 5000, 5601, 5672, 5900, 5984),
    *(6443, 8000, 8443, 8888, 9000, 9187, 9121, 9200, 9300, 10250, 11211, 15672, 27017),
    *(ports.API_PORT, ports.WEBSOCKET_PORT, ports.POSTGRES, ports.REDIS, ports.REDIS_SENTINEL),
    *(ports.NODE_EXPORTER, ports.BLACKBOX_EXPORTER, ports.PROMETHEUS, ports.GRAFANA),
    ports.ALERTMANAGER,
)
"""The well-known ports, and those of this platform and of its like."""

SECONDS = 1.5
"""How long one port may take to answer. A firewall drops the request, so most take all of it."""

AT_ONCE = 256


def scan(
    host: str,
    *,
    allowed: Collection[int] = ALLOWED,
    scanned: Iterable[int] = SCANNED,
    seconds: float = SECONDS,
) -> list[Finding]:
    """Connect to each port of a host once, and report those that are open and should not be.

    To be run from outside: inside the network more is open, and has to be. Only hosts of one's own
    may be scanned.

    Raises:
        OpsError: the host has no address.
    """
    try:
        told = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OpsError(f"{host} has no address: {error.strerror}.", ExitCode.NOT_FOUND) from None
    # Of IPv4 and IPv6 a firewall may have forgotten one.
    addresses = sorted({str(each[4][0]) for each in told})
    numbers = sorted(set(scanned))
    found = {port for each in addresses for port in asyncio.run(_open(each, numbers, seconds))}
    return [_finding(host, port) for port in sorted(found) if port not in allowed]


async def _open(address: str, numbers: Sequence[int], seconds: float) -> list[int]:
    limit = asyncio.Semaphore(AT_ONCE)

    async def is_open(port: int) -> bool:
        async with limit:
            try:
                opening = asyncio.open_connection(address, port)
                _, writer = await asyncio.wait_for(opening, seconds)
            except OSError:  # refused, unreachable; a time-out is one too
                return False
            writer.close()
            return True

    answers = await asyncio.gather(*(is_open(port) for port in numbers))
    return [port for port, answer in zip(numbers, answers, strict=True) if answer]


def _finding(host: str, port: int) -> Finding:
    return Finding(
        rule="port-open",
        severity=Severity.HIGH,
        where=f"{host}:{port}",
        what=f"Port {port} is open.",
        remedy="Close it in the security group or with ufw: only 80 and 443 face the world.",
    )
