"""Names for channels."""

import re
import unicodedata

MOST = 80


def channel_name(title: str) -> str:
    """A title as the platform allows it for a channel: `#42 DB is down!` becomes `inc-42-db-is-down`.

    At most 80 lower-case letters of any script, digits, hyphens and underscores.
    """
    letters = unicodedata.normalize("NFKC", title).lower()
    slug = re.sub(r"[\W_]+", "-", letters).strip("-")
    return f"inc-{slug}"[:MOST].rstrip("-")
