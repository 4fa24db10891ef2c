"""The tokens of one reference column: their weights, the rows that have them, tokens that are like them.

An inverted index: token → rows, q-gram → tokens. A token's weight is the logarithm of the
number of rows divided by the number of rows that have the token, plus one, so that rare
tokens count more and none counts nothing; a token that no row has weighs as the average
one, since it is most likely a misspelling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.dataflow.fuzzy.similarity import Token
from dtserve.dataflow.fuzzy.tokens import grams

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["CUTOFF", "ColumnIndex"]

CUTOFF = 0.5
"""Edit distance up to which a token of the reference is a candidate for one of the input."""

MOST_SHARING = 192
"""Tokens that are compared with one of the input: those that share most q-grams with it."""

MOST_LIKE = 24
"""Candidates per token of the input, the most similar ones."""

REMEMBERED = 200_000
"""Tokens of the input whose candidates are remembered."""


class ColumnIndex:
    """Built from the tokens of every reference row (a series of lists)."""

    def __init__(self, tokens: pl.Series) -> None:
        import numpy as np
        import polars as pl

        self.rows = len(tokens)
        flat = pl.DataFrame({"t": tokens, "r": pl.int_range(self.rows, dtype=pl.UInt32, eager=True)})
        counts = tokens.list.len()
        self._starts = np.concatenate(([0], counts.cum_sum().to_numpy())).astype(np.int64)
        flat = flat.filter(counts > 0).explode("t")
        vocabulary = flat.select(pl.col("t").unique(maintain_order=True)).to_series()
        self._words: list[str] = vocabulary.to_list()
        self._ids = {word: at for at, word in enumerate(self._words)}
        numbered = flat["t"].replace_strict(
            vocabulary, pl.int_range(len(self._words), eager=True), return_dtype=pl.Int32
        )
        self._sequence = numbered.to_numpy() if len(flat) else np.empty(0, dtype=np.int32)
        posted = flat.select(numbered.alias("t"), "r").unique().sort("t", "r")
        self._posted = posted["r"].to_numpy()
        frequency = np.bincount(posted["t"].to_numpy(), minlength=len(self._words)) if len(posted) else np.empty(0)
        self._posting_starts = np.concatenate(([0], np.cumsum(frequency))).astype(np.int64)
        self._weights = np.log1p(self.rows / np.maximum(frequency, 1))
        self.average = float(self._weights.mean()) if len(self._words) else 1.0
        found: dict[str, list[int]] = {}
        for at, word in enumerate(self._words):
            for gram in grams(word):
                found.setdefault(gram, []).append(at)
        self._grams = {gram: np.array(words, dtype=np.int32) for gram, words in found.items()}
        self._like: dict[str, list[tuple[int, float]]] = {}

    @property
    def estimated_bytes(self) -> int:
        """About how much memory the index takes."""
        words = sum(len(word) for word in self._words) + 200 * len(self._words)
        postings = sum(len(found) for found in self._grams.values()) * 4 + 300 * len(self._grams)
        return int(self._sequence.nbytes + self._posted.nbytes + words + postings)

    def weight(self, token: str) -> float:
        """How much a token counts."""
        at = self._ids.get(token)
        return self.average if at is None else float(self._weights[at])

    def weighted(self, tokens: list[str]) -> list[Token]:
        """Tokens of the input with their weights."""
        return [(token, self.weight(token)) for token in tokens]

    def of_row(self, row: int) -> list[Token]:
        """The tokens of a reference row with their weights, in order."""
        found = self._sequence[self._starts[row] : self._starts[row + 1]].tolist()
        return [(self._words[at], float(self._weights[at])) for at in found]

    def rows_with(self, token_id: int) -> np.ndarray:
        """The rows that have a token, ascending."""
        return self._posted[self._posting_starts[token_id] : self._posting_starts[token_id + 1]]

    def like(self, token: str) -> list[tuple[int, float]]:
        """Tokens of the reference that are equal or share a q-gram: (id, one minus the edit distance), best first."""
        known = self._like.get(token)
        if known is None:
            if len(self._like) >= REMEMBERED:
                self._like.clear()
            known = self._like[token] = self._find(token)
        return known

    def _find(self, token: str) -> list[tuple[int, float]]:
        import numpy as np
        from rapidfuzz.distance import Levenshtein
        from rapidfuzz.process import cdist

        lists = [self._grams[gram] for gram in grams(token) if gram in self._grams]
        if not lists:
            return []
        candidates, shared = np.unique(np.concatenate(lists), return_counts=True)
        if len(candidates) > MOST_SHARING:
            candidates = candidates[np.argpartition(-shared, MOST_SHARING)[:MOST_SHARING]]
            candidates.sort()
        words = [self._words[at] for at in candidates.tolist()]
        distances = cdist([token], words, scorer=Levenshtein.normalized_distance, score_cutoff=CUTOFF)[0]
        near = distances.argsort(kind="stable")[:MOST_LIKE].tolist()
        return [(int(candidates[at]), 1.0 - float(distances[at])) for at in near if distances[at] <= CUTOFF]
