"""One call of `riskengine` from a folder, to its end."""

import os
import subprocess
import sys
from pathlib import Path

_PATIENCE = 120.0


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Without settings of the machine's own."""
    machine = {name: value for name, value in os.environ.items() if not name.startswith("RISKENGINE_")}
    return subprocess.run(
        [sys.executable, "-m", "riskengine", *arguments],
        cwd=folder,
        env=machine,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
