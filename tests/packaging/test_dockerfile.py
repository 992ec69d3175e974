"""The Dockerfile without an engine: what it says is sound, and its steps do what they say, in a folder."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text()


def instructions():
    joined = re.sub(r"\\\n\s*", " ", TEXT)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def final_stage():
    every = instructions()
    last = max(number for number, (name, _) in enumerate(every) if name == "FROM")
    return every[last:]


def of(name, stage):
    return [value for each, value in stage if each == name]


class TestText:
    def test_images_are_named_with_a_version_and_slim(self):
        images = [value.split()[0] for value in of("FROM", instructions())]

        assert images
        for image in images:
            assert re.fullmatch(r"python:3\.\d+-slim", image)

    def test_it_runs_as_a_user_of_its_own_by_number(self):
        stage = final_stage()
        assert of("USER", stage) == ["riskengine"]
        assert "--uid 10001" in " ".join(of("RUN", stage))
        names = [name for name, _ in stage]
        assert names.index("USER") < names.index("ENTRYPOINT")

    def test_nothing_is_fetched_but_by_pip_with_pins(self):
        assert of("ADD", instructions()) == []
        runs = " ".join(of("RUN", instructions()))
        assert not re.search(r"curl|wget|apt|sudo|latest", runs)
        for call in re.findall(r"pip install [^&]*", runs):
            assert "--constraint constraints.txt" in call
            assert "--no-cache-dir" in call

    def test_commands_are_in_exec_form_so_that_signals_arrive(self):
        stage = final_stage()
        for name in ("ENTRYPOINT", "CMD"):
            [value] = of(name, stage)
            assert json.loads(value)
        [health] = of("HEALTHCHECK", stage)
        assert json.loads(health[health.index("[") :])

    def test_the_volume_holds_all_that_is_written(self):
        stage = final_stage()
        [volume] = of("VOLUME", stage)
        [environment] = of("ENV", stage)
        assert of("WORKDIR", stage) == [volume]
        assert f"sqlite:///{volume}/riskengine.db" in environment
        assert "PYTHONDONTWRITEBYTECODE=1" in environment

    def test_secrets_and_rubbish_stay_out_of_the_build(self):
        ignored = (ROOT / ".dockerignore").read_text().split()
        assert {".git", ".venv", "tests", "*.db", "*.key"} <= set(ignored)
        needed = re.findall(r"include = \[(.*?)\]", (ROOT / "pyproject.toml").read_text())[0]
        assert not set(ignored) & set(re.findall(r'"([^"]+)"', needed))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """What the build stage leaves as /venv, made by its own RUN from what COPY would bring."""
    place = tmp_path_factory.mktemp("image")
    ignored = [each for each in (ROOT / ".dockerignore").read_text().split() if "/" not in each]
    shutil.copytree(ROOT, place / "src", ignore=shutil.ignore_patterns(*ignored, "__pycache__"))
    stage = instructions()[: len(instructions()) - len(final_stage())]
    [run] = of("RUN", stage)
    step = run.replace("/venv", shlex.quote(str(place / "venv"))).replace(
        "python -m venv", f"{sys.executable} -m venv"
    )
    done = subprocess.run(["sh", "-ec", step], cwd=place / "src", capture_output=True, text=True, check=False)
    if "Temporary failure in name resolution" in done.stderr or "No matching distribution" in done.stderr:
        pytest.skip("packages can't be fetched here")
    assert done.returncode == 0, done.stderr[-2000:]
    return place / "venv"


def environment_of_image(venv, volume, port):
    [text] = of("ENV", final_stage())
    values = dict(pair.split("=", 1) for pair in shlex.split(text))
    values["PATH"] = f"{venv}/bin:{os.environ['PATH']}"
    values["RISKENGINE_DATABASE"] = values["RISKENGINE_DATABASE"].replace("/var/lib/riskengine", str(volume))
    return values | {"RISKENGINE_PORT": str(port), "RISKENGINE_HOST": "127.0.0.1"}


def command_of_image():
    [entry], [arguments] = (of(name, final_stage()) for name in ("ENTRYPOINT", "CMD"))
    return json.loads(entry) + json.loads(arguments)


# As `docker run --read-only --cap-drop ALL`: for this process alone, and for whom the machine lets do it.
READ_ONLY = """
mount --bind "$0" "$0"
mount -o remount,bind,ro /
if touch /a-file-that-should-not-be 2>/dev/null; then exit 99; fi
cd "$0"
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("unshare") and shutil.which("setpriv")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "is_read_only",
    [False, pytest.param(True, marks=pytest.mark.skipif(not IS_ROOT, reason="takes root and unshare"))],
)
def test_its_steps_make_a_service_that_is_healthy_and_writes_to_its_volume_only(
    built, tmp_path, is_read_only
):
    volume = tmp_path / "volume"
    volume.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    before = {path for path in built.rglob("*") if path.is_file()}
    around = ["unshare", "--mount", "sh", "-ec", READ_ONLY, str(volume)] if is_read_only else []
    process = subprocess.Popen(
        [*around, *command_of_image()],
        cwd=volume,
        env=environment_of_image(built, volume, port),
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as answer:
                    assert answer.status == 200
                break
            except (URLError, OSError):
                assert time.monotonic() < deadline
                time.sleep(0.2)
        [health] = of("HEALTHCHECK", final_stage())
        check = json.loads(health[health.index("[") :].replace("8080", str(port)))
        check[0] = str(built / "bin" / check[0])
        assert subprocess.run(check, check=False).returncode == 0
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0

    assert {path for path in built.rglob("*") if path.is_file()} == before
    assert {path.name.removesuffix("-wal").removesuffix("-shm") for path in volume.iterdir()} == {
        "riskengine.db",
        "riskengine.db.key",
    }
    process = subprocess.run(check, check=False, capture_output=True)
    assert process.returncode != 0  # and unhealthy once it is gone
