"""Templates to answers: escaped by default, with headers that let a page do and tell nothing else."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from aiohttp import web
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

_FOLDER = Path(__file__).parent / "templates"
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the address of a page carries its token
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


_environment = Environment(
    loader=DictLoader({path.name: path.read_text(encoding="utf-8") for path in _FOLDER.glob("*.html")}),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
# Read and compiled at import: never in the middle of somebody's request.
_TEMPLATES = {name: _environment.get_template(name) for name in _environment.list_templates()}


def page(
    template: str, values: Mapping[str, object], *, status: int = 200, retry_after: int | None = None
) -> web.Response:
    """A rendered page; `retry_after` are seconds."""
    # Ours, from the package: the one text that is not escaped.
    text = _TEMPLATES[template].render(values, style=Markup(_STYLE))  # noqa: S704
    headers = HEADERS if retry_after is None else {**HEADERS, "Retry-After": str(retry_after)}
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8", headers=headers)


def see_other(location: str) -> web.Response:
    """Go on with a GET, so that reloading a page repeats no form; the address is relative to this one."""
    return web.Response(status=303, headers={**HEADERS, "Location": location})
