"""A real browser: headless Chromium over its DevTools protocol, clicked and typed into, scripts off."""

import asyncio
import base64
import itertools
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any, Self

import aiohttp
from filelock import FileLock
from node import NPM_OPTIONS, node

FOLDER = Path(__file__).parent / "hosted" / "js"
PATIENCE = 30.0
_NUMBERS = itertools.cycle(range(1, 255))
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
_FONTS = (
    "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig>"
    "<dir>{place}/fonts</dir><cachedir>{place}/cache</cachedir></fontconfig>"
)


def program() -> tuple[str, dict[str, str]] | None:
    """Chromium and what its environment needs: the machine's, else npm's own for 64-bit Linux, else none."""
    for name in _NAMES:
        if found := shutil.which(name):
            return found, {}
    try:
        return _from_npm()
    except (OSError, subprocess.SubprocessError, AssertionError):
        return None


def _from_npm() -> tuple[str, dict[str, str]]:
    """The binary that @sparticuz/chromium ships inside its package, with libraries and a font beside it."""
    place = FOLDER / "node_modules" / ".unpacked"
    with FileLock(str(FOLDER / ".install.lock")):
        if not (place / "chromium").is_file():
            run, npm = node()
            subprocess.run(
                [*npm, "ci", *NPM_OPTIONS], cwd=FOLDER, check=True, capture_output=True, timeout=300
            )
            place.mkdir(exist_ok=True)
            subprocess.run([run, "unpack.mjs", str(place)], cwd=FOLDER, check=True, timeout=120)
            for archive in place.glob("*.tar"):
                with tarfile.open(archive) as opened:
                    opened.extractall(place, filter="data")
            (place / "own.conf").write_text(_FONTS.format(place=place), encoding="utf-8")
            (place / "packed").replace(place / "chromium")
    environment = {"LD_LIBRARY_PATH": str(place / "lib"), "FONTCONFIG_FILE": str(place / "own.conf")}
    subprocess.run(
        [str(place / "chromium"), "--version", "--no-sandbox"],
        env=environment,
        check=True,
        capture_output=True,
        timeout=30,
    )
    return str(place / "chromium"), environment


