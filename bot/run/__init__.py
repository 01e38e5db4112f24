"""Running the house: adapters found by name, logs, signals, and everything at work until told to stop."""

from bot.run.adapters import channel_settings, find_channels, find_chat, settings_of
from bot.run.house import desk, house, served, signalled
from bot.run.logs import logs

__all__ = [
    "channel_settings",
    "desk",
    "find_channels",
    "find_chat",
    "house",
    "logs",
    "served",
    "settings_of",
    "signalled",
]
