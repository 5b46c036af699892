from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.shipped import shipped

REPOSITORY = Path(__file__).parents[2]


def test_a_checkout_has_the_files_beside_its_packages() -> None:
    assert shipped("newsroom/outlets.toml") == REPOSITORY / "deployments/newsroom/outlets.toml"


def test_an_installation_has_them_inside_the_package(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    for name in ("__init__.py", "shipped.py"):
        shutil.copy(REPOSITORY / "flows" / name, tmp_path / "flows")
    (tmp_path / "flows/deployments").mkdir()
    (tmp_path / "flows/deployments/feeds.opml").touch()
    found = subprocess.run(
        [sys.executable, "-c", "from flows.shipped import shipped; print(shipped('feeds.opml'))"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()) == tmp_path / "flows/deployments/feeds.opml"


def test_what_does_not_ship_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.toml"):
        shipped("nothing.toml")
