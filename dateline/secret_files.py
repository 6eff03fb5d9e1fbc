"""Secrets that lie in files, as Docker and systemd hand them over: never in the environment, which children inherit."""

from __future__ import annotations

from pathlib import Path

from dateline.settings import PREFIX, SettingsError

__all__ = ["LARGEST", "read_secret"]

LARGEST = 4096
"""Bytes: nobody's password is longer, and a wrong file may be."""


def read_secret(file: Path, setting: str, cure: str) -> str:
    """The one line of a file, without its end. `setting`: who names the file; `cure`: what the file should hold.

    Raises SettingsError where it can't be read, or holds nothing or something else.
    """
    named = f"{PREFIX}{setting.upper()}={file}"
    try:
        with file.open("rb") as opened:
            held = opened.read(LARGEST + 1)
        text = held.decode().rstrip("\r\n")
    except OSError as error:
        raise SettingsError(f"{named} can't be read ({error.strerror}): {cure}.") from None
    except ValueError:
        raise SettingsError(f"{named} isn't UTF-8: {cure}.") from None
    if not text:
        raise SettingsError(f"{named} is empty: {cure}.")
    if len(held) > LARGEST or "\n" in text or "\r" in text or "\0" in text:
        raise SettingsError(f"{named} holds more than one line of text: {cure}.")
    return text
