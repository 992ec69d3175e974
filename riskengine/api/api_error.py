"""What every error of the API has in common."""

from typing import ClassVar


class ApiError(Exception):
    """An answer that is a refusal; its class name is the type on the wire."""

    status: ClassVar[int] = 400

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    @property
    def type_name(self) -> str:
        """The error's name on the wire."""
        return type(self).__name__

    @property
    def members(self) -> dict[str, str]:
        """Modelled members beside the message, by wire name."""
        return {}


def present(members: dict[str, str | None]) -> dict[str, str]:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}
