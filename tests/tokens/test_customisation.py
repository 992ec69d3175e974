"""What a function may change in tokens, and what nobody may."""

from hypothesis import given
from hypothesis import strategies as st

from riskengine.tokens.claims import Grant, Subject, access_claims, id_claims
from riskengine.tokens.customisation import UNCHANGED, UNTOUCHABLE, Changes, Customisation, Groups

SUBJECT = Subject(
    sub="s",
    username="alice",
    attributes={"email": "a@example.com", "dev:custom:x": "1"},
    groups=("staff",),
    roles=("arn:r",),
    preferred_role="arn:r",
)
GRANT = Grant(
    issuer="i", client_id="c", auth_time=1, issued_at=2, event_id="e", origin_jti="o", device_key="d"
)
ID = id_claims(SUBJECT, GRANT, "j", 9)
ACCESS = access_claims(SUBJECT, GRANT, "j", 9)
OURS = sorted(UNTOUCHABLE | {name for name in (*ID, *ACCESS) if name.startswith("cognito:")})
NAMES = st.sampled_from([*OURS, "scope", "dev:custom:x", "email", "plan", "cognito:new"])


def test_nothing_asked_changes_nothing():
    assert UNCHANGED.id_claims(ID) == ID
    assert UNCHANGED.access_claims(ACCESS) == ACCESS
    assert UNCHANGED.subject(SUBJECT) == SUBJECT
    assert UNCHANGED.scopes(("a", "b")) == ("a", "b")


@given(
    add=st.dictionaries(NAMES, st.sampled_from(["forged", 7, {"deep": [1]}])),
    suppress=st.frozensets(NAMES.filter(lambda name: name != "cognito:groups")),
)
def test_nobody_touches_who_signed_in(add, suppress):
    """Whatever a function says: identity, times and groups stay, and nothing of ours appears."""
    changes = Changes(add, suppress)
    changed = Customisation(id=changes, access=changes)
    of_id, of_access = changed.id_claims(ID), changed.access_claims(ACCESS)
    for name in OURS:
        assert of_id.get(name) == ID.get(name)
        assert of_access.get(name) == ACCESS.get(name)
    assert "cognito:new" not in {*of_id, *of_access}
    assert of_access["scope"] == ACCESS["scope"]
    assert not (suppress - set(OURS) - {"scope"}) & set(of_id)


def test_suppressing_wins_over_adding():
    changes = Changes({"plan": "gold", "email": "x"}, frozenset({"plan", "email"}))
    assert {"plan", "email"}.isdisjoint(Customisation(id=changes).id_claims(ID))


def test_developer_attributes_may_go_but_not_come():
    assert Customisation(id=Changes({"dev:custom:x": "2"})).id_claims(ID)["dev:custom:x"] == "1"
    gone = Customisation(id=Changes(suppress=frozenset({"dev:custom:x"})))
    assert "dev:custom:x" not in gone.id_claims(ID)


def test_suppressed_groups_take_their_roles_along():
    gone = Customisation(id=Changes(suppress=frozenset({"cognito:groups"}))).id_claims(ID)
    assert {"cognito:groups", "cognito:roles", "cognito:preferred_role"}.isdisjoint(gone)
    assert gone["cognito:username"] == "alice"


def test_groups_are_replaced_as_a_whole():
    replaced = Customisation(groups=Groups(names=("guests",))).subject(SUBJECT)
    assert (replaced.groups, replaced.roles, replaced.preferred_role) == (("guests",), (), None)
    nothing = Customisation(groups=Groups()).subject(SUBJECT)
    assert "cognito:groups" not in id_claims(nothing, GRANT, "j", 9)


def test_audience_of_an_access_token_is_the_client_or_nobody():
    for said, expected in (("c", "c"), ("other", None), (["c"], None)):
        changed = Customisation(access=Changes({"aud": said})).access_claims(ACCESS)
        assert changed.get("aud") == expected
    assert Customisation(id=Changes({"aud": "other"})).id_claims(ID)["aud"] == "c"


def test_scopes_come_once_and_suppressed_ones_not_at_all():
    changed = Customisation(added_scopes=("b", "c", "c"), suppressed_scopes=frozenset({"a", "c"}))
    assert changed.scopes(("a", "b")) == ("b",)
