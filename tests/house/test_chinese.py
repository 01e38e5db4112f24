"""Whoever reads Chinese reads Chinese: the list of commands is walked, and every word that is not is told."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.incident.ledger import Delivery, Ledger
from bot.people.may import CALLED, called
from bot.ports import Button, Card, Fact, Form, Link, Option
from bot.store.store import Store
from bot.text.rich import Moment, Run
from bot.text.words import Voice
from tests.clock import PushedClock
from tests.stories.test_commands import BEFORE, LINES
from tests.walks.test_lanes import ANNA
from tests.walks.town import PEOPLE, TOWN, Town

LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {"SEV", "UTC", "Ink", "Lead", "ink", "lead", "chat", "slack", "email", "default", "web"}
"""What is called so in every language: platforms, channels, policies, schedules, and the severities."""
MORE = ("show --delivery", "show", "timeline", "summary --length long", "list", "who", "rooms", "me", "audit")


LAYERS = [{"participants": ["anna", "boris"], "from": "2026-01-05 09:00"}]
CHINESE = TOWN | {
    "house": {"language": "zh-hans", "admin": "anna"}, "schedules": {"web": {"layers": LAYERS}},
}  # fmt: skip
"""The same town, where everybody reads Chinese."""


def shown(part: Any) -> Iterator[str]:
    """The letters that somebody reads, without what is typed as it stands and what nobody is shown."""
    match part:
        case Run() if not part.code:
            yield part.text
        case Moment():
            yield part.text
        case Card():
            for each in (part.title, part.body, part.facts, part.buttons, part.links, part.footer):
                yield from shown(each)
        case Form():
            yield from shown((part.options, Run(part.submit)))
        case Option():
            yield from shown(Run(part.help))
        case Button() | Link():
            yield part.label
        case Fact():
            yield from (part.label, *shown(part.value))
        case tuple() | list():
            for each in part:
                yield from shown(each)
        case _ if hasattr(part, "__struct_fields__"):
            yield from shown(tuple(getattr(part, name) for name in part.__struct_fields__))


async def walked(town: Town) -> Sequence[str]:
    """All that is answered and shown from a declaration to its end."""
    read: list[str] = []
    await town.say(ANNA, "declare 着火了 --sev 1")
    await town.rest()
    room = town.papers[0].rooms_of()[0]
    typed = (each for verb in LINES for each in (BEFORE.get(verb), LINES[verb]) if each)
    for line in (*(line for line, _ in typed), *MORE):
        read += shown(await town.say(ANNA, line, place=room))
        await town.rest()
    for paper in town.papers:
        read += shown([*paper.messages.values(), *(each.card for each in paper.told)])
    return read


async def test_no_word_of_the_houses_own_is_left_in_english(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url, clock := PushedClock())
    town = Town(store, clock)
    town.raw = CHINESE
    await town.start()
    typed = " ".join(line for line, _ in (*LINES.values(), *BEFORE.values()))
    names = NAMES | {str(each["name"]) for each in PEOPLE.values()}
    known = (
        set(LATIN.findall(typed)) | names | {alias for each in town.engine.grammar().verbs for alias in each.aliases}
    )
    foreign = {f"{word}: {text}" for text in await walked(town) for word in LATIN.findall(text) if word not in known}
    assert not foreign
    await store.close()


def test_roles_and_deliveries_are_called_in_both_languages() -> None:
    at, chinese = datetime(2026, 3, 2, tzinfo=UTC), Voice("zh-hans")
    for role in CALLED:
        assert not LATIN.search("".join(run.text for run in chinese.phrase(called(role)) if isinstance(run, Run)))
    for state in ("pending", "sending", "accepted", "delivered", "failed", "unknown", "void"):
        for what in ("page", "entry", "copy", "reply", "duty", "proposal"):
            text = Ledger([Delivery(what, "Ink", state, at)]).text(chinese, at)
            assert not set(LATIN.findall(" ".join(shown(text)))) - NAMES, (state, what)
