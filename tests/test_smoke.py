"""What is declared is installed, can be imported, and is of a version that works."""

from __future__ import annotations

import importlib
from importlib.metadata import metadata, requires, version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

DECLARED = [
    found for text in requires("copytaster") or () if not (found := Requirement(text)).marker
]


MODULES = {"faust-cchardet": "cchardet"}  # the others are called as what brings them


@pytest.mark.filterwarnings("default")  # what a library says at its import is its own affair
@pytest.mark.parametrize("required", DECLARED, ids=lambda one: one.name)
def test_a_declared_dependency_is_there_and_can_be_imported(required: Requirement) -> None:
    assert required.specifier.contains(version(required.name), prereleases=True)
    importlib.import_module(MODULES.get(required.name, required.name.replace("-", "_")))


def test_every_dependency_is_seen() -> None:
    assert {"prefect", "duckdb", "great-expectations", "trafilatura"} <= {
        one.name for one in DECLARED
    }
    assert len(DECLARED) >= 25


# Each of these installs, passes `pip check`, and fails later without a word of the cause.
TRAPS = {
    "fastapi": ("0.151", "every flow of Prefect 3.8 fails"),
    "sqlalchemy": ("2.1", "Prefect's scheduler creates no runs"),
    "prefect": ("3.9", "not tried with this code"),
    "great-expectations": ("1.25", "not tried with this code"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_version_known_to_break_in_silence_is_kept_out(name: str) -> None:
    limit, consequence = TRAPS[name]
    (declared,) = [one for one in DECLARED if one.name == name]

    assert Version(version(name)) < Version(limit), consequence
    assert not declared.specifier.contains(limit), consequence


def test_python_is_one_that_is_declared() -> None:
    assert metadata("copytaster")["Requires-Python"] == "<3.14,>=3.11"
