"""Was this you? The pages behind a notification's links, in a real browser and in a plain one."""

import re
import sys
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from browser import Chromium, program
from courier_servers import MailServer
from notified import Notified, html_of, link_in, token_in
from people import AWAY, CHROME, HOME
from plain_browser import PlainBrowser
from service import Service, settings_for

from riskengine.hosted.limiter import Limiter

NEW_PASSWORD = "An0ther-fine-horse!"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def post():
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def sending(tmp_path_factory, post):
    """A service of this module's own; each test asks from an address of its own, for the limit's sake."""
    settings = settings_for(
        tmp_path_factory.mktemp("pages"), smtp=post.url, trusted_proxies=("127.0.0.1/32",), crypto_threads=1
    )
    with Service(settings) as running:
        yield running


@pytest.fixture
def people(sending, post) -> Notified:
    people = Notified(sending, post)
    people.respond("NO_ACTION")
    return people


@pytest.fixture
def user(people) -> str:
    return people.person(email_verified="true")


@pytest.fixture(
    params=["plain", pytest.param("chromium", marks=pytest.mark.slow)],
)
def browser(request, capsys):
    """Chromium where there is one (npm has one for 64-bit Linux); else the plain one takes the same way."""
    found = program() if request.param == "chromium" else None
    if request.param == "chromium" and found is None:
        with capsys.disabled():
            sys.stderr.write("\nno Chromium here, nor from npm: the plain browser goes in its place\n")
    with Chromium(found) if found else PlainBrowser() as opened:
        yield opened


def words(browser) -> str:
    return " ".join(re.sub("<style>.*?</style>|<[^>]*>", " ", browser.html, flags=re.DOTALL).split())


def newest(people, user):
    return people.extended(user)[0]


def said(people, user) -> list[str]:
    history = next(each for each in people.extended(user) if "NotificationId" in each).get("FeedbackHistory")
    return [each["FeedbackValue"] for each in history or []]


def works(people, tokens) -> bool:
    try:
        people.api.get_user(AccessToken=tokens["AccessToken"])
    except people.api.exceptions.NotAuthorizedException:
        return False
    return True


def test_owner_says_no_and_gets_the_account_back(people, user, browser):
    """From the mail to a new password, signed out all the way; the thief is out from the first click on."""
    mine = people.attempt(user, address=HOME, agent=CHROME)["AuthenticationResult"]
    theirs = people.attempt(user)["AuthenticationResult"]
    (mail,) = people.mails(user)

    browser.open(link_in(mail, "Invalid"))
    told = words(browser)
    for fact in ("Was this you?", user, "Lagos, Nigeria", AWAY, "Firefox 144, Linux", "Let in."):
        assert fact in told
    assert said(people, user) == []
    assert works(people, theirs)

    browser.click("No, it was not me")
    assert said(people, user) == ["Invalid"]
    assert "What this sign-in opened is signed out." in words(browser)
    assert (works(people, mine), works(people, theirs)) == (True, False)

    browser.click("Send me a code for a new password")
    assert people.status(user) == "RESET_REQUIRED"
    assert not works(people, mine)
    assert "A code was sent to u***@e***" in words(browser)

    code = re.findall(r"\d{6}", people.mails(user)[-1].get_content())[0]
    browser.type("code", "000000" if code != "000000" else "111111")
    browser.type("password", NEW_PASSWORD)
    browser.click("Set the new password")
    assert "Invalid verification code provided" in words(browser)
    browser.type("code", code)
    browser.type("password", "short")
    browser.click("Set the new password")
    assert "Password did not conform with policy" in words(browser)
    browser.type("code", code)
    browser.type("password", NEW_PASSWORD)
    browser.click("Set the new password")
    done = words(browser)
    assert "You were signed out everywhere." in done
    assert "The account has a new password." in done
    assert people.status(user) == "CONFIRMED"
    assert "AuthenticationResult" in people.attempt(user, address=HOME, agent=CHROME, password=NEW_PASSWORD)


