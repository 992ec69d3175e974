"""Codes, messages, devices and passkeys for the storage contract; and strategies for all."""

from typing import Any

from hypothesis import strategies as st
from stored_things import NOW, POOL, credentials, keys, maybe, texts, times, versions

from riskengine.entities import Credential, Device, Message, Passkey, RateWindow, SentCode


def a_code(purpose: str = "SignUp", **over: Any) -> SentCode:
    return SentCode(
        **{
            "pool": POOL,
            "subject": "sub-1",
            "purpose": purpose,
            "digest": b"\0digest",
            "created": NOW,
            "expires": NOW + 10,
            **over,
        }
    )


def a_message(id_: str = "message-1", **over: Any) -> Message:
    return Message(
        **{
            "pool": POOL,
            "id": id_,
            "sub": "sub-1",
            "created": NOW,
            "medium": "EMAIL",
            "purpose": "SignUp",
            "destination": "alice@example.org",
            "content": b"\0sealed",
            "due": NOW,
            "expires": NOW + 10,
            **over,
        }
    )


def a_device(key: str = "device-1", **over: Any) -> Device:
    return Device(
        **{
            "pool": POOL,
            "sub": "sub-1",
            "key": key,
            "group": "-group",
            "created": NOW,
            "modified": NOW,
            "authenticated": NOW,
            "credential": Credential(salt="0a", verifier=b"\0sealed", set_at=NOW),
            **over,
        }
    )


def a_passkey(id_: str = "passkey-1", **over: Any) -> Passkey:
    return Passkey(
        **{
            "pool": POOL,
            "sub": "sub-1",
            "id": id_,
            "created": NOW,
            "name": "key ring",
            "relying_party": "example.org",
            "public_key": b"\0cose",
            **over,
        }
    )


codes = st.builds(
    SentCode,
    subject=keys,
    purpose=keys,
    pool=keys,
    digest=st.binary(max_size=40),
    created=times,
    expires=times,
    value=texts,
    failures=times,
)

windows = st.builds(RateWindow, times=st.lists(times, max_size=5).map(tuple))

messages = st.builds(
    Message,
    pool=keys,
    id=keys,
    sub=st.just("") | keys,
    created=times,
    medium=st.sampled_from(["EMAIL", "SMS"]),
    purpose=texts,
    destination=texts,
    content=st.binary(max_size=40),
    due=times,
    expires=times,
    status=st.sampled_from(["waiting", "sent", "kept", "failed"]),
    tries=times,
    trouble=texts,
    version=versions,
)

devices = st.builds(
    Device,
    pool=keys,
    sub=keys,
    key=keys,
    group=texts,
    created=times,
    modified=times,
    authenticated=times,
    credential=credentials,
    remembered=st.sampled_from(["remembered", "not_remembered"]),
    attributes=st.dictionaries(texts, texts, max_size=3),
    waiting=texts,
    waiting_until=times,
    version=versions,
)

passkeys = st.builds(
    Passkey,
    pool=keys,
    sub=keys,
    id=keys,
    created=times,
    name=texts,
    relying_party=texts,
    public_key=st.binary(max_size=40),
    sign_count=times,
    attachment=maybe(texts),
    transports=st.lists(texts, max_size=3).map(tuple),
    version=versions,
)
