"""RQ-VAE: residual quantisation in the latent space of an autoencoder.

Source: Zeghidour et al., SoundStream (2021, section III-C), and Rajput et al., TIGER (2023, section 3.1); codebooks
start from k-means and dead codes are revived.
"""

from collections.abc import Callable, Iterator
from itertools import islice

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.config import SemanticIdSettings
from engine.semantic_ids.averages import CodebookAverages
from engine.semantic_ids.residual import kmeans_codebooks, nearest_codes, residual_codes
from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds
from engine.semantic_ids.variance import standardised, unexplained

SETTLED_SHARE = 0.8  # after this share of the steps no code is revived and the learning rate falls to 0
REVIVAL_STEPS = 100  # a code is dead that no item chose in so many steps, or in a whole pass
REPORT_STEPS = 10


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
            code = F.embedding(chosen, codebook)
            quantisation = quantisation + F.mse_loss(code, rest.detach())
            quantisation = quantisation + self.commitment * F.mse_loss(rest, code.detach())
            residuals.append(rest.detach())
            codes.append(chosen)
            rest = rest - code.detach()
        quantised = latent - rest.detach()  # the sum of the codes; its gradient goes straight to the latent
        return F.mse_loss(self.decoder(quantised), inputs) + quantisation, torch.stack(codes, dim=1), residuals

    @torch.no_grad()
    def revive(self, dead: Tensor, residuals: list[Tensor], generator: torch.Generator) -> None:
        """Move the codes that are `dead` (levels, size) onto random residuals of their level."""
        for level, rest in enumerate(residuals):
            gone = torch.nonzero(dead[level]).flatten()
            chosen = torch.randint(len(rest), (len(gone),), generator=generator)
            self.codebooks[level, gone] = rest[chosen]


class RQVAEQuantiser:
    """Text vectors to semantic IDs by an RQ-VAE."""

    def __init__(self, settings: SemanticIdSettings) -> None:
        self._settings = settings

    def fit(self, vectors: FloatArray, progress: Callable[[int, int], object]) -> SemanticIds:
        """Semantic IDs of `vectors` (items, width); `progress(step, steps)` may raise to stop."""
        settings = self._settings
        inputs = standardised(torch.from_numpy(vectors))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            model = RQVAE(inputs.shape[1], settings)
        with torch.no_grad():
            start = kmeans_codebooks(
                model.encoder(inputs),
                *(settings.depth, settings.codebook_size, settings.seed),
                lambda *_: progress(0, settings.steps),
            )
            model.codebooks.copy_(start)
        self._train(model, inputs, progress)
        return self._result(model, inputs)

    def _train(self, model: RQVAE, inputs: Tensor, progress: Callable[[int, int], object]) -> None:
        settings, steps = self._settings, self._settings.steps
        averages = None
        if settings.codebook_update == "ema":
            model.codebooks.requires_grad_(False)
            averages = CodebookAverages(model.codebooks)
        generator = torch.Generator().manual_seed(settings.seed)
        optimiser = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate)
        settling = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min(1.0, (1 - step / steps) / (1 - SETTLED_SHARE))
        )
        levels = torch.arange(settings.depth)
        dead = torch.ones(settings.depth, settings.codebook_size, dtype=torch.bool)
        watched = min(REVIVAL_STEPS, max(1, len(inputs) // settings.batch_size))
        batches = _batches(len(inputs), settings.batch_size, generator)
        for step, batch in enumerate(islice(batches, steps), start=1):
            if step % REPORT_STEPS == 1:
                progress(step - 1, steps)
            loss, codes, residuals = model(inputs[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            settling.step()
            if averages is not None:
                averages.update(codes, residuals)
            dead[levels, codes] = False
            if step % watched == 0:
                if step < SETTLED_SHARE * steps:
                    model.revive(dead, residuals, generator)
                    if averages is not None:
                        averages.restart(dead)
                dead.fill_(True)
        progress(steps, steps)

    @torch.no_grad()
    def _result(self, model: RQVAE, inputs: Tensor) -> SemanticIds:
        codes, quantised = residual_codes(model.encoder(inputs), model.codebooks)
        error = unexplained(inputs, model.decoder(quantised))
        return SemanticIds(codes.numpy(), model.codebooks.detach().numpy().copy(), error)


def _batches(rows: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Row numbers, `size` at a time (or all, where there are fewer) and shuffled anew in every pass, without end."""
    whole = max(1, rows // size) * size
    while True:
        yield from torch.randperm(rows, generator=generator)[:whole].split(size)
