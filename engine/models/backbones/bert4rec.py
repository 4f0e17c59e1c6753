"""BERT4Rec: self-attention to both sides, trained by guessing masked items (Sun et al., 2019, section 3)."""

from torch import Tensor, nn

from engine.config import ModelSettings
from engine.models.attention import SelfAttention
from engine.models.backbones.encoder import SequenceEncoder
from engine.models.dropout import Dropout


class BERT4Rec(SequenceEncoder):
    """`blocks` Transformer blocks, then the projection of equation 7, GELU(h W + b), and a normalisation as in BERT.

    Blocks are normalised before each part, as in SASRec here, where the paper normalises after it: that trains
    well without a warm-up of the learning rate.
    """

    causal = False

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__(settings)
        self.blocks = nn.ModuleList(
            _Block(settings.dim, settings.heads, settings.dropout) for _ in range(settings.blocks)
        )
        self.outward = nn.Sequential(
            nn.LayerNorm(settings.dim), nn.Linear(settings.dim, settings.dim), nn.GELU(), nn.LayerNorm(settings.dim)
        )

    def forward(self, sequence: Tensor, valid: Tensor) -> Tensor:
        for block in self.blocks:
            sequence = block(sequence, valid)
        return self.outward(sequence)


class _Block(nn.Module):
    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(dim)
        self.attention = SelfAttention(dim, heads)
        self.feed_forward_norm = nn.LayerNorm(dim)
        self.feed_forward = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), Dropout(dropout), nn.Linear(4 * dim, dim))
        self.dropout = Dropout(dropout)

    def forward(self, sequence: Tensor, valid: Tensor) -> Tensor:
        sequence = sequence + self.dropout(self.attention(self.attention_norm(sequence), valid))
        return sequence + self.dropout(self.feed_forward(self.feed_forward_norm(sequence)))
