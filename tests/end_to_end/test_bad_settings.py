"""Every setting with values that can't be meant: one plain line that names it, no traceback, no secret."""

import json
import os
import signal
import threading

import pytest
from click.testing import CliRunner
from serving import command

from riskengine.cli.commands import riskengine
from riskengine.config import Settings

pytestmark = pytest.mark.slow

SECRET = "hunter2"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
NO_URL = ("nowhere", f"ftp://u:{SECRET}@host/", f"https://u:{SECRET}@[::1", f"https://u:{SECRET}@host:port/")
NO_MAIL_URL = (
    "nowhere",
    f"http://u:{SECRET}@host",
    f"smtp://u:{SECRET}@host:99999",
    "smtp://",
    "smtp://[::1",
)
# By setting: values, and what the line says beside the setting's name.
BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "host": (("",), "$.host"),
    "port": (("-1", "99999", "http"), "$.port"),
    "workers": (("0", "257", "two"), "$.workers"),
    "database": (
        (
            f"postgresql://u:{SECRET}@127.0.0.1:99999/x",
            f"postgresql://u:{SECRET}@127.0.0.1:port/x",
            f"postgresql://u:{SECRET}@[::1/x",
            f"postgresql://u:{SECRET}/with-slash@127.0.0.1/x",
        ),
        "database is no postgresql://",
    ),
    "region": (("", "no region"), "$.region"),
    "account": (("", "12345", "x" * 12), "$.account"),
    "issuer": (NO_URL, "issuer must be"),
    "public_url": (NO_URL, "public_url must be"),
    "secret_key": ((SECRET, "00"), "master key"),
    "secret_key_file": (("/no/such/folder/key", "/tmp"), "master key file"),
    "trusted_proxies": (("everybody", "10.0.0.0/8,10.0.0.0/99"), "trusted_proxies: "),
    "forwarding_header": (("x-other",), "$.forwarding_header"),
    "geo_country": (("/no/file", "/tmp"), "geo_country: there is no file"),
    "geo_asn": (("/no/file", "/tmp"), "geo_asn: there is no file"),
    "geo_city": (("/no/file", "/tmp"), "geo_city: there is no file"),
    "breaches_api": ((*NO_URL, f"https://u:{SECRET}@host/?x=1"), "breaches_api must be"),
    "breaches_api_timeout": (("0", "-1", "nan", "inf", "soon"), "$.breaches_api_timeout"),
    "breaches_api_failure": (("shrug",), "$.breaches_api_failure"),
    "smtp": ((*NO_MAIL_URL, f"smtp://u:{SECRET}@host?starttls=perhaps"), "smtp must be"),
    "mail_from": (("", "nobody", "a@example.com\nBcc: b@example.com"), "$.mail_from"),
    "sms_url": (NO_URL, "sms_url must be"),
    "triggers": ((SECRET, *(f"{ARN}={url}" for url in NO_URL)), "triggers is not ARN=URL"),
    "lambda_endpoint": ((*NO_URL, "http://host/?x=1"), "lambda_endpoint must be"),
    "request_rates": (("UserRead=x", "UserRead=0", "UserRead=-1", "Nothing=1"), "request_rates has"),
    "log_destinations": (
        (SECRET, f"{ARN}=file://", *(f"{ARN}={url}" for url in NO_URL)),
        "log_destinations ",
    ),
    "event_days": (("0", "36501", "long"), "$.event_days"),
    "context_days": (("0", "36501", "long"), "$.context_days"),
    "body_limit": (("0", "-1", "much"), "$.body_limit"),
    "hold_back_floods": (("perhaps",), "$.hold_back_floods"),
    "requests_at_once": (("0", "-1", "many"), "$.requests_at_once"),
    "requests_waiting": (("-1", "many"), "$.requests_waiting"),
    "crypto_threads": (("0", "-1", "9999999"), "$.crypto_threads"),
    "clock_skew_seconds": (("-1", "999999999999999999999", "some"), "$.clock_skew_seconds"),
    "log_level": (("loud",), "log_level 'loud'"),
    "traces_url": (NO_URL, "traces_url must be"),
    "log_format": (("xml",), "log_format 'xml'"),
    "insecure_dev": (("perhaps",), "$.insecure_dev"),
}
# Any text may be meant, or what is not there yet: used as far as it can be, and `doctor` looks at it.
FREE = {"breaches_file", "webhook_secret"}
# What only a server does is looked at by `serve` alone.
SERVED = {"log_level", "log_format"}
CASES = [(name, value) for name, (values, _) in BAD.items() for value in values]
LINES = [
    (["--database", f"mysql://root:{SECRET}@db/x"], {}, "unknown database 'mysql'"),
    (["--database", "riskengine.db"], {}, "no scheme"),
    (["--database", "sqlite://riskengine.db"], {}, "three slashes"),
    (["--database", "sqlite:////no/such/folder/x.db"], {}, "/no/such/folder/x.db"),
    (["--database", "sqlite:///garbage.db"], {}, "NOTADB"),
    (["--database", f"postgresql://u:{SECRET}@127.0.0.1:1/x"], {}, "ConnectionRefusedError"),
    (["--config", "missing.toml"], {}, "missing.toml"),
    (["--config", "broken.toml"], {}, "broken.toml"),
    (["--config", "unknown.toml"], {}, "`prot`"),
    (["--config", "wrong.toml"], {}, "$.body_limit"),
    (["--port", "99999"], {}, "$.port"),
    (["--port", "http"], {}, "'http'"),
    (["--host", "192.0.2.1"], {}, "192.0.2.1"),
    (["--workers", "2"], {}, "a SQLite file is served by one process"),
    ([], {"triggers": f"{ARN}=http://a,{ARN}=http://b"}, "twice"),
    ([], {"log_destinations": f"{ARN}=s3+https://{SECRET}@host/"}, "s3+https://KEY:SECRET@HOST/"),
]


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "garbage.db").write_bytes(b"this is not a database, whatever its name says" * 100)
    (tmp_path / "broken.toml").write_text("port = [")
    (tmp_path / "unknown.toml").write_text("prot = 1")
    (tmp_path / "wrong.toml").write_text('body_limit = "much"')
    monkeypatch.chdir(tmp_path)
    # A server that starts after all is told to stop, and the test sees that it did not refuse.
    impatience = threading.Timer(30, os.kill, (os.getpid(), signal.SIGTERM))
    impatience.start()

    def run(arguments, settings):
        named = {f"RISKENGINE_{name.upper()}": value for name, value in {"port": "0", **settings}.items()}
        return CliRunner().invoke(riskengine, arguments, env=named, prog_name="riskengine")

    yield run
    impatience.cancel()


