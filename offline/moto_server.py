"""moto's server as the offline stacks need it: complete, consistent under load, and quick."""

import threading
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from moto import backends
from moto.core import responses, utils
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.server import ThreadedMotoServer

from offline import moto_gaps

Application = Callable[[Any, Any, Any], Any]
"""(dispatcher, environ, start_response) → body, as WSGI has it."""


def start() -> tuple[ThreadedMotoServer, str]:
    """Serve emulated AWS on a free loopback port; gives the server and its URL."""
    _adapt()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return server, f"http://{host}:{port}"


@cache
def _adapt() -> None:
    """Change moto in this process, once."""
    moto_gaps.fill()
    services = tuple(backends.list_of_moto_modules())
    # For every request moto lists its own folder, and the methods of the service that answers.
    # `setattr`, because moto's types say that none of this is meant to be changed.
    backends.list_of_moto_modules = lambda: services
    setattr(responses, "method_names_from_class", cache(utils.method_names_from_class))  # noqa: B010
    answer = DomainDispatcherApplication.__call__
    setattr(DomainDispatcherApplication, "__call__", _one_at_a_time(answer))  # noqa: B010


def _one_at_a_time(answer: Application) -> Application:
    """moto serves on threads and guards nothing of what they share: dicts change under iteration.

    The engine asks for sixteen resources at once; its requests take milliseconds each.
    """
    alone = threading.Lock()

    @wraps(answer)
    def wrapper(dispatcher: Any, environ: Any, start_response: Any) -> Any:
        with alone:
            return answer(dispatcher, environ, start_response)

    return wrapper
