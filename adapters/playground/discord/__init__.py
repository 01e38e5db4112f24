"""Discord on loopback: its HTTP API, its gateway, and what its client shows."""

from adapters.playground.discord.stand import Discord

__all__ = ["Discord"]
