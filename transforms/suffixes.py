"""The public suffix list, as shipped with tldextract, looked up without loading that library.

Its import brings an HTTP client and builds a tree of the list: a tenth of a second of CPU
in each process, where a set of the rules takes a hundredth.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

SHIPPED_WITH, LIST = "tldextract", ".tld_set_snapshot"


def public_suffix(host: str) -> str | None:
    """Return the part of a host under which anybody may register; None where no rule tells.

    ``host`` is in lower case and in ASCII. Hosting platforms count as suffixes.

    Source: the algorithm at https://github.com/publicsuffix/list/wiki/Format.
    """
    labels = host.split(".")
    names = [_as_written(label) for label in labels]
    rules = _rules()
    for start in range(len(labels)):
        name, parent = ".".join(names[start:]), ".".join(names[start + 1 :])
        if f"!{name}" in rules:
            return ".".join(labels[start + 1 :])
        if name in rules or (parent and f"*.{parent}" in rules):
            return ".".join(labels[start:])
    return None


def _as_written(label: str) -> str:
    """Return a label as the list has it: not in punycode."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


@cache
def _rules() -> frozenset[str]:
    """Return the rules of the list.

    Raises: FileNotFoundError where the library ships it no more.
    """
    spec = find_spec(SHIPPED_WITH)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"{SHIPPED_WITH}, which ships the public suffix list, is missing")
    folder = spec.submodule_search_locations[0]
    with open(f"{folder}/{LIST}", encoding="utf-8") as file:  # noqa: PTH123 (no paths here)
        lines = file.read().splitlines()
    return frozenset(line for line in lines if line and not line.startswith("//"))
