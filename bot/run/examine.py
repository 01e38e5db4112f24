"""Looking at everything that the configuration names, without changing any of it: what `tocsin doctor` tells."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zoneinfo import available_timezones

from bot.book import Ask
from bot.config import BadConfig, Config, File
from bot.grammar import grammar
from bot.incident.readiness import lacks, wanted
from bot.oncall.rota import Duties, Rota
from bot.people.person import People, Person
from bot.ports import Addressed, Channel, ChatError, Examined, Finding, Grammar, Menus
from bot.run.adapters import checked, find_channels, find_chat, find_webhooks
from bot.store.examine import current
from bot.store.examine import examine as examine_database
from bot.store.store import Store, StoreDown
from bot.store.transaction import Transaction
from bot.text.rich import plain
from bot.text.words import LANGUAGES, Voice

PATIENCE = 30
"""Seconds that a platform has to be looked at."""
Found = tuple[str, Finding]
"""What a finding is about, and the finding."""
Known = tuple[People, Mapping[str, Rota]]


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
    known = await _known(config)
    for finding in ready(config, known, datetime.now(UTC)):
        yield "people", finding
    for finding in addresses(_everybody(config, known[0] if known else People(())), channels):
        yield "people", finding
    if not chats:
        yield (
            "chats",
            Finding(what="there is no chat", ok=False, fix="add [chats.slack], [chats.discord] or [chats.telegram]"),
        )
    webhooks = find_webhooks(config)
    for finding in await webhooks.examine() if isinstance(webhooks, Examined) else ():
        yield "webhooks", finding
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


async def _known(config: Config) -> Known | None:
    """Everybody with what they set themselves, and what was changed in schedules; None where no database says."""
    if not await asyncio.to_thread(current, config.house.database):
        return None
    try:
        store = await Store.open(config.house.database)
    except StoreDown:
        return None
    try:
        return await store.read(known)
    finally:
        await store.close()


def known(tx: Transaction) -> Known:
    """What the database knows of people and schedules."""
    return People(book.state for book in tx.books("person")), {book.id.id: book.state for book in tx.books("schedule")}


def ready(config: Config, found: Known | None, now: datetime) -> Iterator[Finding]:
    """Whether somebody is paged, and whether everybody who is can be reached: as `oncall check` says it."""
    people, rotas = found or (People(()), {})
    rules = config.rules()
    ask = Ask(now, "", rules, _everybody(config, people), Duties(rotas, rules.schedules).schedules)
    voice = Voice(zone=rules.zone, now=now)
    lacking = list(lacks(ask))
    for lack in lacking:
        what, fix = (plain(voice.phrase(each)) for each in (lack.phrase, lack.fix))
        yield Finding(what=what, ok=False if lack.grave else None, fix=fix)
    if not lacking:
        yield Finding(what=f"all {len(wanted(ask))} who may be paged can be reached, and somebody is on call", ok=True)
    if not config.house.admin:
        yield Finding(what="nobody may do everything", ok=False, fix="house.admin = the key of one of [people]")
    if found is None:
        yield Finding(what="accounts that people linked themselves", ok=None, fix="they are known after the next start")


def addresses(people: People, channels: Iterable[Channel]) -> Iterator[Finding]:
    """Addresses that are no good, as their channels see."""
    for channel in (each for each in channels if isinstance(each, Addressed)):
        for person in people.by_id.values():
            for handle in (each for each in person.handles if each.platform == channel.name):
                if fault := channel.fault(handle):
                    name = channel.name
                    fix = f"people.{person.id}.{name}, or `me remove {name}` and then `me add {name} …`"
                    yield Finding(what=f"{person.name}, {name}: {fault}", ok=False, fix=fix)


def _everybody(config: Config, known: People) -> People:
    """Everybody whom the configuration names, with what they set themselves."""
    return People(
        replace(known.by_id.get(id, Person(id)), name=each.name, zone=each.zone, configured=each.handles(config.ways))
        for id, each in config.people.items()
    )


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
