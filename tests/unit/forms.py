"""Strings that a regular expression matches, drawn evenly from its alternatives: rare ones come as often as others."""

from __future__ import annotations

import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from random import Random
from typing import Any

__all__ = ["Form"]


class Form:
    """A pattern of literals, sets, groups, alternatives, optional parts and backreferences; lookarounds are ignored."""

    def __init__(self, pattern: str, chosen: Random) -> None:
        self._tree = parser.parse(pattern)
        self._chosen = chosen

    def draw(self) -> str:
        """One string."""
        groups: dict[int, str] = {}
        return self._sequence(self._tree, groups)

    def _sequence(self, tree: Any, groups: dict[int, str]) -> str:
        return "".join(self._one(code, argument, groups) for code, argument in tree)

    def _one(self, code: Any, argument: Any, groups: dict[int, str]) -> str:
        if code is op.LITERAL:
            return chr(argument)
        if code is op.IN:
            return chr(self._chosen.choice(argument)[1])
        if code is op.BRANCH:
            return self._sequence(self._chosen.choice(argument[1]), groups)
        if code is op.SUBPATTERN:
            group, _, _, tree = argument
            groups[group] = self._sequence(tree, groups)
            return groups[group]
        if code is op.MAX_REPEAT:
            least, most, tree = argument
            return "".join(self._sequence(tree, groups) for _ in range(self._chosen.randint(least, most)))
        if code is op.GROUPREF:
            return groups[argument]
        assert code in (op.ASSERT, op.ASSERT_NOT), code
        return ""
