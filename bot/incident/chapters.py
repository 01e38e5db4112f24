"""Every chapter, so that whoever opens the book knows all that can befall an incident."""

from bot.incident import (
    edit,
    ending,
    escalate,
    follow,
    incident,
    lapse,
    ledger,
    lifecycle,
    paging,
    pins,
    readiness,
    reading,
    roles,
    rooms,
    seats,
    secrecy,
    snooze,
    summary,
    tasks,
    updates,
    whowould,
)  # fmt: skip
from bot.oncall import chapters as oncall
from bot.people import account, audit, channels, following, help, me, person, proposal

CHAPTERS = (
    audit,
    proposal,
    edit, ending, escalate, follow, incident, lapse, ledger, lifecycle, paging, pins, readiness, reading, roles, rooms,
    seats, secrecy, snooze, summary, tasks, updates, whowould, account, channels, following, help, me, person, oncall,
)  # fmt: skip
