"""Listening, and an end on a signal."""

import asyncio
import os
import signal
import sys

import pytest
from service import settings_for
from structlog.testing import capture_logs

from riskengine.server.app import create_app
from riskengine.server.run import bind, listening, run, serve, url_of
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


async def test_a_body_half_sent_does_not_hold_the_end_up(tmp_path):
    """Calls in flight are finished; a sender that has stopped sending is not waited for."""
    listener, settings = bind(settings_for(tmp_path))
    loop = asyncio.get_running_loop()
    async with open_house(settings) as services:
        async with listening(create_app(services), listener):
            reader, writer = await asyncio.open_connection("127.0.0.1", settings.port)
            target = b"X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\n"
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n" + target + b"Content-Length: 100\r\n\r\n{")
            await asyncio.sleep(0.2)
            began = loop.time()
        took = loop.time() - began
        answer = await reader.read()
        writer.close()

    assert took < 5
    assert answer.startswith(b"HTTP/1.1 408 ")
