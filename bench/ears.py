"""Ears at the wire: when each page was accepted by a platform, whichever process sent it."""

import json
import re
from functools import wraps
from time import time
from typing import Any, NamedTuple

from adapters.playground.server import Playground

PAGE = re.compile(r"\bPAGE SEV\d #(\d+)")
SEVERAL = re.compile(r"\bPAGE SEV\d #.*?\bIncidents\b[^#]{0,40}((?:#\d+ ?)+)", re.DOTALL)


class Heard(NamedTuple):
    """A page that a platform took: the incident that it names, and when, by the machine's clock."""

    incident: str
    place: str
    at: float


class Ears:
    """All that a playground's platforms take from now on."""

    def __init__(self, playground: Playground) -> None:
        self.pages: list[Heard] = []
        self.lines = 0
        """Messages that are none."""
        self._beside(playground.slack.api.methods, "chat.postMessage", "slack", "channel")
        self._beside(playground.telegram.api.methods, "sendMessage", "telegram", "chat_id")
        town = playground.discord.town

        async def posted(post: Any, posted: Any = town.posted) -> Any:
            self._hear(f"discord:{post.payload['channel_id']}", post.payload)
            return await posted(post)

        town.posted = posted

    def _beside(self, methods: dict[str, Any], name: str, platform: str, key: str) -> None:
        method, *needed = methods[name] if isinstance(methods[name], tuple) else (methods[name],)

        @wraps(method)
        def heard(at: Any, args: Any) -> Any:
            answer = method(at, args)
            self._hear(f"{platform}:{args[key]}", args)
            return answer

        methods[name] = (heard, *needed) if needed else heard

    def _hear(self, place: str, said: Any) -> None:
        text, now = json.dumps(said, ensure_ascii=False, default=str), time()
        if found := SEVERAL.search(text) or PAGE.search(text):
            self.pages += [Heard(number, place, now) for number in re.findall(r"\d+", found[1])]
        else:
            self.lines += 1
