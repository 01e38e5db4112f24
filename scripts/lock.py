"""The locks: every package with its hashes, from any index. `write` resolves anew, `check` compares.

`requirements.txt` is for working on Tocsin, `requirements.run.txt` for running it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path("requirements.txt")
LOCKS = {LOCK: "--all-groups", Path("requirements.run.txt"): "--no-default-groups"}
UV = str(Path(sys.executable).with_name("uv"))


def export(upgrade: bool) -> dict[Path, str]:
    """The locks as uv exports them, without a word of where the packages come from."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("pyproject.toml", "README.md"):
            (Path(folder) / name).write_bytes(Path(name).read_bytes())
        if not upgrade and LOCK.exists():
            _seed(folder)
        line = [UV, "export", "--quiet", "--format", "requirements.txt", "--no-emit-project"]
        line += ["--no-header", "--no-annotate", "--directory", folder]
        return {
            path: subprocess.run([*line, groups], check=True, capture_output=True, text=True).stdout
            for path, groups in LOCKS.items()
        }


def _seed(folder: str) -> None:
    """Hold every package where the lock has it: what is new on the index since must not fail the check."""
    pins = [line.split(" ")[0] for line in LOCK.read_text().splitlines() if "==" in line]
    text = (Path(folder) / "pyproject.toml").read_text()
    held = ", ".join(f'"{pin}"' for pin in pins)
    (Path(folder) / "pyproject.toml").write_text(f"{text}\n[tool.uv]\nconstraint-dependencies = [{held}]\n")


def pins(text: str) -> list[str]:
    """A lock without its hashes: an index may hold more files of the same release than another."""
    return [line.rstrip(" \\") for line in text.splitlines() if "--hash" not in line]


if __name__ == "__main__":
    fresh = export(upgrade=sys.argv[1:] == ["write"])
    for path, text in fresh.items():
        if sys.argv[1:] == ["write"]:
            path.write_text(text)
        elif pins(text) != pins(path.read_text()):
            sys.exit(f"{path} does not follow from pyproject.toml: run `make lock`")
