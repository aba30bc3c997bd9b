"""One emulated account for all tests of tables."""

import logging
import os
from collections.abc import Callable, Iterator
from functools import cache

import pytest

# Moto reads both when it is imported. Certificates are issued at once, and AWS's own policies are
# there to be attached.
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from offline import moto_server
from tests.offline.aws.account import Account, Case, MakeCase, State


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # It reports every request.
    server, endpoint = moto_server.start()
    yield Account(endpoint)
    server.stop()


@pytest.fixture(scope="session")
def untouched(account: Account) -> Callable[[MakeCase], tuple[Case, State]]:
    """A case and its resource, made once for all tests that only look at them."""

    @cache
    def made(make_case: MakeCase) -> tuple[Case, State]:
        case = make_case(account)
        return case, account.create(case.token, **case.inputs)

    return made
