"""Every chapter, so that whoever opens the book knows all that can befall a schedule."""

from bot.oncall import away, calendar, changing, handoff, reading, rota, swap

CHAPTERS = (away, calendar, changing, handoff, reading, rota, swap)
