"""Listening, and an end on a signal."""

import asyncio
import os
import signal
import sys

import pytest
from service import settings_for
from structlog.testing import capture_logs

from riskengine.server.run import bind, run, serve, url_of
from riskengine.wiring import open_house


def test_port_zero_takes_a_free_port_and_tells_it(tmp_path):
    listener, settings = bind(settings_for(tmp_path))

    with listener:
        assert settings.port == listener.getsockname()[1] > 0
        assert url_of(listener) == f"http://127.0.0.1:{settings.port}"


def test_ipv6_addresses_stand_in_brackets(tmp_path):
    try:
        listener, settings = bind(settings_for(tmp_path, host="::1"))
    except OSError:
        pytest.skip("this machine has no IPv6")
    with listener:
        assert url_of(listener) == f"http://[::1]:{settings.port}"


def test_a_taken_port_is_an_error(tmp_path):
    listener, settings = bind(settings_for(tmp_path))

    with listener, pytest.raises(OSError, match=r"[Aa]ddress"):
        bind(settings)


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not there")
def test_the_loop_is_uvloop():
    async def loop_name():
        return type(asyncio.get_running_loop()).__module__

    assert run(loop_name()).startswith("uvloop")


async def test_serves_until_a_signal_and_logs_one_line_with_the_real_port(tmp_path):
    listener, settings = bind(settings_for(tmp_path))
    told = []

    def ready(url):
        told.append(url)
        os.kill(os.getpid(), signal.SIGTERM)

    with capture_logs() as logs:
        async with open_house(settings) as services:
            await asyncio.wait_for(serve(services, settings, listener=listener, ready=ready), 10)

    assert told == [f"http://127.0.0.1:{settings.port}"]
    assert [entry["url"] for entry in logs if entry["event"] == "listening"] == told
    assert listener.fileno() == -1
