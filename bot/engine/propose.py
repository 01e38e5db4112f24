"""Proposing a link: a platform vouches for a stranger's address, and who has it is asked where they are known."""

from functools import partial

from bot.book import TOCSIN, BookId, Send
from bot.engine.carry import carry_out
from bot.engine.office import Office
from bot.engine.tell import reached
from bot.people.proposal import Propose, code_of, proposal_card
from bot.ports import Card, ChatError, Handle, MessageId, Said
from bot.store.sends import Sent
from bot.store.transaction import Transaction
from bot.text.words import N_

ASKED = N_("I do not know you here yet. I asked you where I know you: say there that this is you, and then try again.")


def proposed(said: Said, office: Office, tx: Transaction) -> bool:
    """Whether somebody who is known has the speaker's address, and is asked now. It links nobody by itself."""
    address, people = said.email.casefold(), office.people(tx).by_id
    having = (people.get(id) for id, each in office.config.people.items() if address and each.address == address)
    person = next(having, None)
    if person is None or not any(each.platform in office.chats for each in person.handles):
        return False
    book, ask = tx.load(BookId("person", person.id)), office.ask(tx, by=TOCSIN)
    _, entries = carry_out(Propose(str(said.by)), book, ask, tx)
    if entries:
        tx.send(Send("proposal", person.id, 1, {"handle": str(said.by), "name": said.name}), book.id, entries[0].rev)
    return True


async def tell_proposal(row: Sent, office: Office) -> MessageId:
    """Ask the person, by the first chat that takes it. Raises `ChatError`."""
    handles, card = await office.store.read(partial(_asked, row, office))
    if not handles:
        raise ChatError("they have no chat any more")
    return await reached(handles, card, row, office)


def _asked(row: Sent, office: Office, tx: Transaction) -> tuple[list[Handle], Card]:
    people = office.people(tx)
    person = people.by_id.get(row.to)
    handles = [each for each in (person.handles if person else ()) if each.platform in office.chats]
    voice = office.voice(people, person)
    typed = code_of(office.seal, row.to, row.rev)
    handle = Handle.parse(row.payload["handle"])
    return handles, proposal_card(row.payload["name"] or handle.id, office.label(handle.platform), typed, voice)
