"""The configuration: what can stand in it, and reading it from `tocsin.toml` and the environment."""

from bot.config.file import BESIDE, BadConfig, File, check, load
from bot.config.shape import Config

__all__ = ["BESIDE", "BadConfig", "Config", "File", "check", "load"]
