# ruff: noqa: RUF001 (texts in several scripts)
from __future__ import annotations

import pytest

from transforms.scripts import density


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 1, 1),
        ("12 34", 1, 1),
        ("The harbour board voted.", 1, 1),
        ("Der Rat »tagt« – länger", 1, 1),
        ("Совет проголосовал", 1, 1),
        ("המועצה הצביעה", 1.2, 1.3),
        ("የከተማው ምክር ቤት", 1.5, 1.7),
        ("시의회가 표결했다", 1.9, 2.1),
        ("市议会进行了表决。", 2.9, 3),
        ("市議会は採決した。", 2.9, 3),
        ("NASA 与 ESA 的探测器", 1.5, 2.9),
    ],
)
def test_a_character_says_more_in_some_scripts(text: str, least: float, most: float) -> None:
    assert least <= density(text) <= most
