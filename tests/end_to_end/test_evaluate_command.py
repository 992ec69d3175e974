"""`riskengine evaluate FILE --scores OUT`: the same every time, in the file's order, blind to the truth."""

import gzip
import json

import pytest
from recorded_sign_ins import DAY, START, attempt, evaluate, judged, lines, write

pytestmark = pytest.mark.slow  # its own processes

CHALLENGES = ("MFA_IF_CONFIGURED", "MFA_REQUIRED")


@pytest.fixture
def content():
    return lines()


@pytest.fixture
def verdicts_of(tmp_path, content):
    return judged(tmp_path, content)


def test_each_score_is_the_sum_of_its_reasons(content, verdicts_of):
    assert [line["id"] for line in verdicts_of] == [line["id"] for line in content]
    for line in verdicts_of:
        assert set(line) >= {"id", "score", "level", "decision", "reasons"}
        assert line["score"] == sum(reason["points"] for reason in line["reasons"])
        assert all(set(reason) == {"code", "points", "text"} for reason in line["reasons"])


def test_the_file_tells_people_from_attackers(content, verdicts_of):
    """Without this the tests below would compare nothing with nothing."""
    usual = [
        verdict
        for line, verdict in zip(content, verdicts_of, strict=True)
        if line["label"] == "legit" and START + 2 * DAY < line["time"] < START + 10 * DAY
    ]
    takeover = verdicts_of[-2]

    assert {line["decision"] for line in usual} == {"NoRisk"}
    assert takeover["level"] in {"Medium", "High"}
    assert takeover["action"] in CHALLENGES


def test_twice_gives_the_same_bytes(tmp_path, content):
    file = write(tmp_path / "attempts.jsonl", content)

    assert evaluate(tmp_path, file)[1] == evaluate(tmp_path, file)[1]


def test_packed_and_plain_files_are_one(tmp_path, content):
    plain = write(tmp_path / "attempts.jsonl", content)
    packed = tmp_path / "attempts.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))

    assert evaluate(tmp_path, packed)[1] == evaluate(tmp_path, plain)[1]


def test_lines_out_of_order_are_judged_by_time_and_answered_in_place(tmp_path, content, verdicts_of):
    shuffled = content[1::2] + content[-2::-2]

    found = judged(tmp_path, shuffled)

    assert [line["id"] for line in found] == [line["id"] for line in shuffled]
    assert sorted(found, key=_number) == verdicts_of


def _number(line):
    return int(line["id"][1:])


def test_times_may_be_text(tmp_path, content, verdicts_of):
    assert content[0]["time"] == START == 1_780_000_000
    content[0]["time"] = "2026-05-28T22:26:40+02:00"
    content[1]["time"] = "2026-05-28T20:27:40Z"

    assert judged(tmp_path, content) == verdicts_of


def test_bad_lines_are_told_by_number_and_the_rest_goes_on(tmp_path, content, verdicts_of):
    bad = [
        "{",
        "[]",
        "{}",
        '{"time": 1, "user": "ada", "ip": "1.2.3.4"}',
        '{"time": 1, "feedback": {}}',
        "\xff",
    ]
    texts = [json.dumps(line) for line in content]
    file = tmp_path / "attempts.jsonl"
    file.write_text("\n".join([*bad[:3], *texts[:20], "", *bad[3:], *texts[20:]]), encoding="latin-1")

    ended, written = evaluate(tmp_path, file)

    assert [json.loads(line) for line in written.splitlines()] == verdicts_of
    told = [int(line.split(":")[1]) for line in ended.stderr.splitlines()]
    assert told == [1, 2, 3, 25, 26, 27]
    assert json.loads(ended.stdout)["bad_lines"] == len(bad)


def test_labels_never_count(tmp_path, content, verdicts_of):
    for line in content:
        line["label"] = {"legit": "takeover", "takeover": None}[line["label"]]

    assert judged(tmp_path, content) == verdicts_of


def test_what_a_challenge_would_have_brought_counts_only_where_one_was_put(tmp_path, content, verdicts_of):
    for line, verdict in zip(content, verdicts_of, strict=True):
        if verdict["action"] not in CHALLENGES or not line["password_ok"]:
            line["challenge_passed"] = line["password_ok"] and _number(line) % 2 == 0

    assert judged(tmp_path, content) == verdicts_of


def test_a_challenge_counts_for_what_follows_and_never_for_itself(tmp_path, content, verdicts_of):
    content[-2]["challenge_passed"] = True

    passed = judged(tmp_path, content)

    assert passed[:-1] == verdicts_of[:-1]
    assert passed[-1]["score"] < verdicts_of[-1]["score"]


@pytest.mark.parametrize(("value", "sign"), [("Valid", -1), ("Invalid", 1)])
def test_a_verdict_counts_from_its_time_on(tmp_path, content, verdicts_of, value, sign):
    feedback = {"time": START + 11 * DAY + 300, "feedback": {"id": content[-2]["id"], "value": value}}

    found = judged(tmp_path, [feedback, *content])

    assert found[:-1] == verdicts_of[:-1]
    assert (found[-1]["score"] - verdicts_of[-1]["score"]) * sign > 0


def test_a_verdict_on_nothing_is_counted_and_changes_nothing(tmp_path, content, verdicts_of):
    feedback = {"time": START + DAY, "feedback": {"id": "nobody", "value": "Invalid"}}
    file = write(tmp_path / "attempts.jsonl", [*content, feedback])

    ended, written = evaluate(tmp_path, file)

    assert [json.loads(line) for line in written.splitlines()] == verdicts_of
    assert json.loads(ended.stdout)["unknown_verdicts"] == 1


def test_pools_know_nothing_of_each_other(tmp_path, content, verdicts_of):
    doubled = [{**line, "pool": pool, "id": f"{line['id']}{pool}"} for line in content for pool in "xy"]

    found = judged(tmp_path, doubled)

    for of_pool in (found[::2], found[1::2]):
        assert [line["score"] for line in of_pool] == [line["score"] for line in verdicts_of]


def test_what_is_no_address_and_no_header_is_unknown(tmp_path):
    odd = [
        attempt(0, START, "ada", ip="not an address", headers="none", device=[]),
        attempt(1, START + 1, "ada", ip=None, headers=[["only a name"], [1, 2], ["User-Agent", CHROMES]]),
        attempt(2, START + 2, "ada", ip="999.1.1.1", device={"ScreenWidthPixels": {"deep": []}}),
    ]

    assert [line["id"] for line in judged(tmp_path, odd)] == ["a0", "a1", "a2"]


CHROMES = "Chrome " * 10_000
