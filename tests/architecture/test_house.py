"""The house keeps its own rules: complete lists, small files, light imports, documented settings."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from botocore import xform_name

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.cli import operations_document
from riskengine.config import ConfigurationError, Settings, load
from riskengine.flows.sign_in.pipeline import STEPS
from riskengine.operations import HANDLERS, NOT_BUILT
from riskengine.risk.signals import SIGNALS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "riskengine"
GENERATED = {"types.py", "operations.py", "errors.py", "constraints.py"}
SOURCES = sorted(
    path for path in PACKAGE.rglob("*.py") if not (path.parent.name == "api" and path.name in GENERATED)
)


def test_every_operation_is_built_or_listed():
    """Handlers and the list of what is not built are the model, and share nothing."""
    assert set(HANDLERS) | NOT_BUILT == set(api.OPERATIONS)
    assert not set(HANDLERS) & NOT_BUILT


def test_steps_and_signals_are_modules_and_functions_in_one_order():
    """The order of a sign-in is a tuple in one file; no step or signal stands twice."""
    names = [step.__name__.rpartition(".")[2] for step in STEPS]
    assert names.index("block_list") < names.index("lockout") < names.index("first_factor")
    assert names.index("known_device") < names.index("lockout") < names.index("pre_authentication")
    assert names.index("compromised") < names.index("decide_risk") < names.index("second_factor")
    assert names.index("second_factor") < names.index("device") < names.index("post_authentication")
    assert names[-1] == "issue_tokens"
    assert len(set(names)) == len(names)
    assert len(set(SIGNALS)) == len(SIGNALS)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path):
    """No file past 500 lines, no function past 50 of code, every module says what it is."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= 500
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = node.body[0].end_lineno if ast.get_docstring(node) else node.lineno
            assert node.end_lineno - start <= 50, node.name


def test_serving_never_imports_training():
    """scikit-learn costs seconds and a hundred megabytes: no serving process loads it, nor botocore."""
    code = (
        "import sys; import riskengine.wiring, riskengine.server.app, riskengine.jobs.runner; "
        "print(sorted({'sklearn', 'scipy', 'botocore', 'boto3', 'pickle'} & set(sys.modules) - {'pickle'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_nothing_of_ours_unpickles():
    """No source of ours imports pickle, marshal or shelve."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {"pickle", "marshal", "shelve", "joblib"} & {name.split(".")[0] for name in names}


def test_every_setting_is_documented():
    """The README lists each setting with its variable."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.__struct_fields__ if f"`{name}`" not in readme]
    assert missing == []


def test_the_readme_counts_the_operations():
    """What is built is said as it is."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{len(HANDLERS)} of {len(api.OPERATIONS)} operations" in readme


def test_the_table_of_operations_is_true():
    """docs/operations.md is what model, handlers and tests say today."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert text == operations_document.text()
    rows = dict(re.findall(r"^\| (\w+) \| (yes|no) \|", text, re.MULTILINE))
    assert {name for name, built in rows.items() if built == "yes"} == set(HANDLERS)
    assert {name for name, built in rows.items() if built == "no"} == NOT_BUILT


def test_the_table_finds_operations_by_boto3s_names():
    """`_snake` is botocore's own rule for every operation."""
    names = {name: operations_document._snake(name) for name in api.OPERATIONS}
    assert names == {name: xform_name(name) for name in api.OPERATIONS}


def test_every_file_of_data_has_its_source():
    """data/README.md names every bundled file."""
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    files = [path.name for path in (ROOT / "data").iterdir() if path.is_file() and path.name != "README.md"]
    assert [name for name in files if name not in readme] == []


def test_no_file_names_a_machine_path():
    """Nothing tracked carries a path of somebody's machine."""
    tracked = subprocess.run(
        ["git", "ls-files", "*.py", "*.md", "*.toml", "Makefile"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    pattern = re.compile(r"(?<![\w.])/(work|root|home)/\w")
    for name in tracked:
        path = ROOT / name
        if path.is_file() and path != Path(__file__):
            assert not pattern.search(path.read_text(encoding="utf-8")), name


def test_secrets_do_not_show():
    """However a secret is printed, its text stays hidden."""
    secret = Secret("hunter2")
    shown = f"{secret} {secret!r} {secret!s} {[secret]} {secret:>20}" + "%s" % secret  # noqa: UP031
    assert "hunter2" not in shown
    assert secret.reveal() == "hunter2"


def test_settings_come_from_file_environment_and_command_line(tmp_path):
    """Later sources win; what is unknown or malformed is named."""
    file = tmp_path / "settings.toml"
    file.write_text('port = 1\nhost = "::1"\ntrusted_proxies = ["10.0.0.0/8"]\n')
    settings = load(str(file), {"database": "sqlite:///x", "host": None}, {"RISKENGINE_PORT": "2"})
    assert (settings.port, settings.host, settings.database) == (2, "::1", "sqlite:///x")
    assert settings.trusted_proxies == ("10.0.0.0/8",)
    from_environment = load(None, {}, {"RISKENGINE_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.0/24"})
    assert from_environment.trusted_proxies == ("10.0.0.0/8", "192.0.2.0/24")

    file.write_text("prot = 1\n")
    with pytest.raises(ConfigurationError, match="prot"):
        load(str(file), {}, {})
    with pytest.raises(ConfigurationError, match="port"):
        load(None, {}, {"RISKENGINE_PORT": "many"})
