"""kill -9 in the middle of decisions: done again, it is as if they had been carried out once."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import quarantine_support
from quarantine_support import STORY, article, ask, bring_entries, bring_pages, entry
from quarantine_support import make_home as make_quarantine_home
from walk_processes import (
    PAUSE_SECONDS,
    WARM,
    Running,
    killed_at_the_end,
    launcher,
    wait_until_gone,
)
from walk_support import audit, in_hand, tables

from transforms.poll_batches import want_of
from transforms.records import Entry, RuleHit, Verdict
from warehouse.connection import Home

if TYPE_CHECKING:
    from pathlib import Path

    from transforms.records import Article

pytestmark = pytest.mark.slow

OLD_RULE = RuleHit(
    rule_id="article.of_old", reason="Was too strict.", severity="critical", column="body", value=""
)
ARTICLES, ENTRIES, CHUNK = 9, 3, 3  # four transactions
KILLS = (0.6, 0.5)  # fractions of the CPU time that an undisturbed run takes
DECIDED = (
    "select * exclude (decided_at, run_id, load_id) from ops.quarantine_decisions order by all"
)
OUTCOMES = "select stage, item_id, outcome, reason, detail from ops.outcomes order by all"


def _held(record: Entry | Article) -> Verdict:
    key = record.entry_id if isinstance(record, Entry) else record.version_id
    return Verdict(subject_id=key, status="quarantined", hits=(OLD_RULE,))


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which good records are held, by a rule that is no more."""
    folder = tmp_path_factory.mktemp("held") / "home"
    home = make_quarantine_home(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quarantine_support, "_verdict", _held)
        stories = [article(f"story-{number}", STORY, 1) for number in range(ARTICLES)]
        wants = [want_of(entry(f"story-{number}"), "new") for number in range(ARTICLES)]
        bring_pages(home, *zip(stories, wants, strict=True))
        for number in range(ENTRIES):
            bring_entries(home, entry(f"entry-{number}", number))
    assert ask(home, "select count(*) from ops.quarantine where status = 'held'") == [
        (ARTICLES + ENTRIES,)
    ]
    return folder


def start(folder: Path, action: str) -> Running:
    words = ("quarantine", action, "--why", "too strict", "--by", "ann", "--home", folder)
    everything = ("--all",) if action == "release" else ()
    env = WARM | {"WALK_CHUNK": str(CHUNK)}
    return launcher().start(*words, *everything, log=folder / "log.txt", env=env)


def state_of(folder: Path) -> dict[str, Any]:
    """Return all that a decision changes."""
    home = Home(folder)
    return {
        **tables(folder),
        "decisions": sorted(ask(home, DECIDED)),
        "outcomes": ask(home, OUTCOMES),
        "hand": in_hand(folder),
        "audit": audit(folder),
    }


@pytest.mark.parametrize("action", ["release", "retry"])
def test_decisions_killed_again_and_again_are_carried_out_once(
    action: str, held: Path, tmp_path: Path
) -> None:
    calm = shutil.copytree(held, tmp_path / "calm")
    with killed_at_the_end(start(calm, action)) as running:
        used = 0.0
        while running.ended() is None:
            used = max(used, running.cpu_seconds())
            time.sleep(PAUSE_SECONDS)
    assert running.wait() == 0, running.complained()

    disturbed = shutil.copytree(held, tmp_path / "disturbed")
    kept = []
    for fraction in KILLS:
        with killed_at_the_end(start(disturbed, action)) as running:
            lived = running.wait_for_cpu(used * fraction)
            if lived:
                running.signal(signal.SIGKILL)
            # It may have ended in the very moment that it was to be killed.
            assert running.wait() in ({0, -signal.SIGKILL} if lived else {0})
            assert wait_until_gone(running.pid) == {}
        left = ask(Home(disturbed), "select count(*) from ops.quarantine where status = 'held'")
        kept.append(left[0][0])
        sys.stdout.write(f"killed at {fraction} of {used:.1f} s: {left[0][0]} held, {lived=}\n")
    with killed_at_the_end(start(disturbed, action)) as running:
        assert running.wait() == 0, running.complained()

    assert state_of(disturbed) == state_of(calm)
    assert len(state_of(calm)["decisions"]) == ARTICLES + ENTRIES
    assert state_of(calm)["audit"] == []
    assert len(ask(Home(disturbed), "from ops.runs where status = 'dead'")) >= 1
