"""Looking at everything that the configuration names, without changing any of it: what `tocsin doctor` tells."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from zoneinfo import available_timezones

from bot.config import BadConfig, Config, File
from bot.grammar import grammar
from bot.oncall.which import participants
from bot.people.person import People
from bot.ports import Channel, ChatError, Examined, Finding, Grammar, Menus
from bot.run.adapters import checked, find_channels, find_chat
from bot.store.examine import current
from bot.store.examine import examine as examine_database
from bot.store.store import Store, StoreDown
from bot.text.words import LANGUAGES, Voice

PATIENCE = 30
"""Seconds that a platform has to be looked at."""
Found = tuple[str, Finding]
"""What a finding is about, and the finding."""


async def examine(path: Path) -> AsyncIterator[Found]:
    """Everything that is found, in the order in which it should be mended."""
    try:
        file = File.read(path)
        config = checked(file)
        chats = [find_chat(name, settings, file) for name, settings in config.chats.items()]
        channels = find_channels(config, file)
    except BadConfig as wrong:
        for line in str(wrong).splitlines():
            yield "configuration", Finding(what=line, ok=False, fix=f"mend it in {path}")
        yield "everything else", Finding(what="not looked at", ok=None, fix="mend the configuration first")
        return
    yield "configuration", Finding(what=f"{path} can be used", ok=True)
    yield "configuration", _zones()
    yield "configuration", await asyncio.to_thread(_running, config.house.web)
    for finding in await asyncio.to_thread(lambda: list(examine_database(config.house.database))):
        yield "database", finding
    for finding in paged(config, await _people(config)):
        yield "people", finding
    if not chats:
        yield (
            "chats",
            Finding(what="there is no chat", ok=False, fix="add [chats.slack], [chats.discord] or [chats.telegram]"),
        )
    for way in (*chats, *channels):
        for finding in await _chat(way, _grammars(config)):
            yield way.name, finding


def _grammars(config: Config) -> dict[str, Grammar]:
    """The commands in every language, and in the deployment's own."""
    spoken = {tag: grammar(config.house.root, Voice(tag)) for tag in LANGUAGES}
    return {**spoken, "": spoken[config.house.language]}


def _zones() -> Finding:
    count = len(available_timezones())
    return Finding(what=f"{count} time zones are known", ok=count > 0, fix="install tzdata")


def _running(address: str) -> Finding:
    try:
        with urlopen(f"http://{address}/healthz", timeout=2):
            return Finding(what=f"a Tocsin is running and answers at {address}", ok=True)
    except (URLError, OSError, ValueError):
        return Finding(what=f"no Tocsin answers at {address or 'house.web'}", ok=None, fix="`tocsin run` starts one")


async def _people(config: Config) -> People | None:
    """Everybody with the accounts that they linked themselves; None where the database cannot say."""
    if not await asyncio.to_thread(current, config.house.database):
        return None
    try:
        store = await Store.open(config.house.database)
    except StoreDown:
        return None
    try:
        return await store.read(lambda tx: People(book.state for book in tx.books("person")))
    finally:
        await store.close()


def paged(config: Config, people: People | None) -> Iterator[Finding]:
    """Whether somebody is paged, and whether everybody who is can be reached."""
    if config.house.pages and not config.policies:
        yield Finding(what="nobody is ever paged", ok=False, fix="write a [policies.default] with its steps")
    for name, policy in config.policies.items():
        named = {person for step in policy.steps for person in step.page} | set(policy.catch_all)
        wanted = {person for each in named for person in _meant(each, config)}
        deaf = sorted(id for id in wanted if not _ways(id, config, people))
        fix = "; ".join(
            f"give people.{id} an account on a chat or an address, or let them say `account link`" for id in deaf
        )
        what = f"nothing reaches {', '.join(deaf)}" if deaf else f"all {len(wanted)} can be reached"
        yield Finding(what=f"policy {name}: {what}", ok=not deaf, fix=fix)
    if not config.house.admin:
        yield Finding(what="nobody may do everything", ok=False, fix="house.admin = the key of one of [people]")
    if people is None:
        yield Finding(what="accounts that people linked themselves", ok=None, fix="they are known after the next start")


def _meant(name: str, config: Config) -> set[str]:
    """Everybody whom a step's name may page: a person, or whoever takes turns in a schedule or a team's schedule."""
    rules = config.rules()
    if name in rules.schedules:
        return participants(rules.schedules[name])
    if name in rules.teams:
        team = rules.teams[name]
        return _meant(team.schedule, config) if team.schedule else set(team.members)
    return {name}


def _ways(id: str, config: Config, people: People | None) -> tuple[Any, ...]:
    linked = people.by_id[id].handles if people and id in people else ()
    return (*config.people[id].handles(config.ways), *(each for each in linked if each.platform in config.ways))


async def _chat(chat: Channel, grammars: Mapping[str, Grammar]) -> list[Finding]:
    """What an adapter finds out about itself."""
    if not isinstance(chat, Examined):
        return [Finding(what="its adapter cannot look at itself", ok=None)]
    try:
        async with asyncio.timeout(PATIENCE):
            found = list(await chat.examine())
            return [*found, *await chat.menu(grammars)] if isinstance(chat, Menus) else found
    except (ChatError, TimeoutError) as wrong:
        why = str(wrong) or f"no answer within {PATIENCE} s"
        return [Finding(what=f"it cannot be reached: {why}", ok=None, fix="see that this machine reaches the internet")]
    finally:
        await chat.close()
