"""SASRec: causal self-attention blocks (Kang and McAuley, 2018), normalised before each part."""

from typing import cast

from torch import Tensor, nn

from engine.config import ModelSettings
from engine.models.attention import SelfAttention
from engine.models.backbones.encoder import SequenceEncoder, last_of
from engine.models.dropout import Dropout


class SASRec(SequenceEncoder):
    """`blocks` Transformer blocks, then a normalisation."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__(settings)
        self.blocks = nn.ModuleList(
            _Block(settings.dim, settings.heads, settings.dropout) for _ in range(settings.blocks)
        )
        self.norm = nn.LayerNorm(settings.dim)

    def forward(self, sequence: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        for block in self.blocks:
            sequence = block(sequence)
        return self.norm(sequence)

    def last(self, sequence: Tensor, valid: Tensor, lengths: Tensor) -> Tensor:
        for block in self.blocks[:-1]:
            sequence = block(sequence)
        final = cast(_Block, self.blocks[-1])
        return self.norm(final.last(sequence, valid, lengths))


class _Block(nn.Module):
    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(dim)
        self.attention = SelfAttention(dim, heads)
        self.feed_forward_norm = nn.LayerNorm(dim)
        self.feed_forward = nn.Sequential(nn.Linear(dim, dim), Dropout(dropout), nn.ReLU(), nn.Linear(dim, dim))
        self.dropout = Dropout(dropout)

    def forward(self, sequence: Tensor) -> Tensor:
        return self._fed_forward(sequence + self.dropout(self.attention(self.attention_norm(sequence))))

    def last(self, sequence: Tensor, valid: Tensor, lengths: Tensor) -> Tensor:
        """(batch, dim): as `forward`, but only at the last position of each, which sees all that are valid."""
        drawn = self.attention.last(self.attention_norm(sequence), valid, lengths)
        return self._fed_forward(last_of(sequence, lengths) + self.dropout(drawn))

    def _fed_forward(self, sequence: Tensor) -> Tensor:
        return sequence + self.dropout(self.feed_forward(self.feed_forward_norm(sequence)))
