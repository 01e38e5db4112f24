"""Accounts that a platform vouches for by an address: proposed there, confirmed where the person is known already."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.book import Ask, Command, Entry, Event, Refused, event
from bot.grammar import command, word
from bot.people.codes import same, token
from bot.people.person import Linked, Person, Proposal
from bot.ports import Button, Card
from bot.text.rich import Para, bold
from bot.text.words import N_, Voice

VALID = timedelta(minutes=10)
"""How long a proposal can be confirmed."""


@event
class Proposed(Event):
    """Somebody with their address speaks from an account that nobody knows."""

    handle: str

    says = N_("{handle} may be another account of {book}")

    def onto(self, person: Person, entry: Entry) -> Person:
        others = tuple(each for each in person.proposals if each.handle != self.handle)
        return replace(person, proposals=(*others[-4:], Proposal(self.handle, entry.rev, entry.at + VALID)))


@event
class Declined(Event):
    """It is not."""

    handle: str

    says = N_("{by} says that {handle} is somebody else's account")

    def onto(self, person: Person, entry: Entry) -> Person:
        return replace(person, proposals=tuple(each for each in person.proposals if each.handle != self.handle))


@event
class Unlinked(Event):
    """It is not theirs any more."""

    handle: str

    says = N_("{by} unlinked {handle}")

    def onto(self, person: Person, entry: Entry) -> Person:
        return replace(person, linked=tuple(each for each in person.linked if each != self.handle))


@dataclass(frozen=True)
class Propose(Command):
    """Ask somebody, where they are known, whether an account is theirs: once in a while, however often it speaks."""

    handle: str

    on = "person"
    deed = "read"

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        waiting = any(each.handle == self.handle and each.until > ask.now for each in person.proposals)
        if not waiting:
            yield Proposed(self.handle)


def code_of(key: bytes, person: str, rev: int) -> str:
    """The code that answers a proposal."""
    return token(key, "proposal", person, rev)


def proposal_card(name: str, platform: str, typed: str, voice: Voice) -> Card:
    """What the person is asked; `name` is what the platform calls whoever spoke."""
    text = N_("Somebody who gives your address speaks on {platform} as {name}. Is that you? Say yes only if it is.")
    yes = Button(voice.word(N_("Yes, that is me")), f"account confirm {typed}", "primary")
    no = Button(voice.word(N_("No")), f"account decline {typed}", "danger")
    return Card(body=(Para(voice.say(text, name=bold(name), platform=platform)),), buttons=(yes, no), tone="warn")


def waiting(person: Person, typed: str, ask: Ask) -> Proposal:
    """A proposal that is still waiting. Raises `Refused`."""
    alive = (each for each in person.proposals if each.until > ask.now)
    proposed = next((each for each in alive if same(typed, code_of(ask.key, person.id, each.rev))), None)
    if proposed is None:
        raise Refused(N_("That question is not open any more. `account link` gives a code."))
    return proposed


@command("account confirm", rank=42, private=True, group="people")
class ConfirmAccount(Command):
    """Say that an account that was proposed is yours."""

    code: str = word(N_("The code that you were given."), required=True)

    on = "person"
    deed = "read"

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        proposed = waiting(person, self.code, ask)
        if proposed.handle in ask.people.by_handle:
            raise Refused(N_("{handle} is linked already."), handle=proposed.handle)
        yield Linked(proposed.handle)


@command("account decline", rank=43, private=True, group="people")
class DeclineAccount(Command):
    """Say that an account that was proposed is not yours."""

    code: str = word(N_("The code that you were given."), required=True)

    on = "person"
    deed = "read"

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        yield Declined(waiting(person, self.code, ask).handle)


@command("account unlink", rank=44, private=True, group="people")
class UnlinkAccount(Command):
    """Let go of an account that you linked, by its platform or its whole name; `whoami` lists them."""

    account: str = word(N_("Such as telegram, or telegram:504210001."), required=True)

    on = "person"
    deed = "read"

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        word = self.account.lower()
        found = [each for each in person.linked if each.lower() == word or each.lower().partition(":")[0] == word]
        if not found:
            fixed = any(each.lower().partition(":")[0] == word.partition(":")[0] for each in person.configured)
            text = N_("That account stands in the configuration: an administrator removes it there.")
            raise Refused(text if fixed else N_("You have no such account. `whoami` lists yours."))
        if len(found) > 1:
            raise Refused(N_("Which one? {several}"), several=", ".join(found))
        yield Unlinked(found[0])
