"""Bodies as clients send them: JSON, or a form with files beside it.

https://docs.discord.com/developers/reference#uploading-files
"""

import json
from email import policy
from email.parser import BytesParser
from typing import Any


def told(raw: bytes, kind: str) -> Any:
    """What a body says; of files only how they are called and how long they are. Raises `ValueError`."""
    if not kind.startswith("multipart/form-data"):
        return json.loads(raw) if raw else {}
    head = f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n".encode()
    parts = {
        str(part.get_param("name", header="content-disposition")): part
        for part in BytesParser(policy=policy.HTTP).parsebytes(head + raw).iter_parts()
    }
    body = json.loads(parts.pop("payload_json").get_content()) if "payload_json" in parts else {}
    files = [
        {"id": number, "filename": each.get_filename() or "unknown", "size": len(each.get_payload(decode=True))}
        for number, each in enumerate(parts.values())
    ]
    return {**body, "attachments": files} if files else body
