"""What can be configured: one frozen, validated Config."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from bot.book import Refused
from bot.config.part import Fault, Part, Span, length, nearest, real_zone
from bot.config.policies import For, Ladder, Targets, Webhook
from bot.config.policies import faults as policy_faults
from bot.config.schedules import Crew, Roster, faults
from bot.oncall.policy import Hop, Rules
from bot.people.following import Sub, subject
from bot.people.person import Enroll
from bot.people.reach import read_hops
from bot.ports import Handle, Pace
from bot.text.words import known, zone

PERSON = re.compile(r"[a-z0-9_-]{1,40}")


CHATS = ("slack", "discord", "telegram")
"""Somebody may have an account on a chat that is not configured yet."""
CHANNELS = ("email", "sms", "call", "push", "apprise")
"""Ways to people that are no chats, by the names of their adapters."""
PHONE: Mapping[str, tuple[str, ...]] = {"phone": ("sms", "call")}
"""One address that is good for several of them."""


DATABASE = re.compile(r"sqlite:///.+|sqlite://|postgres(?:ql)?://.+")


def real_language(tag: str) -> str:
    """A language there are words in, or nothing."""
    if tag and not known(tag):
        raise ValueError("there are words in: en, zh-hans")
    return known(tag)


def _told(at: tuple[Any, ...], text: str) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("house", "{text}", {"text": text}), loc=at, input=None)


def _graded(severities: tuple[int, ...]) -> tuple[int, ...]:
    if set(severities) - {1, 2, 3, 4, 5}:
        raise ValueError("expected severities from 1 to 5, such as [1, 2]")
    return severities


Grades = Annotated[tuple[int, ...], AfterValidator(_graded)]
Tongue = Annotated[str, AfterValidator(real_language)]


def _put_away(value: Any) -> Any:
    return value if value == "never" else length(value)


class House(Part):
    """The deployment."""

    database: str = "sqlite:///tocsin.db"
    """`sqlite:///path` or `postgresql://user:password@host/name`."""
    root: str = Field(default="incident", pattern=r"^[a-z][a-z0-9_]{0,30}$")
    """The word that commands begin with: `/incident`."""
    language: str = "en"
    zone: str = "UTC"
    admin: str = ""
    """The person who may do everything."""
    severity: int = Field(default=3, ge=1, le=5)
    """Of an incident that nobody graded."""
    pages: Grades = (1, 2, 3)
    """The severities at which somebody is paged."""
    urgent: Grades = (1, 2)
    """The severities that page at high urgency; the others do at low, and may wait for the end of quiet hours."""
    web: str = "127.0.0.1:8787"
    """Where HTTP is answered: `/healthz`, `/readyz`, `/metrics`, providers' callbacks; empty for nowhere."""

    heartbeat: str = Field(default="", pattern=r"^(https?://.+)?$")
    """An outside monitor's address, asked once a minute while all is well; when that stops, the monitor alarms."""

    _language = field_validator("language")(real_language)

    @field_validator("database")
    @classmethod
    def _database(cls, url: str) -> str:
        if not DATABASE.fullmatch(url):
            raise ValueError("expected sqlite:///path or postgresql://user:password@host/name")
        return url

    @field_validator("web")
    @classmethod
    def _address(cls, address: str) -> str:
        port = address.rpartition(":")[2]
        if address and not (":" in address and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("expected an address such as 127.0.0.1:8787")
        return address

    _zone = field_validator("zone")(real_zone)


class Somebody(Part):
    """A person, as the configuration names them: `slack = "U012AB3CD"` and so on, in the order of their paging."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(min_length=1, max_length=80)
    role: Literal["viewer", "responder", "manager", "admin"] = "responder"
    language: str = ""
    zone: str = ""

    _zone = field_validator("zone")(real_zone)
    _language = field_validator("language")(real_language)

    @property
    def address(self) -> str:
        """Their e-mail address, in small letters: what a platform vouches for is held against it."""
        return str((self.model_extra or {}).get("email", "")).casefold()

    def handles(self, platforms: Iterable[str]) -> tuple[str, ...]:
        """Their handles on these platforms, in the order in which they stand in the file; a phone is two."""
        extra: Mapping[str, Any] = self.model_extra or {}
        named = ((name, native) for key, native in extra.items() for name in PHONE.get(key, (key,)))
        return tuple(str(Handle(name, str(native))) for name, native in named if name in set(platforms))


def _hops(value: Any) -> Any:
    try:
        return read_hops(", ".join(value), (*CHATS, *CHANNELS)) if value else ()
    except (Refused, TypeError):
        raise ValueError('expected channels with their delays, such as ["chat", "sms 2m", "call 5m"]') from None


Chain = Annotated[tuple[Hop, ...], BeforeValidator(_hops, json_schema_input_type=tuple[str, ...])]


class Channels(Part):
    """Ways to people that are no chats. What each must be told, its own adapter says and validates."""

    url: str = ""
    """Where the house is reached from outside: the links in a mail and providers' callbacks lead there."""
    secret: SecretStr = SecretStr("")
    """Signs the links and makes the codes: at least 16 random letters. The same in every process."""
    high: Chain = ()
    """How somebody is reached at high urgency who set nothing: `["chat", "push", "sms 2m", "call 5m"]`."""
    low: Chain = ()
    """The same at low urgency."""
    email: Mapping[str, Any] | None = None
    sms: Mapping[str, Any] | None = None
    call: Mapping[str, Any] | None = None
    push: Mapping[str, Any] | None = None
    apprise: Mapping[str, Any] | None = None

    @property
    def tables(self) -> Mapping[str, Mapping[str, Any]]:
        """The settings of those that are configured, with what all of them are told."""
        public = {"url": self.url, "secret": self.secret}
        told = {name: getattr(self, name) for name in CHANNELS}
        return {name: {**public, **table} for name, table in told.items() if table is not None}


class Ai(Part):
    """A language model that polishes summaries and answers questions. Without this table there is none."""

    model: str = Field(min_length=1)
    base_url: str = Field(default="https://api.openai.com/v1", pattern=r"^https?://")
    """Where it answers: OpenAI, or anything that speaks its API."""
    key: SecretStr = SecretStr("")
    private: bool = False
    """Whether it may read private incidents."""
    timeout: Span = Field(default=timedelta(seconds=5), gt=timedelta(0), le=timedelta(seconds=20))
    """After this long, what the house says itself is shown."""


class Limit(Part):
    """So many messages in so many seconds, for each place, room or platform; some are kept for replies and cards."""

    scope: Literal["place", "room", "platform"]
    count: int = Field(ge=1)
    seconds: float = Field(gt=0)
    kept: int = Field(default=0, ge=0)

    @property
    def pace(self) -> Pace:
        """As the doors know it."""
        return Pace(scope=self.scope, count=self.count, seconds=self.seconds, kept=self.kept)


class WarRooms(Part):
    """How war rooms are named, what they hold, and when they are put away."""

    name: str = "{number} {title}"
    topic: str = "{severity} {title}"
    put_away: Annotated[timedelta | Literal["never"], BeforeValidator(_put_away)] = timedelta(days=1)
    """How long after an incident was closed."""
    links: Mapping[str, str] = {}
    """What every war room keeps at hand: a title and an address."""

    @field_validator("name", "topic")
    @classmethod
    def _template(cls, template: str) -> str:
        try:
            template.format(**dict.fromkeys(IN_NAMES, ""))
        except (KeyError, ValueError, IndexError):
            raise ValueError(f"expected a text with any of {', '.join(IN_NAMES)}") from None
        return template


IN_NAMES = ("number", "id", "title", "severity", "type", "service")
"""What a room's name and topic can hold, in braces."""


class FollowingRoom(Part):
    """A room for stakeholders: it has a card of each incident that it follows, in its own words and language."""

    room: str
    """`slack:C0123456789`"""
    of: str = Field(default="all", min_length=1)
    """`all`, `sev2` (and worse), or a service."""
    view: Literal["responder", "exec", "customer"] = "exec"
    language: str = ""

    _language = field_validator("language")(real_language)
    _of = field_validator("of")(subject)


class Config(Part):
    """The whole file."""

    house: House = House()
    chats: Mapping[str, Mapping[str, Any]] = {}
    """A table a platform: its keys are that adapter's own, and it validates them."""
    channels: Channels = Channels()
    people: Mapping[str, Somebody] = {}
    policies: Mapping[str, Ladder] = {}
    routes: tuple[For, ...] = ()
    """Which policy is for which incidents."""
    webhooks: Mapping[str, Webhook] = {}
    """Addresses that a step may call: `webhook:NAME`."""
    schedules: Mapping[str, Roster] = {}
    """Each may also stand in a file of its own, `schedules/NAME.toml`."""
    teams: Mapping[str, Crew] = {}
    paces: Mapping[str, tuple[Limit, ...]] = {}
    """What a platform takes, where that is not what its adapter knows; an empty list: there is no limit to spare."""
    rooms: WarRooms = WarRooms()
    followers: tuple[FollowingRoom, ...] = ()
    ai: Ai | None = None
    languages: Mapping[str, Tongue] = {}
    """A platform's rooms speak this language: `discord = "zh-hans"`."""

    @model_validator(mode="after")
    def _fits_together(self) -> "Config":
        targets = Targets(self.people, self.schedules, self.teams, self.chats, self.webhooks, self.policies)
        found = [*policy_faults(self.policies, self.routes, targets), *self._wrong_people()]
        found += faults(self.schedules, self.teams, self.people, self.chats)
        if self.house.admin and self.house.admin not in self.people:
            near = nearest(self.house.admin, self.people)
            found.append((("house", "admin"), f"there is no {self.house.admin} under [people]{near}"))
        found += self._wrong_chats()
        if found:
            raise ValidationError.from_exception_data("Config", [_told(at, text) for at, text in found])
        return self

    def _wrong_people(self) -> Iterator[Fault]:
        seen: dict[str, str] = {}
        for id, somebody in self.people.items():
            ways = {*self.chats, *CHATS, *CHANNELS, *PHONE}
            for strange in sorted(set(somebody.model_extra or {}) - ways):
                near = nearest(strange, (*Somebody.model_fields, *ways))
                yield ("people", id, strange), f"there is no such setting, and no such chat{near}"
            if not PERSON.fullmatch(id):
                yield ("people", id), "a person's key is made of a-z, 0-9, _ and -"
            for handle in somebody.handles(self.ways):
                if seen.setdefault(handle, id) != id:
                    where = ("people", id, Handle.parse(handle).platform)
                    yield where, f"people.{seen[handle]} has the same account {handle}"

    def _wrong_chats(self) -> Iterator[Fault]:
        """What names a chat that is none, or none of this company's."""
        for nth, each in enumerate(self.followers):
            chat, _, room = each.room.partition(":")
            if not room:
                yield ("followers", nth, "room"), "expected a chat and a room of it, such as slack:C0123456789"
            elif chat not in self.chats:
                yield ("followers", nth, "room"), f"there is no [chats.{chat}]{nearest(chat, self.chats)}"
        for table, named in (("languages", self.languages), ("paces", self.paces)):
            for chat in named:
                if chat not in (*self.chats, *CHATS, *CHANNELS):
                    yield (table, chat), f"there is no such chat{nearest(chat, (*self.chats, *CHATS))}"

    @property
    def ways(self) -> tuple[str, ...]:
        """Everything by which people are reached: the chats, then the channels."""
        return (*self.chats, *self.channels.tables)

    def rules(self) -> Rules:
        """As far as decisions ask it."""
        house, schedules = self.house, self.schedules
        teams = {name: each.team(name, schedules) for name, each in self.teams.items()}
        zones = {name: each.zone or house.zone for name, each in schedules.items()}
        zones |= {name: zones[team.schedule] for name, team in teams.items() if team.schedule}
        return Rules(
            {name: each.policy(name, zones, house.zone) for name, each in self.policies.items()},
            house.severity,
            frozenset(house.pages),
            tuple(self.chats),
            house.root,
            self.rooms.put_away if isinstance(self.rooms.put_away, timedelta) else None,
            schedules={name: each.schedule(name, house.zone) for name, each in schedules.items()},
            url=self.channels.url.rstrip("/"),
            teams=teams,
            urgent=frozenset(house.urgent),
            chains={"high": self.channels.high, "low": self.channels.low},
            channels=tuple(self.channels.tables),
            routes=tuple(each.route() for each in self.routes),
            webhooks=frozenset(self.webhooks),
            zone=zone(house.zone or "UTC"),
        )

    def subs(self) -> tuple[Sub, ...]:
        """What the configuration's rooms follow."""
        return tuple(Sub(each.of, each.room, each.view, each.language) for each in self.followers)

    def enrolments(self) -> Mapping[str, Enroll]:
        """What the configuration says of everybody, as commands on their books."""
        return {
            id: Enroll(
                somebody.name,
                "admin" if id == self.house.admin else somebody.role,
                somebody.language,
                somebody.zone,
                somebody.handles(self.ways),
            )
            for id, somebody in self.people.items()
        }
