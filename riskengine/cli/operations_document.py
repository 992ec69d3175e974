"""docs/operations.md, out of model, handlers and tests: what is built, who may call, where it is tested."""

import re
from collections.abc import Mapping
from pathlib import Path

from riskengine import api
from riskengine.operations import HANDLERS, NOT_BUILT
from riskengine.operations.categories import CATEGORIES

_ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = _ROOT / "docs" / "operations.md"
_TESTS = _ROOT / "tests"
# Those walk through all operations by the model.
_EVERY = frozenset({"architecture", "api"})
_WHO = {
    "signed": "operator (SigV4)",
    "access_token": "user (access token)",
    "access_token_or_session": "user (access token or session)",
    "open": "open",
}
_WORD = re.compile(r"\b[a-z_0-9]+\b|\b[A-Za-z]+\b")
_HEAD = """# Operations

Written by `riskengine generate`, which `make lint` runs with `--check`. Each operation is answered, refused
and held against its constraints on SQLite and PostgreSQL by `tests/end_to_end/test_every_operation.py`; the
last column names the folders of `tests/` with more. Categories are those of the setting `request_rates`.

"""


def is_current() -> bool:
    """Whether the document says what is true; also where there is no repository around the package."""
    return not _TESTS.is_dir() or (DOCUMENT.is_file() and DOCUMENT.read_text(encoding="utf-8") == text())


def write() -> None:
    """Write the document anew."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(text(), encoding="utf-8")


def text() -> str:
    """The document."""
    folders = _tests_of()
    rows = [
        f"| {name} | {'yes' if name in HANDLERS else 'no'} | {_WHO[operation.authorization]} |"
        f" {CATEGORIES[name]} | {', '.join(sorted(folders[name]))} |\n"
        for name, operation in sorted(api.OPERATIONS.items())
    ]
    count = f"{len(HANDLERS)} of {len(api.OPERATIONS)} are built, {len(NOT_BUILT)} answer a typed error.\n\n"
    head = "| operation | built | who may call | category | tests |\n|---|---|---|---|---|\n"
    return _HEAD + count + head + "".join(rows)


def _tests_of() -> Mapping[str, set[str]]:
    """In which folders of tests each operation stands, under boto3's name or the API's."""
    names = {_snake(name): name for name in api.OPERATIONS} | {name: name for name in api.OPERATIONS}
    folders: dict[str, set[str]] = {name: set() for name in api.OPERATIONS}
    for path in _TESTS.rglob("test_*.py"):
        folder = path.relative_to(_TESTS).parts[0]
        if folder in _EVERY:
            continue
        for word in set(_WORD.findall(path.read_text(encoding="utf-8"))) & names.keys():
            folders[names[word]].add(folder)
    return folders


def _snake(name: str) -> str:
    """boto3's name of an operation; a test holds it against botocore's own."""
    special = name.replace("CSV", "Csv").replace("UICustomization", "UiCustomization").replace("MFA", "Mfa")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", special).lower()