def test_owner_says_yes_and_takes_it_back(people, browser):
    """The page says what the word changes, and that it can be undone."""
    user = people.person(12, email_verified="true")
    people.attempt(user, address="80.202.140.23", agent=CHROME)
    assert newest(people, user)["EventRisk"]["RiskLevel"] == "Low"
    (mail,) = people.mails(user)
    browser.open(link_in(mail, "Valid"))
    browser.click("Yes, this was me")
    told = words(browser)
    assert "From the next sign-in on, this device and place count as yours" in told
    assert "stays marked as risky until" in told
    assert "take it back" in told
    browser.click("It was not me after all")
    assert "Secure your account" in words(browser)
    browser.click("It was me after all")
    assert "Thank you" in words(browser)
    assert said(people, user) == ["Valid", "Invalid", "Valid"]


@pytest.mark.slow
def test_word_on_a_high_risk_waits_for_an_operator(people, user, browser):
    people.attempt(user)
    (mail,) = people.mails(user)
    browser.open(link_in(mail, "Valid"))
    browser.click("Yes, this was me")
    assert "an operator has to confirm it too" in words(browser)


def test_second_look_asks_before_it_changes_the_first(people, user, browser):
    """The other link of the same mail, after a word was said."""
    people.attempt(user)
    (mail,) = people.mails(user)
    browser.open(link_in(mail, "Valid"))
    browser.click("Yes, this was me")
    browser.open(link_in(mail, "Invalid"))
    assert "You said on" in words(browser)
    assert "Was this you?" in words(browser)
    assert said(people, user) == ["Valid"]
    browser.open(link_in(mail, "Valid"))
    assert "Thank you" in words(browser)


@pytest.mark.slow
def test_sign_out_everywhere_alone(people, user, browser):
    mine = people.attempt(user, address=HOME, agent=CHROME)["AuthenticationResult"]
    people.attempt(user)
    browser.open(link_in(people.mails(user)[0], "Invalid"))
    browser.click("No, it was not me")
    browser.click("Sign out everywhere")
    assert not works(people, mine)
    assert people.status(user) == "CONFIRMED"
    told = words(browser)
    assert "You were signed out everywhere." in told
    assert "Send me a code for a new password" in told


@pytest.mark.slow
def test_account_that_no_code_can_reach_is_locked_for_an_operator(people, browser):
    """No verified address: the known password can still be stopped."""
    user = people.person()
    people.attempt(user)
    browser.open(link_in(people.mails(user)[0], "Invalid"))
    browser.click("No, it was not me")
    assert "There is no verified address" in words(browser)
    browser.click("Stop the old password from working")
    assert people.status(user) == "RESET_REQUIRED"
    assert "Ask an operator of people for a new one." in words(browser)
    assert len(people.mails(user)) == 1
    with pytest.raises(people.api.exceptions.PasswordResetRequiredException):
        people.sign_in(user)


@pytest.mark.slow
def test_other_risky_sign_ins_stay_in_sight_for_two_weeks(people, user, browser):
    """Whoever presses yes hides nothing; an operator's word does."""
    people.attempt(user)
    high = newest(people, user)["EventId"]
    people.service.clock.advance(86_400)
    people.respond("BLOCK")
    people.attempt(user)
    first, second = people.mails(user)
    browser.open(link_in(first, "Valid"))
    browser.click("Yes, this was me")
    browser.open(link_in(second, "Invalid"))
    told = words(browser)
    assert "Other risky sign-ins of the last two weeks" in told
    assert "Let in. Said to be you." in told
    people.judge(user, high, "Valid")
    browser.open(link_in(second, "Invalid"))
    assert "Other risky sign-ins" not in words(browser)


