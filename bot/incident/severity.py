"""How bad it is, and where it stands."""

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

    @property
    def said(self) -> str:
        return STANDINGS[self]

    @property
    def mark(self) -> str:
        """One letter that says it at a glance."""
        return {"triage": "▲", "resolved": "✔"}.get(self.value, "●")


STANDINGS = {
    "triage": N_("triage"),
    "investigating": N_("investigating"),
    "identified": N_("identified"),
    "monitoring": N_("monitoring"),
    "resolved": N_("resolved"),
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
