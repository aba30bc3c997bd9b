"""One emulated account for all tests of tables."""

import logging
from collections.abc import Callable, Iterator
from functools import cache

import pytest

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
