"""Chatter: what is said in a war room, in its other rooms, in the speaker's name; and who is meant by a mention."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import msgspec

from bot.book import Send
from bot.engine.carry import carry_out
from bot.engine.late import late
from bot.engine.meant import here
from bot.engine.office import Office
from bot.grammar import tidy
from bot.incident.lapse import Stir, quiet
from bot.people.person import People
from bot.ports import Copy, Remark, Said
from bot.store.transaction import Transaction
from bot.text.rich import Quote, Text, bold, line, paragraphs

QUOTED = 80
"""Letters of what somebody answers, at most."""
NOBODY: Mapping[str, str] = MappingProxyType({})


def copies(said: Said, tx: Transaction) -> bool:
    """Whether what is said there goes elsewhere, too."""
    return bool(here(said.place, tx))


def copy(office: Office, said: Said, tx: Transaction) -> None:
    """What was said in a war room goes to its other rooms, in the speaker's name, once."""
    found = tx.find(f"place {said.place}")
    if found is None or tx.heard(said.key) is not None:
        return
    tx.answer(said.key, b"null")
    chat, people = office.chats[said.place.platform], office.people(tx)
    person, book = people.by_handle.get(str(said.by)), tx.load(found)
    if person and quiet(book.state, tx.now):
        carry_out(Stir(), book, office.ask(tx, by=person.id), tx)
    others = [place for place in book.state.places if place != said.place]
    copy = Copy(
        author=person.name if person else said.name,
        origin=chat.can.label,
        text=(*answered(worded(said, people), people), *paragraphs(mentions(said.words, people, said.named))),
        avatar=said.avatar,
        key=said.key,
    )
    when = late(said, tx.now)
    for place in others:
        if when:
            voice = replace(office.room_voice(people, place.platform), now=tx.now)
            copy = msgspec.structs.replace(copy, origin=f"{chat.can.label}, {voice.moment(when).text}")
        tx.send(Send("copy", str(place), 4, msgspec.to_builtins(copy)), found)


def answered(about: Remark | None, people: People) -> Text:
    """What chatter answers, in a few words: its thread, and maybe what it answers, is in no other room."""
    words = " ".join(about.text.split()) if about else ""
    if about is None or not words:
        return ()
    person = people.by_handle.get(str(about.by)) if about.by else None
    name = person.name if person else tidy(about.name)
    short = words if len(words) <= QUOTED else words[: QUOTED - 1].rstrip() + "…"
    return (Quote(line(bold(name), ": ", short) if name else line(short)),)


def worded(said: Said, people: People) -> Remark | None:
    """What somebody points at, with people's names in it."""
    if said.about is None:
        return None
    return msgspec.structs.replace(said.about, text=mentions(tidy(said.about.text), people, said.named))


def mentions(text: str, people: People, others: Mapping[str, str] = NOBODY) -> str:
    """What was said with its native mentions as plain names: nobody is pinged in three chats at once.

    `others` are those whom we do not know, as their platform shows them.
    """

    def named(found: re.Match[str]) -> str:
        person = people.by_handle.get(found[1])
        name = person.name if person else tidy(others.get(found[1], ""))
        return f"@{name}" if name else found[0]

    return re.sub(r"@(\w+:[\w-]+)", named, text)
