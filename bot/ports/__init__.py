"""The doors of the house, and what passes through them.

`Chat` is the way out to one chat platform, `House` the way in. Everything that passes is a frozen
value without dialect; an adapter turns its platform's payloads into these (`read.py`) and back (`show.py`).
"""

from bot.ports.card import Button, Called, Can, Card, Copy, Fact, Link, Pace, Room
from bot.ports.doors import (
    Addressed,
    Bookmarks,
    Calendars,
    Channel,
    Chat,
    Dismissing,
    Doors,
    Examined,
    Finding,
    Menus,
    Mind,
    Mirror,
    Named,
    Rooms,
    Served,
    Webhooks,
)
from bot.ports.faults import ChatError, Forbidden, Gone, Partly, Throttled, Unreachable
from bot.ports.grammar import Choice, Form, Grammar, Option, Verb
from bot.ports.house import Foresight, House, Unheard, Watched
from bot.ports.names import Handle, MessageId, Place
from bot.ports.said import Receipt, Remark, RoomChange, Said

__all__ = [
    "Addressed",
    "Bookmarks",
    "Button",
    "Calendars",
    "Called",
    "Can",
    "Card",
    "Channel",
    "Chat",
    "ChatError",
    "Choice",
    "Copy",
    "Dismissing",
    "Doors",
    "Examined",
    "Fact",
    "Finding",
    "Forbidden",
    "Foresight",
    "Form",
    "Gone",
    "Grammar",
    "Handle",
    "House",
    "Link",
    "Menus",
    "MessageId",
    "Mind",
    "Mirror",
    "Named",
    "Option",
    "Pace",
    "Partly",
    "Place",
    "Receipt",
    "Remark",
    "Room",
    "RoomChange",
    "Rooms",
    "Said",
    "Served",
    "Throttled",
    "Unheard",
    "Unreachable",
    "Verb",
    "Watched",
    "Webhooks",
]
