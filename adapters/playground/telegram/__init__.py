"""Telegram on loopback: its Bot API, and what its client shows."""

from adapters.playground.telegram.stand import Telegram

__all__ = ["Telegram"]