@pytest.mark.slow
def test_real_browser_is_content_with_pages_and_mail(people, user, tmp_path):
    """No refused style, no request elsewhere, no referrer, no sideways scrolling; light, dark, on a phone."""
    found = program()
    if found is None:
        pytest.fail("no Chromium here, nor from npm")
    people.attempt(user)
    (mail,) = people.mails(user)
    with Chromium(found) as browser:
        browser.show(html_of(mail))
        assert "No, secure my account" in browser.html
        visited = [link_in(mail, "Invalid"), None, None]
        for number, press in enumerate(("", "No, it was not me", "Send me a code for a new password")):
            browser.click(press) if press else browser.open(str(visited[0]))
            for dark, phone in ((False, False), (True, False), (False, True)):
                browser.look(dark=dark, phone=phone)
                window, content = browser.width()
                assert content <= window
                browser.picture(tmp_path / f"{number}-{dark}-{phone}.png")
            browser.look()
        pictures = [path.read_bytes() for path in sorted(Path(tmp_path).glob("*.png"))]
        assert len({hash(each) for each in pictures}) == 9
        assert browser.complaints == []
        asked = [each for each in browser.requests if not each["url"].startswith("data:")]
        assert {urlsplit(each["url"]).netloc for each in asked} == {urlsplit(people.service.endpoint).netloc}
        assert [each["method"] for each in asked] == ["GET", "POST", "GET", "POST", "GET"]
        assert not any("Referer" in each["headers"] for each in asked)


@pytest.fixture(scope="module")
def standing(sending, post):
    """(people, user, the mail, its link) for what changes nothing."""
    people = Notified(sending, post)
    people.respond("NO_ACTION")
    user = people.person(email_verified="true")
    people.attempt(user)
    (mail,) = people.mails(user)
    return people, user, mail, link_in(mail, "Invalid")


class TestDoor:
    """What comes from elsewhere than a person's click."""

    @pytest.fixture
    def link(self, standing):
        return standing[2], standing[3]

    @pytest.fixture
    def people(self, standing):
        return standing[0]

    @pytest.fixture
    def user(self, standing):
        return standing[1]

    def test_scanners_change_nothing(self, people, user, link):
        for _ in range(3):
            for value in ("Valid", "Invalid"):
                for method in ("GET", "HEAD"):
                    plain = PlainBrowser()
                    plain.open(link_in(link[0], value), method=method)
                    assert plain.status == 200
        assert said(people, user) == []

    def test_page_lets_nothing_in_and_tells_nobody(self, link):
        plain = PlainBrowser()
        plain.open(link[1])
        headers = plain.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in headers
        assert not re.search(r"<script|https?://|style=| on\w+=", plain.html)
        for needed in ('<html lang="en">', "<main>", "<h1>", '<meta name="viewport"'):
            assert needed in plain.html

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Content-Type": "text/plain"},
            {"Content-Type": "multipart/form-data; boundary=x"},
        ],
    )
    def test_form_of_somebody_else_is_refused(self, people, user, link, headers):
        body = urlencode({"token": token_in(link[0]), "value": "Valid"})
        plain = PlainBrowser()
        plain.open(link[1].partition("?")[0], method="POST", body=body, **{**FORM, **headers})
        assert plain.status == 400
        assert "That did not work" in plain.html
        assert said(people, user) == []

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "token=%ff&value=Valid",
            "token={token}&value=Maybe",
            "token={token}",
            "&".join(f"a{number}=1" for number in range(40)),
            "value=Valid&token=" + "A" * 20_000,
        ],
    )
    def test_odd_form_is_no_fault(self, people, user, link, body):
        plain = PlainBrowser()
        url = link[1].partition("?")[0]
        plain.open(url, method="POST", body=body.replace("{token}", token_in(link[0])), **FORM)
        assert plain.status in {400, 410}
        assert said(people, user) == []

    @pytest.mark.parametrize("token", ["", "abc", "%00", "A" * 3000, "A" * 5000, "é"])
    @pytest.mark.parametrize("path", ["/risk/feedback", "/risk/password"])
    def test_link_that_is_none_of_ours(self, sending, path, token):
        plain = PlainBrowser()
        plain.open(f"{sending.endpoint}{path}?{urlencode({'token': token, 'value': 'Valid'})}")
        assert plain.status == 410
        assert "This link is no longer good" in plain.html

    def test_token_with_a_letter_changed(self, link):
        plain = PlainBrowser()
        token = token_in(link[0])
        other = token[:40] + ("A" if token[40] != "A" else "B") + token[41:]
        plain.open(link[1].replace(token, other))
        assert plain.status == 410

    def test_account_is_changed_only_after_the_word_invalid(self, people, user, link):
        """A token alone, without its reader having said so, resets nothing."""
        base = link[1].partition("/feedback")[0]
        for act in ("sign-out", "reset", "password"):
            fields = {"token": token_in(link[0]), "code": "123456", "password": NEW_PASSWORD}
            plain = PlainBrowser()
            plain.open(f"{base}/{act}", method="POST", body=urlencode(fields), **FORM)
            assert plain.status == (200 if act == "password" else 400)
        assert people.status(user) == "CONFIRMED"
        assert len(people.mails(user)) == 1

    def test_one_neighbourhood_may_ask_so_often(self, sending):
        """By the address that the proxy tells; another neighbourhood is not held back."""
        target = f"{sending.endpoint}/risk/feedback?token=x"
        statuses = [status_from("203.0.113.7", target) for _ in range(60)]
        assert statuses[:40] == [410] * 40
        assert 429 in statuses
        assert status_from("203.0.113.200", target) == 429
        assert status_from("198.51.100.7", target) == 410

    @pytest.mark.slow
    def test_names_are_text(self, people):
        """Whatever a user is called."""
        name = '"><script>alert(1)</script>'
        people.api.admin_create_user(UserPoolId=people.pool, Username=name, MessageAction="SUPPRESS")
        people.api.admin_set_user_password(
            UserPoolId=people.pool, Username=name, Password="Corr3ct-horse!", Permanent=True
        )
        people.reachable(name, email=f"odd-{people.pool[-9:].lower()}@example.com")
        people.habits(name)
        people.attempt(name)
        plain = PlainBrowser()
        plain.open(link_in(people.mails(name)[0], "Invalid"))
        assert "<script" not in plain.html
        assert "&lt;script&gt;alert(1)" in plain.html

    def test_no_log_tells_a_token(self, people, user, link, capsys, monkeypatch):
        """Not even where a page breaks."""

        async def broken(*_arguments):
            raise RuntimeError(link[1])

        monkeypatch.setattr("riskengine.hosted.feedback.others", broken)
        plain = PlainBrowser()
        plain.open(link[1])
        assert plain.status == 500
        assert "Something went wrong" in plain.html
        told = capsys.readouterr()
        assert "page_fault" in told.err
        assert token_in(link[0]) not in told.err + told.out + plain.html

    def test_paths_are_relative_to_the_page(self, link):
        """A proxy may serve them under a path of its own."""
        plain = PlainBrowser()
        plain.open(link[1])
        assert {form.action for form in plain.forms()} == {"feedback"}


