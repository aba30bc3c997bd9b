"""IAM Access Analyzer, which moto lacks altogether: analyzers that find nothing."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import unquote

from moto import backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.responses import BaseResponse
from moto.core.utils import iso_8601_datetime_without_milliseconds, utcnow

SERVICE = "access-analyzer"
MODULE = "accessanalyzer"


class AccessAnalyzerBackend(BaseBackend):
    """The analyzers of one region, by name."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.analyzers: dict[str, dict[str, Any]] = {}

    @property
    def _url_module(self) -> Any:
        """Where moto looks for the paths that a service answers on."""
        return SimpleNamespace(url_bases=[], url_paths=PATHS)

    def find(self, name: str) -> dict[str, Any]:
        """One analyzer."""
        if name not in self.analyzers:
            message = f"Analyzer {name} does not exist."
            raise JsonRESTError("ResourceNotFoundException", message)
        return self.analyzers[name]

    def tags_of(self, arn: str) -> dict[str, str]:
        """The tags of one analyzer, to be changed in place."""
        return self.find(arn.rsplit("/", 1)[-1])["tags"]


class AccessAnalyzerResponse(BaseResponse):
    """One method an operation, named like it."""

    def __init__(self) -> None:
        super().__init__(service_name=MODULE)

    @property
    def _backend(self) -> AccessAnalyzerBackend:
        return backends[self.current_account][self.region]

    def create_analyzer(self) -> str:
        """Make an analyzer that is active at once."""
        name = self._get_param("analyzerName")
        owner = f"{self._backend.region_name}:{self._backend.account_id}"
        self._backend.analyzers[name] = {
            "arn": f"arn:aws:{SERVICE}:{owner}:analyzer/{name}",
            "name": name,
            "type": self._get_param("type"),
            "createdAt": iso_8601_datetime_without_milliseconds(utcnow()),
            "tags": self._get_param("tags") or {},
            "status": "ACTIVE",
        }
        return json.dumps({"arn": self._backend.analyzers[name]["arn"]})

    def get_analyzer(self) -> str:
        """Tell what was asked for."""
        return json.dumps({"analyzer": self._backend.find(self._last_part())})

    def list_analyzers(self) -> str:
        """Tell of all of them on one page."""
        return json.dumps({"analyzers": list(self._backend.analyzers.values())})

    def delete_analyzer(self) -> str:
        """Forget it."""
        del self._backend.analyzers[self._backend.find(self._last_part())["name"]]
        return "{}"

    def tag_resource(self) -> str:
        """Add tags."""
        self._backend.tags_of(self._last_part()).update(self._get_param("tags"))
        return "{}"

    def untag_resource(self) -> str:
        """Take tags away."""
        tags = self._backend.tags_of(self._last_part())
        for key in self.querystring.get("tagKeys", []):
            tags.pop(key, None)
        return "{}"

    def _last_part(self) -> str:
        return unquote(self.path).rstrip("/").rsplit("/", 1)[-1]


PATHS: Mapping[str, Callable[..., Any]] = {
    "{0}/analyzer$": AccessAnalyzerResponse.dispatch,
    "{0}/analyzer/(?P<name>[^/]+)$": AccessAnalyzerResponse.dispatch,
    "{0}/tags/(?P<arn>.+)$": AccessAnalyzerResponse.dispatch,
}

backends = BackendDict(AccessAnalyzerBackend, MODULE)


def serve() -> None:
    """Let moto find the service as it finds its own: by module name, and by host."""
    module = ModuleType(f"moto.{MODULE}")
    setattr(module, f"{MODULE}_backends", backends)
    sys.modules[module.__name__] = module
    pattern = re.compile(rf"https?://{SERVICE}\.(.+)\.amazonaws\.com")
    backend_index.backend_url_patterns.append((MODULE, pattern))
