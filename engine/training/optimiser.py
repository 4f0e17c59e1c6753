"""Adam over all weights, and over very large tables only where a step looked something up."""

import torch
from torch import nn

from engine.config import TrainingSettings


class Optimiser:
    """Adam (Kingma and Ba, 2015). Rows of a table with sparse gradients rest, moments, weight decay and all, while
    nothing asks for them: else a step would cost as much as the catalogue is long."""

    def __init__(self, model: nn.Module, settings: TrainingSettings) -> None:
        self._tables = tables_by_row(model)
        rest = [weight for weight in model.parameters() if all(weight is not table for table in self._tables)]
        rate, decay = settings.learning_rate, settings.weight_decay
        self._decay = decay
        self._parts: list[torch.optim.Optimizer] = []
        if rest:
            self._parts.append(torch.optim.Adam(rest, lr=rate, weight_decay=decay, fused=True))
        if self._tables:
            self._parts.append(torch.optim.SparseAdam(self._tables, lr=rate))

    def backward(self, loss: torch.Tensor) -> None:
        """New gradients, each row of a sparse one once."""
        for part in self._parts:
            part.zero_grad()
        loss.backward()
        for table in self._tables:
            if table.grad is not None:
                table.grad = table.grad.coalesce()
                table.grad.values().add_(table.detach()[table.grad.indices()[0]], alpha=self._decay)

    def step(self) -> None:
        for part in self._parts:
            part.step()


def tables_by_row(model: nn.Module) -> list[torch.Tensor]:
    """The weights of a model's embeddings that have sparse gradients."""
    return [module.weight for module in model.modules() if isinstance(module, nn.Embedding) and module.sparse]
