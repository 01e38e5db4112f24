"""Structured logs on standard error, in which no secret stands."""

import logging
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

import structlog

LEAST = 4
"""Letters of a secret: what is shorter would hide half of every line."""
HIDDEN = "***"


def logs(level: str, shape: str = "", secrets: Iterable[str] = ()) -> None:
    """Begin to log: readable on a terminal and JSON elsewhere, unless `shape` says which."""
    shape = shape or ("console" if sys.stderr.isatty() else "json")
    # A plain traceback: one with local variables would tell what people wrote, and secrets.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    render = console if shape == "console" else structlog.processors.JSONRenderer()
    common: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Veil(secrets),
    ]
    structlog.configure(
        processors=[*common, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    _libraries(level, structlog.stdlib.ProcessorFormatter(foreign_pre_chain=common, processor=render))


def _libraries(level: str, formatter: logging.Formatter) -> None:
    """What the SDKs log goes the same way: their worries only, for their small talk quotes what passes through them."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=max(logging.WARNING, getattr(logging, level.upper())), force=True)


def hide(secrets: Iterable[str]) -> None:
    """From now on these, too, stand in no line: a configuration that was read again may hold others."""
    for each in structlog.get_config()["processors"]:
        if isinstance(each, Veil):
            each.add(secrets)


class Veil:
    """Hides secrets wherever they stand in a line: an SDK's error may quote the address it called, token and all."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets: list[str] = []
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """These, too."""
        known = {*self.secrets, *(each for each in secrets if len(each) >= LEAST)}
        self.secrets = sorted(known, key=len, reverse=True)

    def __call__(self, logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {key: self.over(value) for key, value in line.items()}

    def over(self, value: Any) -> Any:
        """The same without a secret."""
        if isinstance(value, Mapping):
            return {key: self.over(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.over(each) for each in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        text = value if isinstance(value, str) else str(value)
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text
