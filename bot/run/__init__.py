"""Running the house: adapters found by name, logs, signals, and everything at work until told to stop."""

from bot.run.adapters import channel_settings, checked, find_channels, find_chat, secrets, settings_of
from bot.run.house import desk, house, served, signalled
from bot.run.logs import logs
from bot.run.reload import rereading

__all__ = [
    "channel_settings",
    "checked",
    "desk",
    "find_channels",
    "find_chat",
    "house",
    "logs",
    "rereading",
    "secrets",
    "served",
    "settings_of",
    "signalled",
]
