"""JWTs: readable by a common library, refused for the right reason, never by the machine's clock."""

import base64
import hmac
import json
from dataclasses import replace

import jwt as library
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from riskengine.base.clock import SECOND
from riskengine.base.secret import Secret
from riskengine.tokens import jwt
from riskengine.tokens.claims import Grant, Subject, access_claims, id_claims
from riskengine.tokens.keys import PoolKeys, jwk, new_pool_keys, new_signing_key

ISSUER = "https://idp.example/r_pool"
ALICE = Subject(sub="0f1e", username="alice", attributes={"email": "ålice@example.com"}, groups=("staff",))
GRANT = Grant(
    issuer=ISSUER, client_id="client123", auth_time=1000, issued_at=1000, origin_jti="o-1", event_id="e-1"
)
EXPIRES = 4600
NOW = 2000 * SECOND
KEYS: PoolKeys = new_pool_keys()
STRANGER = new_signing_key()
PUBLIC = {KEYS.id.kid: KEYS.id.public, KEYS.access.kid: KEYS.access.public}
CLAIMS = access_claims(ALICE, GRANT, "j-1", EXPIRES)
TOKEN = jwt.sign(KEYS.access, CLAIMS)


def verify(token: Secret, now: int = NOW, issuer: str = ISSUER) -> jwt.AccessToken:
    return jwt.verify_access_token(token, PUBLIC, issuer, now)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def with_header(header: object) -> Secret:
    return Secret(".".join([part(header), *TOKEN.reveal().split(".")[1:]]))


def test_an_access_token_tells_what_it_was_given():
    assert verify(TOKEN) == jwt.AccessToken(
        sub="0f1e",
        issuer=ISSUER,
        token_use="access",
        client_id="client123",
        auth_time=1000,
        issued_at=1000,
        expires=EXPIRES,
        username="alice",
        scope="aws.cognito.signin.user.admin",
        jti="j-1",
        origin_jti="o-1",
        event_id="e-1",
        groups=("staff",),
    )


@pytest.mark.parametrize("use", ["id", "access"])
def test_a_jwt_library_verifies_both_tokens_by_the_published_key(use):
    key = KEYS.id if use == "id" else KEYS.access
    claims = id_claims(ALICE, GRANT, "j-1", EXPIRES) if use == "id" else CLAIMS
    token = jwt.sign(key, claims).reveal()
    published = library.PyJWK.from_dict(jwk(key.kid, key.public))

    read = library.decode(
        token,
        published,
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_aud": False},
        issuer=ISSUER,
    )

    assert read == claims
    assert library.get_unverified_header(token) == {"kid": key.kid, "alg": "RS256"}


def test_we_verify_what_a_jwt_library_signed():
    token = library.encode(CLAIMS, KEYS.access.private, "RS256", headers={"kid": KEYS.access.kid, "typ": ""})
    assert verify(Secret(token)) == verify(TOKEN)


@pytest.mark.parametrize("now", [0, EXPIRES * SECOND - 1])
def test_a_token_lives_until_its_expiry(now):
    assert verify(TOKEN, now).expires == EXPIRES


@pytest.mark.parametrize("now", [EXPIRES * SECOND, 2**60])
def test_a_token_is_dead_from_its_expiry(now):
    with pytest.raises(jwt.ExpiredAccessTokenError, match=r"^Access Token has expired$"):
        verify(TOKEN, now)


def test_a_key_of_another_pool_does_not_verify():
    for kid in (STRANGER.kid, KEYS.access.kid):
        token = jwt.sign(replace(STRANGER, kid=kid), CLAIMS)
        with pytest.raises(
            jwt.UnverifiedAccessTokenError, match=r"^Could not verify signature for Access Token$"
        ):
            verify(token)


def test_an_id_token_is_no_access_token():
    """Even one that carries every claim of an access token."""
    for claims in (id_claims(ALICE, GRANT, "j", EXPIRES), CLAIMS | {"token_use": "id"}):
        with pytest.raises(jwt.InvalidAccessTokenError, match=r"^Invalid Access Token$"):
            verify(jwt.sign(KEYS.id, claims))


def test_a_token_of_another_issuer_is_invalid():
    with pytest.raises(jwt.InvalidAccessTokenError):
        verify(TOKEN, issuer="https://idp.example/r_other")


