"""A small AWS-like API and its table, to drive the generic engine without a service in the way."""

import itertools
from typing import Any

from botocore.exceptions import ClientError

from offline.aws.tags import retag
from offline.provider.convert import tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, P, Read, Resource

IN_PLACE = ("size", "enabled", "labels")
"""Properties of a thing that its API changes on a live one."""

FIXED = ("name", "zone")
"""Properties of a thing that stay as they were made."""


class ToyApi:
    """Things in memory, with AWS's manners: errors with codes, lists of tags, absent when gone."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.refuse: dict[str, str] = {}
        """Operations to refuse, with the message."""
        self._ids = (f"thing-{number}" for number in itertools.count())

    def _begin(self, operation: str, thing_id: str | None = None) -> None:
        self.calls.append(operation)
        if message := self.refuse.get(operation):
            raise _error(operation, "Refused", message)
        if thing_id is not None and thing_id not in self.things:
            raise _error(operation, "ThingNotFound", f"no thing {thing_id}")

    def create_thing(self, **request: Any) -> dict[str, Any]:
        self._begin("create_thing")
        thing_id = next(self._ids)
        self.things[thing_id] = {"ThingId": thing_id, "Tags": [], **request}
        return {"Thing": {"ThingId": thing_id}}

    def modify_thing(self, ThingId: str, **changes: Any) -> dict[str, Any]:
        self._begin("modify_thing", ThingId)
        self.things[ThingId].update(changes)
        return {}

    def describe_thing(self, ThingId: str) -> dict[str, Any]:
        self._begin("describe_thing", ThingId)
        return {"Thing": self.things[ThingId]}

    def tag_thing(self, ThingId: str, Tags: list[dict[str, str]]) -> dict[str, Any]:
        self._begin("tag_thing", ThingId)
        merged = tag_map(self.things[ThingId]["Tags"]) | tag_map(Tags)
        self.things[ThingId]["Tags"] = tag_list(merged)
        return {}

    def untag_thing(self, ThingId: str, TagKeys: list[str]) -> dict[str, Any]:
        self._begin("untag_thing", ThingId)
        tags = [tag for tag in self.things[ThingId]["Tags"] if tag["Key"] not in TagKeys]
        self.things[ThingId]["Tags"] = tags
        return {}

    def delete_thing(self, ThingId: str) -> dict[str, Any]:
        self._begin("delete_thing", ThingId)
        del self.things[ThingId]
        return {}


def _error(operation: str, code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


THING = Resource(
    token="toy:index:Thing",
    service="toy",
    create=Call(
        "create_thing",
        {
            "Name": P("name"),
            "Zone": P("zone"),
            "Size": P("size"),
            "Labels": P("labels"),
            "Key": P("key"),
            "Tags": P("tags", tag_list),
        },
        returns={"id": "Thing.ThingId"},
    ),
    configure=(Call("modify_thing", {"ThingId": ID, "Enabled": P("enabled", default=False)}),),
    update=(
        Call("modify_thing", {"ThingId": ID, "Size": P("size"), "Labels": P("labels", default=[])}),
        retag("tag_thing", "untag_thing", {"ThingId": ID}),
    ),
    read=(
        Read(
            "describe_thing",
            {"ThingId": ID},
            "Thing",
            {
                "name": "Name",
                "zone": "Zone",
                "size": "Size",
                "enabled": "Enabled",
                "labels": "Labels",
                "key": "Key",
                "tags": From("Tags", tag_map),
                "address": "ThingId",
            },
        ),
    ),
    delete=(Call("delete_thing", {"ThingId": ID}),),
    auto_name=AutoName(max_length=24),
    options=frozenset({"force"}),
    secret_outputs=frozenset({"address", "key"}),
    gone=("ThingNotFound",),
)
