"""The user-agents package over the Rust parser; importing it loads 1,500 patterns (0.4 s)."""

from ua_parser import Parser
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver
from user_agents import parsers

_ENGINE = Parser(Resolver(load_lazy_builtins()))


class RustAgent(parsers.UserAgent):  # type: ignore[misc]  # the package has no types
    """The package's rules over results of the Rust parser, which its own constructor never calls."""

    def __init__(self, text: str) -> None:
        result = _ENGINE.parse(text).with_defaults()
        browser, system, device = result.user_agent, result.os, result.device
        self.ua_string = text
        self.browser = parsers.parse_browser(browser.family, browser.major, browser.minor, browser.patch)
        self.os = parsers.parse_operating_system(system.family, system.major, system.minor, system.patch)
        self.device = parsers.parse_device(device.family, device.brand, device.model)
