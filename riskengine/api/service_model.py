"""Questions to a service model as botocore stores it: names, reach, order, who may call."""

import keyword
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from riskengine.api.model import Authorization

# Builtins that annotations of generated structs use: a field of that name would hide them.
_TAKEN = frozenset({"bool", "bytes", "dict", "float", "int", "list", "str", "field"})
# The model does not mark them, but their texts do: a client's secret proves who asks, not a signature.
_BY_CLIENT_SECRET = frozenset({"GetClientToken", "GetDerivedToken"})
# Values that the model's texts demand and its enumerations forgot.
_FORGOTTEN = {"ExplicitAuthFlowsType": ("ALLOW_CLIENT_TOKEN_AUTH",)}


class ServiceModel:
    """One service description (JSON of botocore's service-2 format) and botocore's rule for Python names."""

    def __init__(self, description: dict[str, Any], snake: Callable[[str], str]) -> None:
        self._snake = snake
        self.version: str = description["metadata"]["apiVersion"]
        self.shapes: dict[str, dict[str, Any]] = description["shapes"]
        self._operations: dict[str, dict[str, Any]] = description["operations"]

    def python_name(self, wire: str) -> str:
        """The name that boto3's users know, free of keywords."""
        name = self._snake(wire)
        return f"{name}_" if keyword.iskeyword(name) or name in _TAKEN else name

    @property
    def operations(self) -> list[str]:
        """Names of all operations, sorted."""
        return sorted(self._operations)

    @property
    def errors(self) -> list[str]:
        """Names of all error shapes, sorted."""
        return sorted(name for name, shape in self.shapes.items() if shape.get("exception"))

    def request_of(self, operation: str) -> str:
        """Name of the request struct; every operation of this service has one."""
        name: str = self._operations[operation]["input"]["shape"]
        return name

    def response_of(self, operation: str) -> str:
        """Name of the response struct, made up by the model's rule where it has none."""
        output = self._operations[operation].get("output")
        return output["shape"] if output else f"{operation}Response"

    def errors_of(self, operation: str) -> list[str]:
        """Names of the errors that the operation is modelled with."""
        return sorted(error["shape"] for error in self._operations[operation]["errors"])

    def missing_responses(self) -> list[str]:
        """Response structs that the model leaves out because they are empty."""
        return [self.response_of(name) for name in self.operations if "output" not in self._operations[name]]

    def authorization(self, operation: str) -> Authorization:
        """Who may call: a signature unless the model asks for none, then what the request carries."""
        if operation in _BY_CLIENT_SECRET:
            return "open"
        if self._operations[operation].get("authtype") != "none":
            return "signed"
        members = self.shapes[self.request_of(operation)]["members"]
        if "AccessToken" not in members:
            return "open"
        return "access_token_or_session" if "Session" in members else "access_token"

    def enums(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every enumeration with its values in the model's order."""
        for name in sorted(self.shapes):
            if "enum" in self.shapes[name]:
                values = (*self.shapes[name]["enum"], *_FORGOTTEN.get(name, ()))
                yield name, tuple(dict.fromkeys(values))

    @cached_property
    def asked(self) -> frozenset[str]:
        """Names of all shapes that a request holds."""
        return self._reach([self.request_of(name) for name in self.operations])

    @cached_property
    def answered(self) -> frozenset[str]:
        """Names of all shapes that an answer holds."""
        return self._reach([one["output"]["shape"] for one in self._operations.values() if "output" in one])

    def structs_leaves_first(self) -> list[str]:
        """Structs of requests and answers, each after the structs that it holds."""
        order: dict[str, None] = {}
        for name in sorted(self.asked | self.answered):
            self._place(name, order)
        shapes = self.shapes
        return [one for one in order if shapes[one]["type"] == "structure" and "document" not in shapes[one]]

    def role(self, name: str) -> str:
        """A docstring by rule: where a struct is used."""
        if name in self._ends:
            return self._ends[name]
        if name in self.asked and name in self.answered:
            return "Part of requests and answers."
        return "Part of requests." if name in self.asked else "Part of answers."

    @cached_property
    def _ends(self) -> dict[str, str]:
        requests = {self.request_of(name): f"Request of {name}." for name in self.operations}
        return requests | {self.response_of(name): f"Answer of {name}." for name in self.operations}

    def _reach(self, names: list[str]) -> frozenset[str]:
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self._parts(name))
        return frozenset(found)

    def _place(self, name: str, order: dict[str, None]) -> None:
        for part in self._parts(name):
            if part not in order:
                self._place(part, order)
        order.setdefault(name)

    def _parts(self, name: str) -> list[str]:
        shape = self.shapes[name]
        match shape["type"]:
            case "structure":
                return [member["shape"] for member in shape["members"].values()]
            case "list":
                return [shape["member"]["shape"]]
            case "map":
                return [shape["key"]["shape"], shape["value"]["shape"]]
        return []
