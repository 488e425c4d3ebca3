"""For every test: nothing is kept in the user's own cache; and a disk that fails when told to, for those that ask for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("counted", deadline=None)  # how long an example takes is no part of any promise
settings.load_profile("counted")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The whole suite in several processes, for it waits more than it works; a part of it in none."""
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.getoption("keyword")
    return max(3, os.cpu_count() or 1) if is_whole else 0


@pytest.fixture(autouse=True, scope="session")
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACCORD_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def failing_calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that lets write and fsync fail when told to; skips where there is no compiler."""
    compiler = shutil.which("cc")
    if not compiler or sys.platform != "linux":
        pytest.skip("there is no C compiler, or this is no Linux")
    library = tmp_path_factory.mktemp("failing") / "failing_disk.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", library, Path(__file__).with_name("store") / "failing_disk.c", "-ldl"],
        check=True,
    )
    return library
