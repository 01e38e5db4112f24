"""Every chapter, so that whoever opens the book knows all that can befall a schedule."""

from bot.oncall import changing, handoff, reading, rota, swap

CHAPTERS = (changing, handoff, reading, rota, swap)
