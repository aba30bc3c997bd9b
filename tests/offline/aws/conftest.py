"""One emulated account for all tests of tables."""

import logging
import os
from collections.abc import Iterator

import pytest

# Moto reads both when it is imported. Certificates are issued at once, and AWS's own policies are
# there to be attached.
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.server import ThreadedMotoServer

from offline import moto_gaps
from tests.offline.aws.account import Account


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # It reports every request.
    moto_gaps.fill()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Account(f"http://{host}:{port}")
    server.stop()
