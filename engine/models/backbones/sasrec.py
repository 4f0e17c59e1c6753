"""SASRec: causal self-attention blocks (Kang and McAuley, 2018), normalised before each part."""

from torch import Tensor, nn

from engine.config import ModelSettings
from engine.models.attention import CausalSelfAttention
from engine.models.dropout import Dropout


class SASRec(nn.Module):
    """Encodes (batch, length, dim) inputs to states of the same shape; state t depends on inputs up to t."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            _Block(settings.dim, settings.heads, settings.dropout) for _ in range(settings.blocks)
        )
        self.norm = nn.LayerNorm(settings.dim)

    def forward(self, sequence: Tensor) -> Tensor:
        for block in self.blocks:
            sequence = block(sequence)
        return self.norm(sequence)


class _Block(nn.Module):
    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(dim)
        self.attention = CausalSelfAttention(dim, heads)
        self.feed_forward_norm = nn.LayerNorm(dim)
        self.feed_forward = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), Dropout(dropout), nn.Linear(dim, dim))
        self.dropout = Dropout(dropout)

    def forward(self, sequence: Tensor) -> Tensor:
        sequence = sequence + self.dropout(self.attention(self.attention_norm(sequence)))
        return sequence + self.dropout(self.feed_forward(self.feed_forward_norm(sequence)))
