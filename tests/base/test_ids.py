"""Identifiers have the form that clients expect, and never come twice."""

import os
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from riskengine.base import ids


def test_uuid_is_a_random_one():
    """Version 4, in its canonical text."""
    made = {ids.new_uuid() for _ in range(1000)}
    assert len(made) == 1000
    for text in made:
        parsed = UUID(text)
        assert (parsed.version, parsed.variant, str(parsed)) == (4, "specified in RFC 4122", text)


def test_pool_and_client_ids_look_like_cognito_s():
    """Pool ids match what client libraries demand of them."""
    region, _, name = ids.new_pool_id("eu-north-1").partition("_")
    assert (region, len(name), name.isalnum()) == ("eu-north-1", 9, True)
    assert len(ids.new_client_id()) == 26
    assert len(ids.new_client_secret()) == 51


def test_a_forked_process_makes_other_uuids():
    ids.new_uuid()  # there may be random bytes in store by now
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, ids.new_uuid().encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reading, 36).decode() != ids.new_uuid()
    os.close(reading)
    os.close(writing)


def test_threads_never_make_the_same_uuid():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.new_uuid(), range(20_000)))

    assert len(set(made)) == 20_000
