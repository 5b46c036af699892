"""The one door to Great Expectations: imported when first used, without what no rule needs.

Half of what its import costs is spent on plotting and statistics, for expectations that
no suite here has. Those libraries are put off: a stand-in takes their place while it is
imported, and loads the real one should anybody ever ask it for something.
"""

from __future__ import annotations

import gc
import importlib
import sys
import threading
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PUT_OFF = ("altair", "scipy", "scipy.stats")

_LOADING = threading.Lock()


def great_expectations() -> Any:  # noqa: ANN401 (the library is untyped here)
    """Return the library."""
    with _LOADING:
        if "great_expectations" not in sys.modules:
            with put_off(PUT_OFF):
                importlib.import_module("great_expectations")
            gc.freeze()  # a million objects that stay: let no collection walk through them
    return sys.modules["great_expectations"]


@contextmanager
def put_off(names: tuple[str, ...]) -> Iterator[None]:
    """Let imports within find stand-ins for modules that are not loaded yet.

    Parents stand before their parts in ``names``. Who imports them afterwards gets
    the real ones.
    """
    made = {name: StandIn(name) for name in names if name not in sys.modules}
    for name, module in made.items():
        parent, _, part = name.rpartition(".")
        if parent in made:
            setattr(made[parent], part, module)
    sys.modules.update(made)
    try:
        yield
    finally:
        for name, module in made.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


@contextmanager
def configurations_kept() -> Iterator[None]:
    """Let expectations keep their configuration for the length of a block.

    The library makes it anew whenever it looks up an argument, a hundred times a rule:
    two fifths of what a small batch costs. It reads configurations and changes none.
    Callers take turns.
    """
    owner = great_expectations().expectations.Expectation
    made_anew = owner.configuration
    kept: dict[int, tuple[Any, Any]] = {}

    def configuration(expectation: Any) -> Any:  # noqa: ANN401 (the library is untyped here)
        if id(expectation) not in kept:  # held here as well, so that no other takes its id
            kept[id(expectation)] = expectation, made_anew.fget(expectation)
        return kept[id(expectation)][1]

    owner.configuration = property(configuration)
    try:
        yield
    finally:
        owner.configuration = made_anew


class StandIn(ModuleType):
    """A module that is loaded when something of it is first asked for."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the module has)
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)
