"""What goes to a person's own channels and is no page: codes, test pages, and how those went."""

import asyncio
from datetime import timedelta
from functools import partial

from bot.engine.carry import own
from bot.engine.errands import Errands, untaken
from bot.people.cards import code_card, outcome_card, trial_card
from bot.people.channels import Try, code_of
from bot.people.person import Person
from bot.ports import Card, ChatError, Handle
from bot.store.sends import Sent
from bot.store.transaction import Transaction

DEADLINE = 12
"""Seconds that a channel has."""
LEASE = timedelta(seconds=60)


class Proving(Errands):
    """Each is sent once: whoever waits for it asks again, and a test page tells what went wrong."""

    pause = 0.2

    async def look(self) -> None:
        """Send what is due; each on its own."""
        for row in await self.office.store.read(lambda tx: tx.ready("proof")):
            if self.free(str(row.id)):
                self.begin(str(row.id), self._send(row))

    async def _send(self, row: Sent) -> None:
        found = await self.office.store.write(partial(self._claim, row))
        if found is None:
            return
        claimed, card = found
        why = ""
        try:
            async with asyncio.timeout(DEADLINE):
                await self._tell(Handle.parse(claimed.to), card, self.office.key(claimed.kind, claimed.id))
        except Exception as wrong:
            by = Handle.parse(claimed.to).platform
            why = str(untaken(wrong, "something", kind=claimed.kind, by=by)) or "it failed"
        await self.office.store.write(partial(self._over, claimed, why))
        self.office.wake()

    async def _tell(self, handle: Handle, card: Card, key: str) -> None:
        way = self.office.ways.get(handle.platform)
        if way is None:
            raise ChatError("it is not configured here")
        await way.tell(handle, card, key)

    def _claim(self, row: Sent, tx: Transaction) -> tuple[Sent, Card] | None:
        claimed = tx.claim(row.id, self.office.me, LEASE)
        if claimed is None or claimed.book is None:
            return None
        person: Person = tx.load(claimed.book).state
        voice = self.office.voice(self.office.people(tx), person)
        match claimed.kind:
            case "code" if not person.proves(claimed.rev, tx.now):
                tx.sent(claimed.id, claimed.epoch, state="void")
                return None
            case "code":
                # Made again here: it is kept nowhere, neither before it is sent nor after.
                typed = code_of(self.office.seal, person.id, claimed.rev)
                return claimed, code_card(typed, self.office.rules.root, voice)
            case "test":
                return claimed, trial_card(person, voice)
        return claimed, outcome_card(person, voice)

    def _over(self, row: Sent, why: str, tx: Transaction) -> None:
        """It was taken, or why it was not: nothing of this is tried again by itself."""
        taken = tx.sent(row.id, row.epoch, state="failed" if why else "accepted", error=why[:200])
        if taken and row.kind == "test" and row.book:
            own(Try(row.to, int(row.payload["trial"]), why[:200]), row.book, self.office, tx)
