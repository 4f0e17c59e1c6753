"""The tree that semantic IDs form: every prefix of codes is a node, and the items that begin with it lie below it."""

from dataclasses import dataclass

import numpy as np

from engine.semantic_ids.semantic_ids import CodeArray


@dataclass(frozen=True)
class Branch:
    """The items whose codes begin with `prefix`: in the order of the tree those from `start` up to, without, `end`."""

    prefix: tuple[int, ...]
    start: int
    end: int

    @property
    def size(self) -> int:
        """How many items there are."""
        return self.end - self.start


class CodeTree:
    """Answers for one node at a time: items are kept in the order of their codes, so that a node is a range of them."""

    def __init__(self, codes: CodeArray, counts: CodeArray) -> None:
        """`codes` (items, levels); `counts` (items,) training interactions, by which the items of a node are ordered."""
        self._counts = counts
        self._order = np.lexsort(codes.T[::-1])
        self._codes = codes[self._order]
        self.root = Branch((), 0, len(codes))

    @property
    def levels(self) -> int:
        return self._codes.shape[1]

    def children(self, branch: Branch) -> list[Branch]:
        """The nodes one code longer, the one with most items first; none below a whole semantic ID."""
        level = len(branch.prefix)
        if level == self.levels:
            return []
        codes, starts = np.unique(self._codes[branch.start : branch.end, level], return_index=True)
        edges = [*(branch.start + starts).tolist(), branch.end]
        found = [
            Branch((*branch.prefix, code), start, end)
            for code, start, end in zip(codes.tolist(), edges, edges[1:], strict=False)
        ]
        return sorted(found, key=lambda child: -child.size)

    def find(self, prefix: tuple[int, ...]) -> Branch | None:
        """The node of a prefix; None where no item begins with it."""
        start, end = 0, len(self._codes)
        for level, code in enumerate(prefix):
            if level == self.levels:
                return None
            column = self._codes[start:end, level]
            start, end = start + int(np.searchsorted(column, code)), start + int(np.searchsorted(column, code, "right"))
        return Branch(prefix, start, end) if end > start else None

    def items(self, branch: Branch) -> CodeArray:
        """(size,) rows of the items of a node, the most popular first."""
        rows = self._order[branch.start : branch.end]
        return rows[np.lexsort((rows, -self._counts[rows]))]