def last_line(ended):
    """The line that a command ended with; of a refusal, or it fails."""
    assert ended.exit_code != 0
    assert isinstance(ended.exception, SystemExit)
    assert SECRET not in ended.output
    return ended.output.strip().splitlines()[-1]


def test_every_setting_is_tried():
    assert BAD.keys() | FREE == set(Settings.__struct_fields__)
    assert not BAD.keys() & FREE


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_start_is_refused(run, name, value):
    line = last_line(run(["serve"], {name: value}))

    assert line.startswith("Error: ")
    assert BAD[name][1] in line


@pytest.mark.parametrize(("arguments", "settings", "text"), LINES)
def test_what_the_command_line_and_files_get_wrong_is_refused(run, arguments, settings, text):
    line = last_line(run(["serve", *arguments], settings))

    assert line.startswith("Error: ")
    assert text in line


@pytest.mark.parametrize("arguments", [["keys", "list"], ["migrate"], ["outbox", "latest", "a@example.com"]])
def test_other_commands_refuse_the_same(run, arguments):
    for name, value in CASES:
        if name not in SERVED:
            line = last_line(run(arguments, {name: value}))
            assert line.startswith("Error: "), (name, value)
            assert BAD[name][1] in line, (name, value)


def test_doctor_finds_them(tmp_path):
    """In processes of its own: it reads files as it goes, which nothing that serves may do."""
    assert command(tmp_path, "keys", "create").returncode == 0
    names = ("trusted_proxies", "smtp", "triggers", "request_rates", "log_destinations", "geo_city")
    for name in (*names, "secret_key"):
        (*_, value), text = BAD[name]
        ended = command(tmp_path, "doctor", "--json", **{name: value})
        assert ended.returncode == 1, (name, ended.stderr)
        assert SECRET not in ended.stdout + ended.stderr
        faults = [each["text"] for each in json.loads(ended.stdout) if each["state"] == "fault"]
        assert any(text in fault for fault in faults), (name, faults)
