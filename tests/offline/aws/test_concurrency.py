"""The engine asks for many resources at once; moto's own threads share everything unguarded."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import Any

import pytest
from moto.sns.models import SNSBackend

from tests.offline.aws.account import Account


def create(account: Account, name: str) -> str:
    return account.client("sns").create_topic(Name=name)["TopicArn"]


def test_requests_are_answered_one_at_a_time(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering, overlapped = Lock(), list[bool]()
    create_topic = SNSBackend.create_topic

    def watched(*args: Any, **kwargs: Any) -> Any:
        overlapped.append(not answering.acquire(blocking=False))
        try:
            return create_topic(*args, **kwargs)
        finally:
            if not overlapped[-1]:
                answering.release()

    monkeypatch.setattr(SNSBackend, "create_topic", watched)
    names = [account.unique("topic") for _ in range(40)]
    with ThreadPoolExecutor(max_workers=16) as pool:
        made = pool.map(partial(create, account), names)
        assert len(set(made)) == 40

    assert overlapped == [False] * 40
