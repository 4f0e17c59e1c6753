"""GRU4Rec: a recurrent network over the sequence (Hidasi et al., 2016), trained here at every position."""

from torch import Tensor, nn

from engine.config import ModelSettings
from engine.models.backbones.encoder import SequenceEncoder
from engine.models.dropout import Dropout


class GRU4Rec(SequenceEncoder):
    """`blocks` layers of gated recurrent units as wide as the item vectors, then a projection and a normalisation.

    The projection lets states leave the range (-1, 1) of a recurrent unit, the normalisation gives scores the
    same scale as the other encoders do.
    """

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__(settings)
        between_layers = settings.dropout if settings.blocks > 1 else 0.0
        self.recurrent = nn.GRU(
            settings.dim, settings.dim, num_layers=settings.blocks, batch_first=True, dropout=between_layers
        )
        self.dropout = Dropout(settings.dropout)
        self.outward = nn.Linear(settings.dim, settings.dim)
        self.norm = nn.LayerNorm(settings.dim)

    def forward(self, sequence: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        states, _ = self.recurrent(sequence)
        return self.norm(self.outward(self.dropout(states)))
