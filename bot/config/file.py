"""Reading the configuration from a file and the environment, and saying what is wrong with it and where."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.config.lines import line_of
from bot.config.part import nearest
from bot.config.plainly import expected, placed
from bot.config.schema import about, names
from bot.config.shape import Config

SECRET = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
"""`${SLACK_BOT_TOKEN}` in a value is taken from the environment, so that no secret need stand in the file."""


LONGEST = 300
"""Letters of a fault: a name may be quoted that is endless."""
BESIDE = "schedules/*.toml"


class BadConfig(Exception):
    """The configuration cannot be used: every line says where, what was expected, and what stands there."""


@dataclass(frozen=True)
class File:
    """A configuration file as it was read. Nothing in it is checked yet."""

    name: str
    text: str
    filled: Mapping[str, Any]
    """What it says, with what the environment adds."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """What the environment added."""
    beside: Mapping[str, "File"] = field(default_factory=dict)
    """The schedules that stand in files of their own, by name."""

    @classmethod
    def read(cls, path: Path) -> "File":
        """Read it, and `schedules/*.toml` beside it. Raises `BadConfig`."""
        return cls._one(path)._with({each.stem: cls._one(each) for each in sorted(path.parent.glob(BESIDE))})

    def _with(self, beside: Mapping[str, "File"]) -> "File":
        here = self.filled.get("schedules", {})
        if twice := sorted(set(here) & set(beside)):
            raise BadConfig(f"{self.where(('schedules', twice[0]))}: it stands in {beside[twice[0]].name}, too")
        filled = {**self.filled, "schedules": {**here, **{name: each.filled for name, each in beside.items()}}}
        secrets = self.secrets.union(*(each.secrets for each in beside.values()))
        return replace(self, filled=filled, secrets=secrets, beside=beside) if beside else self

    @classmethod
    def _one(cls, path: Path) -> "File":
        try:
            text = path.read_text("utf-8")
            raw = tomllib.loads(text)
        except FileNotFoundError:
            raise BadConfig(
                f"{path}: there is no such file. `tocsin init` writes one; `tocsin demo` needs none."
            ) from None
        except OSError as wrong:
            raise BadConfig(f"{path}: it cannot be read: {wrong.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            raise BadConfig(f"{path}: this is not TOML: {wrong}") from None
        return cls._filled(str(path), text, raw)

    @classmethod
    def _filled(cls, name: str, text: str, raw: Mapping[str, Any]) -> "File":
        missing, taken = [], set()

        def secret(at: tuple[Any, ...], found: re.Match[str]) -> str:
            if found[1] not in os.environ:
                missing.append((at, found[1]))
            taken.add(os.environ.get(found[1], ""))
            return os.environ.get(found[1], "")

        filled = _each(raw, (), lambda at, value: SECRET.sub(partial(secret, at), value))
        file = cls(name, text, filled, frozenset(taken))
        if missing:
            raise BadConfig("\n".join(f"{file.where(at)}: the environment has no {each}" for at, each in missing))
        return file

    def config(self) -> Config:
        """What it says, validated. Raises `BadConfig`, which never quotes a value that may be secret."""
        try:
            return Config.model_validate(self.filled)
        except ValidationError as wrong:
            raise self.fault(wrong) from None

    def fault(self, wrong: ValidationError, model: type[BaseModel] = Config, above: Sequence[str] = ()) -> BadConfig:
        """What is wrong with what the model was to hold: file, line, key, what was expected. `above`: its table."""
        found: dict[tuple[Any, ...], list[str]] = {}
        for at, told in faults(wrong, model):
            ways = found.setdefault(placed((*above, *at), self.filled), [])
            if told not in ways:
                ways.append(told)
        ranked = sorted(found.items(), key=lambda each: self._home(each[0]))
        return BadConfig("\n".join(f"{self.where(at)}: {' or '.join(ways)[:LONGEST]}" for at, ways in ranked))

    def where(self, at: Sequence[Any]) -> str:
        """A place in it, as people find it: `tocsin.toml:12: house.zone`."""
        name, line = self._home(at)
        return f"{name}{f':{line}' if line else ''}: {dotted(at)}"

    def _home(self, at: Sequence[Any]) -> tuple[str, int]:
        """The file and the line in which a place is; line 0 where there is no file."""
        if tuple(at[:1]) == ("schedules",) and len(at) > 1 and at[1] in self.beside:
            file, at = self.beside[at[1]], at[2:]
        else:
            file = self
        return file.name, line_of(file.text, at) if file.text else 0


def load(path: Path) -> Config:
    """Read a file and validate it. Raises `BadConfig`."""
    return File.read(path).config()


def check(raw: Mapping[str, Any], name: str) -> Config:
    """Validate what stands in no file. Raises `BadConfig`."""
    return File(name, "", raw).config()


def faults(wrong: ValidationError, model: type[BaseModel]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Each fault's place in the model, and what was expected there."""
    schema = model.model_json_schema()
    for each in wrong.errors(include_url=False, include_input=False):
        at, told = each["loc"], expected(each, about(schema, each["loc"]))
        if each["type"] == "extra_forbidden":
            told = f"there is no such setting{nearest(str(at[-1]), names(schema, at[:-1]))}"
        yield at, told


def dotted(at: Sequence[Any]) -> str:
    """A place as people write it."""
    return ".".join(map(str, at)) or "the file"


def _each(value: Any, at: tuple[Any, ...], change: Any) -> Any:
    """The same with every text in it changed."""
    if isinstance(value, dict):
        return {key: _each(each, (*at, key), change) for key, each in value.items()}
    if isinstance(value, list):
        return [_each(each, (*at, index), change) for index, each in enumerate(value)]
    return change(at, value) if isinstance(value, str) else value
