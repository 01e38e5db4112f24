"""Who you are to the house, and linking the accounts of one person."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from bot.book import Ask, BookId, Command, Entry, Event, Refused
from bot.grammar import command, word
from bot.people.codes import digest
from bot.people.person import Invited, Linked, Person
from bot.ports import Card, Link
from bot.text.rich import Para, bold, code, line
from bot.text.words import N_, Voice

WORDS = "WORDS"
"""Where a door's address holds the words that it says."""
VALID = timedelta(minutes=10)
"""How long a code can be used."""


@command("account link", rank=40, private=True, group="people")
class LinkAccount(Command):
    """Link another account of yours: ask for a code here, type it there.

    In a chat where you are known, `account link` gives you a code for ten minutes. In the other chat,
    `account link CODE` says that both are you.
    """

    code: str = word(N_("The code that you were given."))

    on = "person"
    deed = "read"

    def book(self, ask: Ask, find: Callable[[str], BookId | None]) -> BookId | None:
        if not self.code:
            return super().book(ask, find)
        found = find(f"code {digest(ask.key, self.code)}")
        if found is None:
            raise Refused(
                N_("That code is not valid (any more). `account link`, where you are known, gives a new one.")
            )
        return found

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        if not self.code:
            yield Invited(digest(ask.key, ask.token), ask.now + VALID)
            return
        if ask.by:
            raise Refused(N_("This account is linked to {who} already."), who=ask.people.name(ask.by))
        alive = {each.digest for each in person.codes if each.until > ask.now}
        if digest(ask.key, self.code) not in alive:
            raise Refused(
                N_("That code is not valid (any more). `account link`, where you are known, gives a new one.")
            )
        yield Linked(ask.handle, digest(ask.key, self.code))

    def answer(self, state: Any, entries: Sequence[Entry], ask: Ask, voice: Voice) -> Card:
        if self.code:
            said = voice.say(N_("Linked: here, too, you are {name} now."), name=bold(state.name))
            return Card(body=(Para(said),), to="speaker", tone="calm")
        typed = f"/{ask.rules.root} account link {ask.token}"
        said = voice.say(N_("In your other chat, type this within ten minutes, and show it to nobody:"))
        words = f"account_link_{ask.token}"
        links = tuple(Link(label, door.replace(WORDS, words)) for label, door in ask.doors.items())
        return Card(body=(Para(said), Para(line(code(typed)))), links=links, to="speaker")


STRANGER = N_(
    "I do not know you here yet. Where you are known, type `/{root} account link`, and then here what it tells you. "
    "If you are known nowhere, ask an administrator to add you to the configuration."
)
