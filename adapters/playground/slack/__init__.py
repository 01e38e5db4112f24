"""Slack on loopback: its Web API, its Socket Mode, and what its client shows."""

from adapters.playground.slack.stand import Slack

__all__ = ["Slack"]