class Chromium:
    """One tab. Nothing in it is scripted: elements are found in the tree, and clicked where they are."""

    def __init__(self, found: tuple[str, dict[str, str]]) -> None:
        self._program, self._environment = found
        self._profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._events: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._number = 0
        self.requests: list[dict[str, Any]] = []
        self.complaints: list[str] = []  # of the console: refused styles, broken addresses

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [self._program, *_OPTIONS, f"--user-data-dir={self._profile.name}", "about:blank"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env={"HOME": self._profile.name, "PATH": "/usr/bin:/bin", **self._environment},
        )
        self._thread.start()
        self._do(self._connect(self._address()))
        return self

    def __exit__(self, *_exc: object) -> None:
        self._do(self._close())
        self._process.terminate()
        self._process.wait(PATIENCE)
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
        self._profile.cleanup()

    def open(self, url: str) -> None:
        """Follow a link."""
        self._do(self._moving(self._send("Page.navigate", url=url)))

    @property
    def url(self) -> str:
        history = self._do(self._send("Page.getNavigationHistory"))
        return str(history["entries"][history["currentIndex"]]["url"])

    @property
    def html(self) -> str:
        return str(self._do(self._html()))

    def click(self, words: str) -> None:
        """Press the button that says so, and wait for the page that follows."""
        self._do(self._click(words))

    def type(self, field: str, text: str) -> None:
        """Fill the input of that name."""
        self._do(self._type(field, text))

    def look(self, *, dark: bool = False, phone: bool = False) -> None:
        """As somebody with a dark theme, or a phone."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        width, height = (390, 780) if phone else (900, 900)
        self._do(self._send("Emulation.setEmulatedMedia", features=[scheme]))
        self._do(
            self._send(
                "Emulation.setDeviceMetricsOverride",
                width=width,
                height=height,
                deviceScaleFactor=1,
                mobile=phone,
            )
        )

    def width(self) -> tuple[float, float]:
        """Of the window, and of what is in it: more would have to be scrolled sideways."""
        metrics = self._do(self._send("Page.getLayoutMetrics"))
        return metrics["cssLayoutViewport"]["clientWidth"], metrics["cssContentSize"]["width"]

    def picture(self, path: Path) -> None:
        """The whole page as a PNG."""
        shot = self._do(self._send("Page.captureScreenshot", captureBeyondViewport=True))
        path.write_bytes(base64.b64decode(shot["data"]))

    def show(self, html: str) -> None:
        """A document of its own, a mail for one."""
        self.open("data:text/html;base64," + base64.b64encode(html.encode()).decode())

    def _address(self) -> str:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if found := re.search(r"DevTools listening on (ws://\S+)", line):
                threading.Thread(target=self._drain, daemon=True).start()
                return found[1]
        raise RuntimeError("Chromium did not start")

    def _drain(self) -> None:
        try:
            for _ in self._process.stderr or ():
                pass
        except ValueError:
            pass

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _connect(self, address: str) -> None:
        self._client = aiohttp.ClientSession()
        self._socket = await self._client.ws_connect(address, max_msg_size=0)
        self._reader = asyncio.create_task(self._read())
        self._session = ""
        target = await self._send("Target.createTarget", url="about:blank")
        attached = await self._send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Log", "DOM"):
            await self._send(f"{domain}.enable")
        await self._send("Emulation.setScriptExecutionDisabled", value=True)
        told = {"X-Forwarded-For": f"198.18.{next(_NUMBERS)}.1"}  # as a trusted proxy would
        await self._send("Network.setExtraHTTPHeaders", headers=told)

    async def _close(self) -> None:
        self._reader.cancel()
        await self._socket.close()
        await self._client.close()

    async def _read(self) -> None:
        async for message in self._socket:
            told = json.loads(message.data)
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told)
            elif told["method"] == "Network.requestWillBeSent":
                self.requests.append(told["params"]["request"])
            elif told["method"] == "Log.entryAdded":
                self.complaints.append(told["params"]["entry"]["text"])
            else:
                self._events[told["method"]].set()

    async def _send(self, method: str, **params: Any) -> Any:
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        await self._socket.send_json(message)
        told = await answer
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']['message']}")
        return told["result"]

    async def _moving(self, act: Any) -> None:
        loaded = self._events["Page.loadEventFired"]
        loaded.clear()
        await act
        await loaded.wait()

    async def _html(self) -> str:
        root = await self._send("DOM.getDocument", depth=0)
        return str((await self._send("DOM.getOuterHTML", nodeId=root["root"]["nodeId"]))["outerHTML"])

    async def _find(self, selector: str) -> list[int]:
        root = await self._send("DOM.getDocument", depth=0)
        found = await self._send("DOM.querySelectorAll", nodeId=root["root"]["nodeId"], selector=selector)
        return list(found["nodeIds"])

    async def _click(self, words: str) -> None:
        for each in await self._find("button"):
            outer = (await self._send("DOM.getOuterHTML", nodeId=each))["outerHTML"]
            if re.sub("<[^>]*>", "", outer).strip() == words:
                await self._send("DOM.scrollIntoViewIfNeeded", nodeId=each)
                corners = (await self._send("DOM.getBoxModel", nodeId=each))["model"]["border"]
                await self._moving(self._press((corners[0] + corners[4]) / 2, (corners[1] + corners[5]) / 2))
                return
        raise LookupError(f"no button says {words!r}")

    async def _press(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            await self._send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def _type(self, field: str, text: str) -> None:
        (one,) = await self._find(f'input[name="{field}"]:not([type="hidden"])')
        await self._send("DOM.focus", nodeId=one)
        await self._send("Input.insertText", text=text)
