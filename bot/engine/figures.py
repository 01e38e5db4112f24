"""Figures: what this process counted, and what is true of the house now, for Prometheus.

Every label has few values: a verb, a platform, a kind, an outcome. Nothing that people typed becomes one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.ports import Place
from bot.store.census import Census, Told

QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds: a command takes a few thousandths, and Slack waits for three."""
LATE = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600)
"""Seconds: the clockwork looks once a second."""


class Figures:
    """This process's. Counting costs a microsecond or two."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        self.hearings = Counter("tocsin_commands", "What was asked.", ("verb", "outcome"), registry=own)
        self.hearing = Histogram(
            "tocsin_command_seconds", "From hearing to the durable answer.", ("verb",), buckets=QUICK, registry=own
        )
        self.pages = Counter("tocsin_pages", "Pages by the way they went.", ("channel", "outcome"), registry=own)
        self.sends = Counter(
            "tocsin_sends", "Messages that are no pages.", ("platform", "kind", "outcome"), registry=own
        )
        self.looks = Counter("tocsin_looks", "Cards brought up to date.", ("platform", "outcome"), registry=own)
        self.lateness = Histogram(
            "tocsin_timer_lateness_seconds", "From a timer's moment to its firing.", buckets=LATE, registry=own
        )
        self.now = {
            name: Gauge(f"tocsin_{name}", told, labels, registry=own) for name, (told, labels) in GAUGES.items()
        }

    @contextmanager
    def heard(self, verb: str) -> Iterator[list[str]]:
        """Count a hearing and how long it takes: whoever hears it appends the outcome."""
        begun, outcome = perf_counter(), list[str]()
        try:
            yield outcome
        finally:
            self.hearing.labels(verb).observe(perf_counter() - begun)
            self.hearings.labels(verb, outcome[-1] if outcome else "broken").inc()

    def sent(self, place: str, kind: str, outcome: str) -> None:
        """A message that is no page went to a place, or did not."""
        self.sends.labels(Place.parse(place).platform, kind, outcome).inc()

    def fired(self, late: timedelta) -> None:
        """A timer fired."""
        self.lateness.observe(max(late.total_seconds(), 0))

    def exposed(self, census: Census, up: Mapping[str, bool], loops: Mapping[str, bool], queued: int) -> bytes:
        """All of it in Prometheus' text format."""
        for gauge in self.now.values():
            gauge.clear()
        told: Told = {
            **census.told(),
            "platform_up": {(name,): float(well) for name, well in up.items()},
            "loop_up": {(name,): float(well) for name, well in loops.items()},
            "database_queue": {(): float(queued)},
        }
        for name, values in told.items():
            for labels, value in values.items():
                (self.now[name].labels(*labels) if labels else self.now[name]).set(value)
        return generate_latest(self.registry)


GAUGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "incidents_open": ("Incidents that are open.", ("severity",)),
    "looks_behind": ("Cards that do not show yet what is true.", ("platform",)),
    "looks_behind_seconds": ("How long the oldest of them has been behind.", ("platform",)),
    "sends_waiting": ("Messages that wait to be sent, or are being sent.", ("kind", "state")),
    "sends_waiting_seconds": ("How long the oldest of them has waited.", ("kind", "state")),
    "lanes_waiting": ("Destinations for which something waits.", ()),
    "timers_overdue": ("Timers whose moment has come.", ()),
    "timers_overdue_seconds": ("How long the oldest of them is overdue.", ()),
    "platform_up": ("Whether a chat is connected to this process.", ("platform",)),
    "loop_up": ("Whether what must run runs.", ("loop",)),
    "database_queue": ("Units of work that wait for the database.", ()),
}
