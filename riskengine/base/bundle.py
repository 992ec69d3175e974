"""Where the bundled `data/` and `models/` are: inside the wheel, or beside the package in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent / name


def data_file(name: str) -> Path:
    """Path of a bundled reference table."""
    return _folder("data") / name


def model_file(name: str) -> Path:
    """Path of a bundled model."""
    return _folder("models") / name
