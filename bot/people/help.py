"""Help: made from the commands themselves."""

from bot.book import Refused
from bot.grammar import Desk, Query, query, verb, words
from bot.ports import Card, Verb
from bot.text.rich import Block, Item, Line, Para, bold, code, line
from bot.text.words import N_

TOLD = 16
"""Commands that are told with what they do, the first of their ranks; the others by name: a message has an end."""


@query("help", "?", rank=16, private=True)
class Help(Query):
    """What there is to say, or all about one command."""

    command: str = words(N_("The command to explain."))

    on = "house"

    def answer(self, desk: Desk) -> Card:
        grammar = desk.grammar()
        if not self.command:
            items = tuple(Item(self._told(grammar.root, each, desk)) for each in grammar.verbs[:TOLD])
            more = Para(desk.voice.say(N_("In a war room `!ack` will do. `help ack` tells more.")))
            names = ", ".join(each.name for each in grammar.verbs[TOLD:])
            rest = Para(desk.voice.say(N_("And there is: {names}."), names=names))
            return Card(title=line(bold(desk.voice.word(N_("Help")))), body=(*items, more, rest), to="speaker")
        cls, _ = verb(self.command)
        found = grammar.verb(cls.names[0])
        if found is None:
            raise Refused(N_("There is no “{word}”. `help` lists what there is."), word=self.command[:40])
        return Card(
            title=line(code(f"/{grammar.root} {found.usage}")), body=tuple(self._page(found, desk)), to="speaker"
        )

    def _told(self, root: str, found: Verb, desk: Desk) -> Line:
        return line(code(f"/{root} {found.name}"), "  ", desk.voice.help(found.help))

    def _page(self, found: Verb, desk: Desk) -> list[Block]:
        page: list[Block] = [Para(desk.voice.help(found.help))]
        if found.more:
            page.append(Para(desk.voice.help(found.more)))
        for option in found.options:
            can = ", ".join(choice.value for choice in option.choices)
            page.append(Item(line(code(option.name), "  ", desk.voice.help(option.help), f" ({can})" if can else "")))
        if found.aliases:
            page.append(Para(desk.voice.say(N_("Also: {aliases}"), aliases=", ".join(found.aliases))))
        return page
