"""`tocsin.toml` and the environment, as one frozen, validated Config."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.book import Refused
from bot.grammar import span
from bot.oncall.policy import Policy, Rules, Step
from bot.people.person import Enroll
from bot.ports import Handle
from bot.text.words import known, zone

SECRET = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
"""`${SLACK_BOT_TOKEN}` in a value is taken from the environment, so that no secret need stand in the file."""


PERSON = re.compile(r"[a-z0-9_-]{1,40}")


CHATS = ("slack", "discord", "telegram")
"""Somebody may have an account on a chat that is not configured yet."""


class BadConfig(Exception):
    """The configuration cannot be used: every line says where, what was expected, and what stands there."""


DATABASE = re.compile(r"sqlite:///.+|sqlite://|postgres(?:ql)?://.+")


def real_zone(name: str) -> str:
    """An IANA time zone, or nothing."""
    try:
        zone(name or "UTC")
    except KeyError:
        raise ValueError("expected an IANA time zone such as Europe/Berlin") from None
    return name


def real_language(tag: str) -> str:
    """A language there are words in, or nothing."""
    if tag and not known(tag):
        raise ValueError("there are words in: en, zh-hans")
    return known(tag)


class Part(BaseModel):
    """A table of the file: unknown keys are refused, so that no typo passes in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _length(value: Any) -> Any:
    try:
        return span(value) if isinstance(value, str) else value
    except Refused:
        raise ValueError("expected a length of time such as 5m or 1h30m") from None


Span = Annotated[timedelta, BeforeValidator(_length)]


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
    pages: tuple[int, ...] = (1, 2, 3)
    """The severities at which somebody is paged."""
    health: str = "127.0.0.1:8787"
    """Where `/healthz` answers; empty for nowhere."""

    _language = field_validator("language")(real_language)

    @field_validator("database")
    @classmethod
    def _database(cls, url: str) -> str:
        if not DATABASE.fullmatch(url):
            raise ValueError("expected sqlite:///path or postgresql://user:password@host/name")
        return url

    @field_validator("health")
    @classmethod
    def _address(cls, address: str) -> str:
        port = address.rpartition(":")[2]
        if address and not (":" in address and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("expected an address such as 127.0.0.1:8787")
        return address

    _zone = field_validator("zone")(real_zone)


class Somebody(Part):
    """A person, as the configuration names them: `slack = "U012AB3CD"` and so on, in the order of their paging."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str = Field(min_length=1, max_length=80)
    role: Literal["viewer", "responder", "manager", "admin"] = "responder"
    language: str = ""
    zone: str = ""

    _zone = field_validator("zone")(real_zone)
    _language = field_validator("language")(real_language)

    def handles(self, platforms: Iterable[str]) -> tuple[str, ...]:
        """Their handles on these platforms, in the order in which they stand in the file."""
        extra: Mapping[str, Any] = self.model_extra or {}
        return tuple(str(Handle(name, str(native))) for name, native in extra.items() if name in set(platforms))


class Rung(Part):
    """A step of a policy."""

    page: tuple[str, ...] = Field(min_length=1)
    wait: Span = Field(default=timedelta(minutes=5), gt=timedelta(0))


class Ladder(Part):
    """An escalation policy."""

    steps: tuple[Rung, ...] = Field(min_length=1)
    repeat: int = Field(default=1, ge=0, le=20)
    catch_all: tuple[str, ...] = ()


class Config(Part):
    """The whole file."""

    house: House = House()
    chats: Mapping[str, Mapping[str, Any]] = {}
    """A table a platform: its keys are that adapter's own, and it validates them."""
    people: Mapping[str, Somebody] = {}
    policies: Mapping[str, Ladder] = {}
    languages: Mapping[str, str] = {}
    """A platform's rooms speak this language: `discord = "zh-hans"`."""

    @model_validator(mode="after")
    def _everybody_exists(self) -> "Config":
        for name, policy in self.policies.items():
            wanted = {person for step in policy.steps for person in step.page} | set(policy.catch_all)
            if missing := sorted(wanted - set(self.people)):
                raise ValueError(f"policies.{name} pages {', '.join(missing)}: there is no such person under [people]")
        seen: dict[str, str] = {}
        for id, somebody in self.people.items():
            if strange := sorted(set(somebody.model_extra or {}) - {*self.chats, *CHATS}):
                raise ValueError(f"people.{id}.{strange[0]}: there is no such setting, and no such chat")
            if not PERSON.fullmatch(id):
                raise ValueError(f"people.{id}: a person's key is made of a-z, 0-9, _ and -")
            for handle in somebody.handles(self.chats):
                if seen.setdefault(handle, id) != id:
                    raise ValueError(f"people.{id} and people.{seen[handle]} have the same account {handle}")
        if self.house.admin and self.house.admin not in self.people:
            raise ValueError(f"house.admin is {self.house.admin}: there is no such person under [people]")
        return self

    def rules(self) -> Rules:
        """As far as decisions ask it."""
        policies = {
            name: Policy(name, tuple(Step(step.page, step.wait) for step in each.steps), each.repeat, each.catch_all)
            for name, each in self.policies.items()
        }
        house = self.house
        return Rules(policies, house.severity, frozenset(house.pages), tuple(self.chats), house.root)

    def enrolments(self) -> Mapping[str, Enroll]:
        """What the configuration says of everybody, as commands on their books."""
        return {
            id: Enroll(
                somebody.name,
                "admin" if id == self.house.admin else somebody.role,
                somebody.language,
                somebody.zone,
                somebody.handles(self.chats),
            )
            for id, somebody in self.people.items()
        }


def load(path: Path) -> Config:
    """Read the file. Raises `BadConfig`."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise BadConfig(f"{path}: there is no such file. `tocsin demo` needs none.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise BadConfig(f"{path}: this is not TOML: {wrong}") from None
    return check(_filled(raw, str(path)), str(path))


def check(raw: Mapping[str, Any], where: str) -> Config:
    """Validate what was read. Raises `BadConfig`, which never quotes a value that may be secret."""
    try:
        return Config.model_validate(raw)
    except ValidationError as wrong:
        raise BadConfig("\n".join(faults(wrong, where))) from None


def faults(wrong: ValidationError, where: str) -> Iterable[str]:
    """One line a fault: where it stands and what was expected."""
    for each in wrong.errors(include_url=False, include_input=False):
        key = ".".join(map(str, each["loc"]))
        yield f"{where}: {key or 'the file'}: {each['msg'].removeprefix('Value error, ')}"


def _filled(value: Any, where: str) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, f"{where}: {key}") for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, where) for each in value]
    return SECRET.sub(lambda found: _secret(found[1], where), value) if isinstance(value, str) else value


def _secret(name: str, where: str) -> str:
    if name not in os.environ:
        raise BadConfig(f"{where}: the environment has no {name}")
    return os.environ[name]
