"""The benchmarks run from end to end; what they measure is not judged here."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
TINY = (
    ("risk_time.py", ("--calls", "20"), "build the attempt, with EncodedData"),
    ("breaches.py", ("--entries", "5000", "--random", "5000"), "1,406,254,104"),
    ("ip_lists.py", ("--calls", "20"), "With 200 + 200 ranges both lists cost an attempt"),
    ("stages.py", ("--seconds", "0.1", "--rounds", "1", "--users", "4"), "Risk beside the whole"),
    (
        "stuffing.py",
        ("--seconds", "1", "--rounds", "1", "--users", "32", "--attempts", "100", "--rate", "5"),
        "good users elsewhere are slower by",
    ),
    (
        "pauses.py",
        ("--seconds", "1", "--flooded", "500", "--attempts", "30"),
        "Keeping the state took",
    ),
    (
        "sign_ins.py",
        ("--seconds", "0.1", "--rounds", "1", "--users", "4", "--connections", "2"),
        "Every answer was a success",
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize(("script", "options", "line"), TINY, ids=[each[0] for each in TINY])
def test_a_brief_run_prints_its_table_and_saves_nothing(script, options, line):
    results = BENCHMARKS / "results"
    before = {path.name: path.stat().st_mtime_ns for path in results.iterdir()}

    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *options, "--brief"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert line in done.stdout
    assert {path.name: path.stat().st_mtime_ns for path in results.iterdir()} == before
