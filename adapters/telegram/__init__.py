"""Telegram, by long polling on python-telegram-bot: `chat` the connection, `read` what was said, `show` what is said.

`wire` is the SDK and its errors, `stream` the updates, `desk` hears them in order, `reply` answers each.
"""

import os

# Otherwise the SDK warns whenever Telegram asks it to wait: lengths of time are about to change their type.
os.environ.setdefault("PTB_TIMEDELTA", "true")
