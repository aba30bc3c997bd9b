"""nginx as the load balancer where AWS has none (guide, "Load Balancer Configuration", "SSL")."""

from collections.abc import Sequence
from string import Template
from typing import Final

from service_config import ports

WEBSOCKET_TIMEOUT_SECONDS: Final = 300
"""nginx closes silent connections after 60 s by default, which cuts quiet websockets."""

LARGEST_UPLOAD: Final = "100m"
"""nginx refuses bodies of more than 1 MiB by default, which is less than a photograph."""

_CONFIGURATION: Final = Template("""\
# What a client that upgrades to a websocket asks for; any other connection is kept open.
map $$http_upgrade $$connection_upgrade {
    default upgrade;
    ''      '';
}

upstream api_servers {
    least_conn;
$api_servers
    keepalive 32;
}

upstream ws_servers {
    least_conn;
$websocket_servers
}

server_tokens off;
client_max_body_size $largest_upload;

server {
    listen $http_port;
    server_name $server_name;
    return 301 https://$$host$$request_uri;
}

server {
    listen $https_port ssl http2;
    server_name $server_name;

    ssl_certificate $certificate;
    ssl_certificate_key $certificate_key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers HIGH:!aNULL:!MD5;
    ssl_session_cache shared:tls:10m;
    ssl_session_tickets off;

    add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options DENY always;

    proxy_http_version 1.1;
    proxy_set_header Host $$host;
    proxy_set_header X-Real-IP $$remote_addr;
    # Replaced and not appended to: what a client claims about itself is not passed on.
    proxy_set_header X-Forwarded-For $$remote_addr;
    proxy_set_header X-Forwarded-Proto $$scheme;
    # "" keeps connections to the servers open between requests.
    proxy_set_header Connection $$connection_upgrade;
    proxy_set_header Upgrade $$http_upgrade;

    location / {
        proxy_pass http://api_servers;
    }

    location /ws {
        proxy_pass http://ws_servers;
        proxy_read_timeout ${websocket_timeout}s;
        proxy_send_timeout ${websocket_timeout}s;
    }

    # What Prometheus scrapes from inside is nobody else's business.
    location /metrics {
        return 404;
    }
}
""")


def configuration(
    *,
    server_name: str,
    api_servers: Sequence[str],
    websocket_servers: Sequence[str],
    certificate: str,
    certificate_key: str,
    http_port: int = ports.HTTP,
    https_port: int = ports.HTTPS,
) -> str:
    """Return a file for the `conf.d` of nginx 1.18 or newer.

    Args:
        server_name: public name of the application, for example `chat.example.com`.
        api_servers: `host:port` of each api server; at least one.
        websocket_servers: `host:port` of each websocket server; at least one.
        certificate: path of the certificate chain (PEM).
        certificate_key: path of its private key (PEM).
        http_port: where plain HTTP is redirected to TLS.
        https_port: where TLS is served.
    """
    return _CONFIGURATION.substitute(
        server_name=server_name,
        api_servers=_upstream(api_servers),
        websocket_servers=_upstream(websocket_servers),
        certificate=certificate,
        certificate_key=certificate_key,
        http_port=http_port,
        https_port=https_port,
        largest_upload=LARGEST_UPLOAD,
        websocket_timeout=WEBSOCKET_TIMEOUT_SECONDS,
    )


def _upstream(servers: Sequence[str]) -> str:
    # A server that fails three times is left alone for ten seconds.
    return "\n".join(f"    server {each} max_fails=3 fail_timeout=10s;" for each in servers)
