"""Every chapter, so that whoever opens the book knows all that can befall an incident."""

from bot.incident import incident, ledger, lifecycle, paging, reading, roles, rooms, summary, updates
from bot.oncall import chapters as oncall
from bot.people import account, help, person

CHAPTERS = (incident, ledger, lifecycle, paging, reading, roles, rooms, summary, updates, account, help, person, oncall)
