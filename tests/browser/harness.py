"""Headless Chromium without a network, and a JupyterLab of its own to open in it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pylopdf_fonts_zh_cn

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# Names resolve to nothing: what is not on this machine cannot be reached, whoever asks for it.
_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)
_INSIDE = ("file", "data", "blob", "about", "chrome", "chrome-extension")  # the last two: its own PDF viewer


def missing() -> str:
    """Why no browser can be driven here, or empty."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed: `make browser` installs it"
    return "" if browser_path() else f"no browser ({', '.join(BROWSERS)}) is installed: `make browser` installs one"


def browser_path() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def font_config(folder: Path) -> Path:
    """A fontconfig file with the machine's fonts and the packaged Chinese one, which not every machine has."""
    path = folder / "fonts.conf"
    packaged = pylopdf_fonts_zh_cn.sans_path().parent
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>/usr/share/fonts</dir>'
        f"<dir>{packaged}</dir><cachedir>{folder / 'cache'}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    return path


@contextmanager
def launched(scratch: Path) -> Iterator[Any]:
    """A headless browser (playwright's)."""
    from playwright.sync_api import sync_playwright

    environment = {**os.environ, "FONTCONFIG_FILE": str(font_config(scratch))}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), headless=True, args=list(_ARGUMENTS), env=environment
        )
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page asked for and complained of. `harmless`: messages of others, each with the reason it is let pass."""

    servers: tuple[str, ...] = ()
    harmless: dict[str, str] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def inside(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in _INSIDE or parts.netloc in self.servers

    def _request(self, route: Any) -> None:
        if self.inside(route.request.url):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def _said(self, text: str) -> None:
        if not any(known in text for known in self.harmless):
            self.errors.append(text)

    def page(self, browser: Any, width: int = 1280, height: int = 900, **more: Any) -> Any:
        """A page in a context of its own that is watched."""
        context = browser.new_context(
            viewport={"width": width, "height": height}, service_workers="block", accept_downloads=True, **more
        )
        context.set_default_timeout(20_000)
        context.route("**/*", self._request)
        context.on("page", self.listen)
        return context.new_page()

    def listen(self, page: Any) -> None:
        page.on("console", lambda m: self._said(f"{m.text} ({m.location.get('url', '')})") if m.type == "error" else 0)
        page.on("pageerror", lambda error: self._said(str(error)))
        page.on("websocket", lambda ws: None if self.inside(ws.url) else self.outside.append(ws.url))

    def check(self) -> None:
        """Fail where anything was asked of another machine or an error was reported."""
        assert self.outside == [], "asked of another machine"
        assert self.errors == [], "reported by the page"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 (the server started here)
            return True
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def jupyter(root: Path, scratch: Path) -> Iterator[str]:
    """The address (127.0.0.1:port) of a JupyterLab over `root` that knows nothing of the user's settings."""
    port = free_port()
    folders = {
        name: str(scratch / name.lower())
        for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    for folder in folders.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    settings = scratch / "jupyter_config_dir/lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    quiet = '{"fetchNews": "false", "checkForUpdates": false}'
    (settings / "notification.jupyterlab-settings").write_text(quiet, encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY", "PYTEST"))}
    path = os.pathsep.join([str(ROOT / "lib"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={root}"]
    command += [f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0"]
    command += ["--IdentityProvider.token=", "--LabApp.news_url=None", "--LabApp.extension_manager=readonly"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    environment = {**kept, **folders, "JUPYTER_PREFER_ENV_PATH": "1", "PYTHONPATH": path}
    with (scratch / "jupyter.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=scratch)
        try:
            deadline = time.monotonic() + 60
            while not _answers(f"http://127.0.0.1:{port}/api"):
                if server.poll() is not None or time.monotonic() > deadline:
                    text = (scratch / "jupyter.log").read_text("utf-8", "replace")
                    raise RuntimeError(f"JupyterLab did not start:\n{text[-3000:]}")
                time.sleep(0.2)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def notebook_root(scratch: Path, lang: str = "zh") -> Path:
    """A copy of what the explore notebook needs, so that nothing is written into the checkout; `lang` is set in it."""
    root = scratch / "root"
    (root / "notebooks").mkdir(parents=True)
    shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("derived"))
    source = (ROOT / "notebooks" / "explore.ipynb").read_text("utf-8")
    set_to = source.replace('lang: str = \\"zh\\"', f'lang: str = \\"{lang}\\"')
    (root / "notebooks" / "explore.ipynb").write_text(set_to, encoding="utf-8")
    return root


def run_all(page: Any, url: str) -> None:
    """Open a notebook in JupyterLab and run it to its end."""
    page.goto(url)
    # Before the kernel answers, "Run All" asks for a kernel instead.
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".vega-embed svg").first.wait_for(state="attached", timeout=90_000)
    page.locator("table.dataTable tbody tr").first.wait_for(state="attached", timeout=60_000)
