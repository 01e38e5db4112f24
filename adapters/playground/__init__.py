"""Slack, Discord and Telegram on loopback, spoken to by the real SDKs: the demo without tokens, and the test bench."""
