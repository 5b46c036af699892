"""What came of a simulation of the scheduling, and its table: counts and histograms."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

GAPS = ("gap", "gap_of_domain", "gap_of_address")
RULES = (*GAPS, "retry_after", "freshness", "declared", "skipped", "validators")
PARTS = {
    "import": "the first polls of all feeds: their times, written",
    "choose": "every ten minutes, from the state file: which feeds wait, which are due",
    "read": "states of the feeds of a batch, before the polls; kept until the documents are read",
    "turn": "conditional headers; host, domain and address: gaps and requests to wait, durable",
    "decide": "the ledger after the answer; next poll and its reason after answer or document",
    "write": "states of the feeds of a batch, after the answers or once their documents are read",
}


@dataclass
class Told:
    """What came of a simulation."""

    feeds: int
    hosts: int
    days: float
    polls: int = 0
    not_asked: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    minutes: Counter[int] = field(default_factory=Counter)
    waits: Counter[int] = field(default_factory=Counter)  # tenths of seconds from due to start
    never_polled: int = 0
    put_off: int = 0  # not polled yet, because their host or domain asks for peace
    left_out: int = 0
    cpu_ns: Counter[str] = field(default_factory=Counter)  # by part
    yardsticks: list[int] = field(default_factory=list)  # of CPU, one for ten minutes
    memory: list[int] = field(default_factory=list)  # MiB, each six hours
    file: list[int] = field(default_factory=list)  # MiB of state, likewise

    @property
    def mean_a_minute(self) -> float:
        return self.polls / (self.days * 1440)

    @property
    def busiest_minute(self) -> int:
        return max(self.minutes.values(), default=0)

    @property
    def ms_a_poll(self) -> float:
        return self.cpu_ns.total() / 1e6 / max(self.polls, 1)

    def add(self, other: Told) -> None:
        """Add what came of another newsroom that ran through the same time."""
        self.feeds += other.feeds
        self.hosts += other.hosts
        self.polls += other.polls
        self.not_asked += other.not_asked
        self.never_polled += other.never_polled
        self.put_off += other.put_off
        self.left_out += other.left_out
        for name in ("broken", "statuses", "minutes", "waits", "cpu_ns"):
            getattr(self, name).update(getattr(other, name))
        self.yardsticks += other.yardsticks
        self.memory = [sum(both) for both in zip(self.memory, other.memory, strict=True)]
        self.file = [sum(both) for both in zip(self.file, other.file, strict=True)]

    @property
    def slowdown(self) -> float:
        """How much longer the same work took on average than at its best, on this machine."""
        return sum(self.yardsticks) / len(self.yardsticks) / min(self.yardsticks)

    @property
    def is_good(self) -> bool:
        is_even = self.busiest_minute < 2 * self.mean_a_minute
        return not (self.broken or self.never_polled or self.left_out) and is_even

    def wait_of(self, share: float) -> float:
        """Return the seconds within which a share of the polls started once they were due."""
        left = share * self.waits.total()
        for tenths, count in sorted(self.waits.items()):
            left -= count
            if left <= 0:
                return tenths / 10
        return 0.0

    def lines(self) -> list[str]:
        """Return the result as a table."""
        ratio = self.busiest_minute / max(self.mean_a_minute, 1e-9)
        waits = (self.wait_of(share) for share in (0.5, 0.99, 1.0))
        middle, most, last = (f"{seconds:.1f} s" for seconds in waits)
        at_best = self.ms_a_poll / self.slowdown
        a_poll = {part: self.cpu_ns[part] / 1e6 / max(self.polls, 1) for part in PARTS}
        return [
            f"feeds / hosts / days     {self.feeds:,} / {self.hosts:,} / {self.days:g}",
            f"polls                    {self.polls:,} ({self.polls / self.feeds:.1f} a feed)",
            f"answers                  {dict(self.statuses.most_common())}",
            f"host not asked           {self.not_asked:,} times",
            *(f"broken: {rule:16} {self.broken[rule]:,}" for rule in RULES),
            f"never polled             {self.never_polled:,}",
            f"not yet, hosts ask peace {self.put_off:,}",
            f"an hour overdue          {self.left_out:,}",
            f"from due to start        median {middle}, 99 % {most}, most {last}",
            f"polls a minute, mean     {self.mean_a_minute:.0f}",
            f"polls a minute, busiest  {self.busiest_minute}, {ratio:.2f} times the mean",
            f"the machine was          {self.slowdown:.2f} times slower than at its best",
            f"scheduling               {self.ms_a_poll:.3f} ms CPU a poll; at best {at_best:.3f}",
            *(f"  {part:22} {a_poll[part]:.3f}    {what}" for part, what in PARTS.items()),
            f"memory each six hours    {', '.join(f'{one} MiB' for one in self.memory)}",
            f"state file, likewise     {', '.join(f'{one} MiB' for one in self.file)}",
        ]
