"""Every chapter, so that whoever opens the book knows all that can befall a schedule."""

from bot.oncall import calendar, changing, handoff, reading, rota, swap

CHAPTERS = (calendar, changing, handoff, reading, rota, swap)
