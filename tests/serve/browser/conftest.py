"""A real Chromium, Debian's, without a window and on loopback; and a service to look at, in which much has happened."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from looking import Looking, Shop
from playwright.sync_api import Browser, sync_playwright
from processes import Hook

CHROMIUM = shutil.which("chromium")
OPTIONS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb")
"""Nothing that is shown comes from elsewhere, and tests run as root in a container: the sandbox of the browser cannot be had there."""
LIMIT_MS = 20_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file; it is ended before others begin, for its driver holds the thread's event loop."""
    if CHROMIUM is None:
        reason = "there is no chromium here (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*OPTIONS], timeout=60_000)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A running service: one deviation closed, one committed to, one that is asked, one without a contract."""
    hook = Hook()
    made = Shop(_folder(tmp_path_factory), hook)
    yield made.with_a_past()
    made.close()
    hook.close()


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("shop")


@pytest.fixture
def looking(chromium: Browser, shop: Shop) -> Iterator[Looking]:
    """A window on it, and all that goes wrong there (`Looking.is_well`)."""
    context = chromium.new_context(base_url=shop.url)
    context.set_default_timeout(LIMIT_MS)
    yield Looking(context)
    context.close()
