"""What befell a room without us: the incident that it belongs to is told."""

from bot.engine.carry import own
from bot.engine.office import Office
from bot.incident.rooms import NoticeRoom
from bot.ports import RoomChange
from bot.store.transaction import Transaction


def noticed(change: RoomChange, office: Office, tx: Transaction) -> None:
    """Write it down, once; rooms of which no incident knows are nobody's business."""
    found = tx.find(f"place {change.place}")
    if found is None or found.kind != "incident" or tx.heard(change.key) is not None:
        return
    tx.answer(change.key, b"null")
    moved = str(change.moved) if change.moved else ""
    own(NoticeRoom(str(change.place), change.what, change.name, moved), found, office, tx)
