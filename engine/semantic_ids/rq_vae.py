"""RQ-VAE: residual quantisation in the latent space of an autoencoder.

Source: Zeghidour et al., SoundStream (2021), and Rajput et al., TIGER (2023, section 3.1); codebooks start
from k-means and dead codes are revived.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.config import SemanticIdSettings
from engine.semantic_ids.residual import kmeans_codebooks, nearest_codes, residual_codes
from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds

KMEANS_SAMPLE = 20_000
SETTLED_SHARE = 0.8  # no code is revived after this share of the epochs, so that the last ones settle


class RQVAE(nn.Module):
    """Autoencoder whose latent vector is replaced by a sum of one code per level."""

    def __init__(self, width: int, settings: SemanticIdSettings) -> None:
        super().__init__()
        hidden, latent = settings.hidden_dim, settings.latent_dim
        self.encoder = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, width))
        self.codebooks = nn.Parameter(torch.zeros(settings.depth, settings.codebook_size, latent))
        self.commitment = settings.commitment

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Loss, codes (rows, levels) and, per level, the residuals (rows, latent) that were coded.

        Loss: reconstruction + sum over levels of ||sg(r) - e||² + commitment · ||r - sg(e)||².
        """
        latent = self.encoder(inputs)
        rest, residuals, codes = latent, [], []
        quantisation = inputs.new_zeros(())
        for codebook in self.codebooks:
            chosen = nearest_codes(rest.detach(), codebook.detach())
            code = codebook[chosen]
            quantisation = quantisation + F.mse_loss(code, rest.detach())
            quantisation = quantisation + self.commitment * F.mse_loss(rest, code.detach())
            residuals.append(rest.detach())
            codes.append(chosen)
            rest = rest - code.detach()
        quantised = latent - rest.detach()  # the sum of the codes; its gradient goes straight to the latent
        return F.mse_loss(self.decoder(quantised), inputs) + quantisation, torch.stack(codes, dim=1), residuals

    @torch.no_grad()
    def revive(self, used: Tensor, residuals: list[Tensor], generator: torch.Generator) -> None:
        """Move codes that no item used (`used` (levels, size) is False) onto random residuals of their level."""
        for level, rest in enumerate(residuals):
            dead = torch.nonzero(~used[level]).flatten()
            chosen = torch.randint(len(rest), (len(dead),), generator=generator)
            self.codebooks[level, dead] = rest[chosen]


class RQVAEQuantiser:
    """Text vectors to semantic IDs by an RQ-VAE."""

    def __init__(self, settings: SemanticIdSettings) -> None:
        self._settings = settings

    def fit(self, vectors: FloatArray, progress: Callable[[int, int], None]) -> SemanticIds:
        """Semantic IDs of `vectors` (items, width); `progress(epoch, epochs)` may raise to stop."""
        settings = self._settings
        inputs = standardised(torch.from_numpy(vectors))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            model = RQVAE(inputs.shape[1], settings)
        generator = torch.Generator().manual_seed(settings.seed)
        sample = inputs[torch.randperm(len(inputs), generator=generator)[:KMEANS_SAMPLE]]
        with torch.no_grad():
            model.codebooks.copy_(
                kmeans_codebooks(model.encoder(sample), settings.depth, settings.codebook_size, settings.seed)
            )
        optimiser = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate)
        for epoch in range(settings.epochs):
            progress(epoch, settings.epochs)
            used = torch.zeros(settings.depth, settings.codebook_size, dtype=torch.bool)
            for batch in torch.randperm(len(inputs), generator=generator).split(settings.batch_size):
                loss, codes, residuals = model(inputs[batch])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                used[torch.arange(settings.depth), codes] = True
            if epoch < SETTLED_SHARE * settings.epochs:
                model.revive(used, residuals, generator)
        progress(settings.epochs, settings.epochs)
        return self._result(model, inputs)

    @torch.no_grad()
    def _result(self, model: RQVAE, inputs: Tensor) -> SemanticIds:
        codes, quantised = residual_codes(model.encoder(inputs), model.codebooks)
        error = F.mse_loss(model.decoder(quantised), inputs) / inputs.var(correction=0).clamp_min(1e-12)
        return SemanticIds(codes.numpy(), model.codebooks.numpy().copy(), float(error))


def standardised(vectors: Tensor) -> Tensor:
    """Every dimension shifted to mean 0 and scaled to deviation 1: unit-norm text vectors collapse otherwise."""
    centred = vectors - vectors.mean(dim=0)
    return centred / centred.std(dim=0, correction=0).clamp_min(1e-6)
