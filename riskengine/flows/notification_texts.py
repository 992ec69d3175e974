"""What a notification of a risky sign-in says: the operator's templates, or plain ones of ours, filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal

from riskengine import api

Response = Literal["NoAction", "Mfa", "Block"]

PLACEHOLDERS = (
    "username",
    "ip-address",
    "city",
    "country",
    "login-time",
    "device-name",
    "one-click-link-valid",
    "one-click-link-invalid",
    "event-id",
    "feedback-token",
)
# All at once: what a value says is never taken for a placeholder.
_PLACEHOLDER = re.compile("{(" + "|".join(PLACEHOLDERS) + ")}")


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification with its values in it; either body may be empty, not both."""

    subject: str
    text: str
    html: str


def composed(
    configuration: api.NotifyConfigurationType | None, response: Response, values: Mapping[str, str]
) -> Notification:
    """The mail about a response; values are escaped where the mail is HTML."""
    own = _own(configuration, response)
    text, html = (own.text_body or "", own.html_body or "") if own else ("", "")
    if not text and not html:
        text, html = _default_text(response), _default_html(response)
    return Notification(
        subject=_filled(own.subject if own else _SUBJECTS[response], values),
        text=_filled(text, values),
        html=_filled(html, {name: escape(value) for name, value in values.items()}),
    )


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], template)


def _own(configuration: api.NotifyConfigurationType | None, response: Response) -> api.NotifyEmailType | None:
    if configuration is None:
        return None
    match response:
        case "Block":
            return configuration.block_email
        case "Mfa":
            return configuration.mfa_email
        case _:
            return configuration.no_action_email


_SUBJECTS: Mapping[Response, str] = {
    "NoAction": "New sign-in attempt",
    "Mfa": "New sign-in attempt",
    "Block": "Blocked sign-in attempt",
}
_HEADINGS: Mapping[Response, str] = {
    "NoAction": "New sign-in to your account",
    "Mfa": "New sign-in, asked for a second factor",
    "Block": "We blocked a sign-in to your account",
}
_WHAT_HAPPENED: Mapping[Response, str] = {
    "NoAction": (
        "Somebody signed in to your account {username} in a way that is unusual for you. It was let through."
    ),
    "Mfa": (
        "Somebody is signing in to your account {username} in a way that is unusual for you. They passed the"
        " first step, and were asked for your second factor."
    ),
    "Block": (
        "Somebody tried to sign in to your account {username} in a way that is unusual for you. They passed"
        " the first step, most likely with your password, but were not let in."
    ),
}
_CALM = (
    "A new browser, a deleted cookie or a journey can cause this message too. The links work for two weeks,"
    " without signing in, and ask before they do anything."
)
_ROWS = (
    ("When", "{login-time}"),
    ("Where", "{city}, {country}"),
    ("Device", "{device-name}"),
    ("IP address", "{ip-address}"),
)


def _default_text(response: Response) -> str:
    rows = "\n".join(f"  {name + ':':<12}{value}" for name, value in _ROWS)
    return (
        f"{_WHAT_HAPPENED[response]}\n\n{rows}\n\n"
        "Was this you?\n\n"
        "  Yes, this was me:\n  {one-click-link-valid}\n\n"
        "  No, secure my account:\n  {one-click-link-invalid}\n\n"
        f"{_CALM}\n\nReference: {{event-id}}\n"
    )


def _default_html(response: Response) -> str:
    rows = "".join(
        f'<tr><td class="dim" style="padding:6px 16px 6px 0;color:#5b6472;white-space:nowrap">{name}</td>'
        f'<td style="padding:6px 0;word-break:break-word">{value}</td></tr>'
        for name, value in _ROWS
    )
    return (
        f"{_HEAD}"
        f'<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3">{_HEADINGS[response]}</h1>'
        f'<p style="margin:0 0 16px">{_WHAT_HAPPENED[response]}</p>'
        f'<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 20px;font:inherit">'
        f"{rows}</table>"
        '<p style="margin:0 0 12px;font-weight:600">Was this you?</p>'
        f"{_button('{one-click-link-invalid}', 'No, secure my account', '#b3261e', '#ffffff')}"
        f"{_button('{one-click-link-valid}', 'Yes, this was me', '#e6e9ef', '#1b1f27')}"
        f'<p class="dim" style="margin:20px 0 0;font-size:13px;color:#5b6472">{_CALM}</p>'
        '<p class="dim" style="margin:12px 0 0;font-size:12px;color:#5b6472">Reference: {event-id}</p>'
        f"{_FOOT}"
    )


def _button(link: str, words: str, colour: str, ink: str) -> str:
    return (
        f'<a href="{link}" style="display:inline-block;margin:0 8px 8px 0;padding:12px 18px;'
        f'border-radius:8px;background:{colour};color:{ink};font-weight:600;text-decoration:none">'
        f"{words}</a>"
    )


_HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark">'
    "<style>@media (prefers-color-scheme: dark) {"
    " .page { background: #14171d !important } .card { background: #1e232c !important;"
    " color: #e8ebf0 !important; border-color: #343b48 !important } .dim { color: #a3acba !important }"
    " }</style></head>"
    '<body class="page" style="margin:0;padding:24px 12px;background:#f3f4f7">'
    '<div class="card" style="max-width:520px;margin:0 auto;padding:28px;border:1px solid #dfe3ea;'
    "border-radius:14px;background:#ffffff;color:#1b1f27;"
    'font:15px/1.55 system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif">'
)
_FOOT = "</div></body></html>"