@pytest.mark.slow
def test_link_of_a_deleted_user_or_pool_or_of_a_pool_switched_off(people, user):
    people.attempt(user)
    link = link_in(people.mails(user)[0], "Invalid")
    arguments = {"UserPoolId": people.pool}
    people.api.update_user_pool(**arguments, UserPoolAddOns={"AdvancedSecurityMode": "OFF"})
    plain = PlainBrowser()
    plain.open(link)
    assert plain.status == 410
    people.api.update_user_pool(**arguments, UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"})
    plain.open(link)
    assert plain.status == 200
    people.api.admin_delete_user(**arguments, Username=user)
    plain.open(link)
    assert plain.status == 410


@pytest.mark.slow
def test_codes_are_sent_so_many_an_hour(people, user):
    people.attempt(user)
    plain = PlainBrowser()
    plain.open(link_in(people.mails(user)[0], "Invalid"))
    plain.click("No, it was not me")
    plain.click("Send me a code for a new password")
    for _ in range(5):
        plain.click("Send another one")
    assert "Attempt limit exceeded" in plain.html
    assert len(people.mails(user)) == 1 + 5


def status_from(address: str, url: str) -> int:
    plain = PlainBrowser(address)
    plain.open(url)
    return plain.status


class Turned:
    def __init__(self) -> None:
        self.time = 0

    def now(self) -> int:
        return self.time


def test_limit_fills_up_again_and_stays_bounded():
    clock = Turned()
    limiter = Limiter(clock)
    assert [limiter.allows("a") for _ in range(41)] == [True] * 40 + [False]
    clock.time += 2_000_000
    assert [limiter.allows("a"), limiter.allows("a")] == [True, False]
    clock.time -= 10_000_000
    assert limiter.allows("a") is False
    for number in range(20_000):
        limiter.allows(str(number))
    assert len(limiter._buckets) <= 10_000
