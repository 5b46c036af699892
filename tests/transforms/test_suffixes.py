"""The public suffix list: its rules, and that we read it as the library it comes with does."""

from __future__ import annotations

import pytest
import tldextract

from transforms.suffixes import _rules, public_suffix


@pytest.mark.parametrize(
    ("host", "suffix"),
    [
        ("news.gazette.co.uk", "co.uk"),
        ("co.uk", "co.uk"),
        ("a.b.gazette.ck", "gazette.ck"),  # *.ck
        ("a.www.ck", "ck"),  # !www.ck
        ("gazette.xn--55qx5d.cn", "xn--55qx5d.cn"),
        ("gazette.xn--p1ai", "xn--p1ai"),
        ("one.blogspot.com", "blogspot.com"),
        ("gazette.test", None),
        ("xn--.test", None),
    ],
)
def test_the_longest_rule_decides(host: str, suffix: str | None) -> None:
    assert public_suffix(host) == suffix


def test_the_library_that_ships_the_list_finds_the_same() -> None:
    read = tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
    )
    rules = sorted(rule.lstrip("!").removeprefix("*.") for rule in _rules())[::7]
    assert len(rules) > 1000
    for rule in rules:
        host = f"a.b.{rule}".encode("idna").decode()
        assert public_suffix(host) == read(host).suffix, host
