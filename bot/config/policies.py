"""Escalation policies as they are configured: their steps, which incidents they are for, and the webhooks they call."""

from base64 import b64decode
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.config.part import Fault, Part, Span, nearest, real_zone
from bot.config.schedules import Hours
from bot.oncall.policy import WEBHOOK, Policy, Route, Step


class Rung(Part):
    """A step of a policy."""

    page: tuple[str, ...] = Field(json_schema_extra={"minItems": 1})
    """People, schedules, teams; a room (`slack:C0123456789`), a webhook (`webhook:ops`)."""
    wait: Span = Field(default=timedelta(minutes=5), gt=timedelta(0))
    hours: tuple[Hours, ...] = ()
    """Only then; outside of them the step is passed at once."""

    @field_validator("page")
    @classmethod
    def _somebody(cls, page: tuple[str, ...]) -> tuple[str, ...]:
        if not page:
            raise ValueError("nobody is paged here: expected a person, a schedule, a team, a room or a webhook")
        return page

    def step(self, zone: str) -> Step:
        """The same for decisions."""
        return Step(self.page, self.wait, tuple(window for each in self.hours for window in each.windows()), zone)


class Ladder(Part):
    """An escalation policy."""

    steps: tuple[Rung, ...] = Field(json_schema_extra={"minItems": 1})
    repeat: int = Field(default=1, ge=0, le=20)
    repeat_from: int = Field(default=1, ge=1)
    """The step from which it is climbed again."""
    catch_all: tuple[str, ...] = ()
    zone: str = ""
    """Whose clock the steps' hours are read on; the step's schedule's, where it says none."""
    ack_timeout: Span | None = Field(default=None, ge=timedelta(minutes=1))
    """Whoever has an incident and gives no sign of life for so long is paged again."""

    _zone = field_validator("zone")(real_zone)

    @field_validator("steps")
    @classmethod
    def _climbs(cls, steps: tuple[Rung, ...]) -> tuple[Rung, ...]:
        if not steps:
            raise ValueError("nobody is ever paged: expected at least one step")
        return steps

    def policy(self, name: str, zones: Mapping[str, str], house: str) -> Policy:
        """The same for decisions. `zones` are those of the schedules and teams; `house` is everybody else's."""

        def local(rung: Rung) -> str:
            return self.zone or next((zones[each] for each in rung.page if each in zones), house)

        steps = tuple(rung.step(local(rung)) for rung in self.steps)
        return Policy(name, steps, self.repeat, self.catch_all, self.repeat_from, self.ack_timeout)

    def named(self) -> Iterator[tuple[Sequence[str | int], str]]:
        """Everything that it pages, and where that stands."""
        for nth, step in enumerate(self.steps):
            yield from ((("steps", nth, "page"), each) for each in step.page)
        yield from ((("catch_all",), each) for each in self.catch_all)


class For(Part):
    """Which incidents a policy is for. The first route that takes an incident holds; without any it is `default`'s."""

    policy: str
    services: tuple[str, ...] = ()
    """Of these services; of any, where none is named."""
    severities: tuple[int, ...] = ()
    """Of these severities; of any, where none is named."""

    @field_validator("severities")
    @classmethod
    def _graded(cls, severities: tuple[int, ...]) -> tuple[int, ...]:
        if set(severities) - {1, 2, 3, 4, 5}:
            raise ValueError("expected severities from 1 to 5")
        return severities

    @property
    def everything(self) -> bool:
        """Whether it takes every incident."""
        return not self.services and not self.severities

    def route(self) -> Route:
        """The same for decisions."""
        return Route(self.policy, frozenset(map(str.casefold, self.services)), frozenset(self.severities))


class Webhook(Part):
    """An address that is told of a page, as JSON."""

    url: SecretStr
    secret: SecretStr = SecretStr("")
    """Signs what is sent, as Standard Webhooks do: `whsec_` and then base64."""
    internal: bool = False
    """Whether it may lead to an address inside your own network."""

    @field_validator("url")
    @classmethod
    def _address(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("expected an address that begins with https://")
        return url

    @field_validator("secret")
    @classmethod
    def _signs(cls, secret: SecretStr) -> SecretStr:
        letters = secret.get_secret_value().removeprefix("whsec_")
        try:
            good = not letters or len(b64decode(letters, validate=True)) >= 16
        except ValueError:
            good = False
        if not good:
            raise ValueError("expected whsec_ and then at least 16 bytes in base64")
        return secret

    @model_validator(mode="after")
    def _outside(self) -> "Webhook":
        """What can be seen in the address; a name is looked at when it is called."""
        if not self.internal and leads_inside(urlsplit(self.url.get_secret_value()).hostname or ""):
            raise ValueError("it leads to an address inside your network: `internal = true` allows that")
        return self


def leads_inside(host: str) -> bool:
    """Whether a host is plainly one of ours, or the machine itself."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@dataclass(frozen=True)
class Targets:
    """Everything that a step may name."""

    people: Collection[str]
    schedules: Collection[str]
    teams: Collection[str]
    chats: Collection[str]
    webhooks: Collection[str]
    policies: Mapping[str, Ladder]

    def fault(self, policy: str, name: str) -> str:
        """What is wrong with a name on a policy's step; nothing, where it is good."""
        kind, colon, rest = name.partition(":")
        if colon and kind == WEBHOOK:
            return "" if rest in self.webhooks else f"there is no such webhook under [webhooks]: {rest}"
        if colon:
            return "" if kind in self.chats and rest else f"there is no such chat: {kind}"
        known = (*self.people, *self.schedules, *self.teams)
        if name in known:
            return ""
        if name in self.policies:
            return self._of_policies(policy, name)
        return f"there is no such person, schedule or team: {name}{nearest(name, known)}"

    def _of_policies(self, policy: str, name: str) -> str:
        if way := self._way(name, policy, ()):
            return f"it would page itself in a circle: {' -> '.join((policy, *way))}"
        return f"{name} is a policy, and a step pages none: name its people, schedules or teams"

    def _way(self, start: str, end: str, seen: tuple[str, ...]) -> tuple[str, ...]:
        """The policies from one to another, each naming the next; nothing, where there is no way."""
        if start == end:
            return (*seen, start)
        if start in seen or start not in self.policies:
            return ()
        ways = (self._way(each, end, (*seen, start)) for _, each in self.policies[start].named())
        return next(filter(None, ways), ())


def faults(policies: Mapping[str, Ladder], routes: Sequence[For], targets: Targets) -> Iterator[Fault]:
    """What does not fit together."""
    for name, ladder in policies.items():
        for where, target in ladder.named():
            if fault := targets.fault(name, target):
                yield ("policies", name, *where), fault
        if ladder.repeat_from > len(ladder.steps):
            yield ("policies", name, "repeat_from"), f"there are only {len(ladder.steps)} steps"
    for nth, route in enumerate(routes):
        if route.policy not in policies:
            told = f"there is no such policy: {route.policy}{nearest(route.policy, policies)}"
            yield ("routes", nth, "policy"), told
        if any(before.everything for before in routes[:nth]):
            yield ("routes", nth), "no incident gets here: a route before it takes them all"