@pytest.mark.parametrize(
    "header",
    [
        {"kid": KEYS.access.kid, "alg": "none"},
        {"kid": KEYS.access.kid, "alg": "HS256"},
        {"kid": KEYS.access.kid, "alg": "RS512"},
        {"kid": KEYS.access.kid, "alg": "RS256", "crit": ["exp"]},
        {"kid": KEYS.access.kid, "alg": "RS256", "jwk": {}},
        {"alg": "RS256"},
        {"kid": 1, "alg": "RS256"},
        {"kid": "x" * 600, "alg": "RS256"},
        [],
        None,
    ],
)
def test_any_other_header_is_invalid(header):
    with pytest.raises(jwt.InvalidAccessTokenError):
        verify(with_header(header))


def test_the_public_key_is_no_shared_secret():
    """The classic confusion: an HMAC keyed with the published key."""
    pem = KEYS.access.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{part({'kid': KEYS.access.kid, 'alg': 'HS256'})}.{part(CLAIMS)}"
    signature = base64.urlsafe_b64encode(hmac.digest(pem, signed.encode(), "sha256")).rstrip(b"=").decode()
    with pytest.raises(jwt.InvalidAccessTokenError):
        verify(Secret(f"{signed}.{signature}"))


@pytest.mark.parametrize(
    "claims", [{}, {"exp": "4600"}, {"exp": None}, {"sub": 1}, {"cognito:groups": "staff"}]
)
def test_signed_nonsense_is_invalid(claims):
    spoilt = (CLAIMS | claims) if claims else {}
    with pytest.raises(jwt.InvalidAccessTokenError):
        verify(jwt.sign(KEYS.access, spoilt))


@given(st.integers(0), st.characters(codec="utf-8"))
def test_any_changed_character_is_noticed(place, character):
    text = TOKEN.reveal()
    place %= len(text)
    changed = text[:place] + character + text[place + 1 :]
    if changed != text:
        with pytest.raises((jwt.InvalidAccessTokenError, jwt.UnverifiedAccessTokenError)):
            verify(Secret(changed))


@given(st.one_of(st.text(), st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", fullmatch=True)))
def test_any_other_text_is_invalid(text):
    with pytest.raises(jwt.InvalidAccessTokenError):
        verify(Secret(text))


def test_a_long_text_is_refused_unread():
    with pytest.raises(jwt.InvalidAccessTokenError):
        verify(Secret(TOKEN.reveal() + "A" * jwt.LONGEST_TOKEN))


@pytest.mark.parametrize("depth", [300, 6000])
def test_deep_nesting_is_invalid(depth):
    nested = base64.urlsafe_b64encode(b"[" * depth).rstrip(b"=").decode()
    tail = TOKEN.reveal().split(".")[1:]
    for text in (".".join([nested, *tail]), ".".join([part({"kid": "x", "alg": "RS256"}), nested, tail[1]])):
        with pytest.raises(jwt.AccessTokenError):
            verify(Secret(text))
        with pytest.raises(jwt.InvalidAccessTokenError):
            jwt.peek(Secret(text))


@pytest.mark.parametrize("place", ["header", "payload"])
def test_text_that_is_no_utf_8_is_invalid(place):
    header, payload, signature = TOKEN.reveal().split(".")
    broken = base64.urlsafe_b64encode(b'{"kid":"\xff","alg":"RS256","iss":"\xff"}').rstrip(b"=").decode()
    pieces = (broken, payload, signature) if place == "header" else (header, broken, signature)
    with pytest.raises(jwt.InvalidAccessTokenError):
        jwt.peek(Secret(".".join(pieces)))


def test_peeking_finds_key_and_issuer_without_a_key():
    assert jwt.peek(TOKEN) == jwt.Unverified(KEYS.access.kid, ISSUER)


def test_peeking_at_a_token_without_issuer_is_refused():
    with pytest.raises(jwt.InvalidAccessTokenError):
        jwt.peek(jwt.sign(KEYS.access, {"sub": "0f1e"}))


def test_all_claims_of_either_use_can_be_read():
    claims = id_claims(ALICE, GRANT, "j-1", EXPIRES)
    assert jwt.verified_claims(jwt.sign(KEYS.id, claims), PUBLIC) == claims
    with pytest.raises(jwt.UnverifiedAccessTokenError):
        jwt.verified_claims(jwt.sign(STRANGER, claims), PUBLIC)


def test_a_scope_is_a_whole_word():
    token = verify(jwt.sign(KEYS.access, CLAIMS | {"scope": "openid aws.cognito.signin.user.administrator"}))
    jwt.require_scope(token, "openid")
    jwt.require_scope(verify(TOKEN))
    with pytest.raises(jwt.UnscopedAccessTokenError, match=r"^Access Token does not have required scopes$"):
        jwt.require_scope(token)


def test_a_revoked_token_has_its_message():
    assert str(jwt.RevokedAccessTokenError()) == "Access Token has been revoked"


def test_a_token_is_not_printed():
    assert str(TOKEN) == "***"
