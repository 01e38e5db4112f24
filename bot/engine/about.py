"""What a command would be about, told before it is given: nothing is done, and nothing is named that is not theirs."""

from collections.abc import Iterator
from contextlib import suppress

from bot.book import Refused
from bot.engine.bundle import members
from bot.engine.meant import seen
from bot.engine.office import Office
from bot.grammar import parse
from bot.incident.cards import headline, standing
from bot.incident.incident import Incident
from bot.people.person import Person
from bot.ports import Card, Said
from bot.store.books import UNREADABLE
from bot.store.transaction import Transaction
from bot.text.rich import Item, joined


def about(said: Said, office: Office, tx: Transaction) -> Card | None:
    """The incidents of a line as they stand now, for whoever says it; None where it names none that they may see."""
    try:
        name = parse(said.words, said.fields).settled("").incident
    except Refused:
        return None
    people = office.people(tx)
    person = people.by_handle.get(str(said.by))
    voice = office.voice(people, person, said)
    ids = {one.incident for one in members(name, tx)} or {name}
    seen = sorted(_seen(ids, person, tx), key=lambda state: int(state.id))
    body = tuple(Item(joined([headline(state), standing(state, voice)], " · ")) for state in seen)
    return Card(body=body, language=voice.language) if body else None


def _seen(ids: set[str], person: Person | None, tx: Transaction) -> Iterator[Incident]:
    for id in ids:
        with suppress(*UNREADABLE):
            if book := seen(id, tx, person):
                yield book.state
