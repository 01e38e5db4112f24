"""How bad it is, where it stands, who does what, and whom it is told to."""

from enum import IntEnum, StrEnum

from bot.text.words import N_


class Severity(IntEnum):
    """SEV1 is the worst."""

    SEV1 = 1
    SEV2 = 2
    SEV3 = 3
    SEV4 = 4
    SEV5 = 5

    @property
    def said(self) -> str:
        return self.name

    @property
    def meaning(self) -> str:
        """What it means, for whoever has to choose."""
        return MEANINGS[self]


MEANINGS = {
    1: N_("SEV1: critical, everybody is affected"),
    2: N_("SEV2: major, many are affected"),
    3: N_("SEV3: minor, some are affected"),
    4: N_("SEV4: low, hardly anybody notices"),
    5: N_("SEV5: for information"),
}


class Status(StrEnum):
    """Where an incident stands."""

    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"

    @property
    def said(self) -> str:
        return STANDINGS[self]

    @property
    def mark(self) -> str:
        """One letter that says it at a glance."""
        return MARKS.get(self.value, "●")


MARKS = {"triage": "▲", "resolved": "✔", "closed": "✔", "cancelled": "✕", "merged": "⇢"}
STANDINGS = {
    "triage": N_("triage"),
    "investigating": N_("investigating"),
    "identified": N_("identified"),
    "monitoring": N_("monitoring"),
    "resolved": N_("resolved"),
    "closed": N_("closed"),
    "cancelled": N_("cancelled"),
    "merged": N_("merged"),
}


class Role(StrEnum):
    """Who does what during an incident."""

    COMMANDER = "commander"
    COMMS = "comms"
    SCRIBE = "scribe"
    OPS = "ops"

    @property
    def said(self) -> str:
        return DUTIES[self]

    @property
    def aliases(self) -> tuple[str, ...]:
        """What people type for it besides its name."""
        return {
            "commander": ("ic", "incident commander", "lead"),
            "comms": ("communications", "communications lead", "cl"),
            "scribe": ("notes",),
            "ops": ("operations", "operations lead", "ol"),
        }[self.value]


DUTIES = {
    "commander": N_("incident commander"),
    "comms": N_("communications lead"),
    "scribe": N_("scribe"),
    "ops": N_("operations lead"),
}


class Audience(StrEnum):
    """Whom a summary is for."""

    EXEC = "exec"
    RESPONDER = "responder"
    CUSTOMER = "customer"

    @property
    def said(self) -> str:
        return READERS[self]

    @property
    def aliases(self) -> tuple[str, ...]:
        """What people type for it besides its name."""
        return ALIASES[self]


READERS = {
    "exec": N_("executives: short, what it means"),
    "responder": N_("responders: everything"),
    "customer": N_("customers: no names, no internals"),
}
ALIASES = {
    "exec": ("executive", "manager", "boss"),
    "responder": ("responders", "team"),
    "customer": ("customers", "public"),
}
