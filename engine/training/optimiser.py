"""Adam over all weights, and over very large tables only where a step looked something up."""

from collections import defaultdict
from typing import Any

import torch
from torch import Tensor, nn

from engine.config import TrainingSettings
from engine.training.state import State


class Optimiser:
    """Adam (Kingma and Ba, 2015). Rows of a table with sparse gradients rest, moments, weight decay and all, while
    nothing asks for them: else a step would cost as much as the catalogue is long."""

    def __init__(self, model: nn.Module, settings: TrainingSettings) -> None:
        weights, self._tables = weights_and_tables(model)
        rate, self._decay = settings.learning_rate, settings.weight_decay
        self._parts: list[torch.optim.Optimizer] = []
        if weights:
            self._parts.append(torch.optim.Adam(weights, lr=rate, weight_decay=self._decay, fused=True))
        if self._tables:
            self._parts.append(torch.optim.SparseAdam(self._tables, lr=rate))

    def backward(self, loss: Tensor) -> None:
        """New gradients, each row of a sparse one once."""
        loss.backward()
        for table in self._tables:
            if table.grad is not None:
                table.grad = table.grad.coalesce()
                if self._decay:
                    table.grad.values().add_(table.detach()[table.grad.indices()[0]], alpha=self._decay)

    @property
    def learning_rate(self) -> float:
        return float(self._parts[0].param_groups[0]["lr"])

    def gradient_norm(self) -> Tensor:
        """() the 2-norm of all gradients together, before the step that takes them away."""
        gradients = [each.grad for part in self._parts for group in part.param_groups for each in group["params"]]
        known = [each.values() if each.is_sparse else each for each in gradients if each is not None]
        return nn.utils.get_total_norm(known)

    def step(self) -> None:
        """Change the weights, and let go of the gradients before the next step needs the memory."""
        for part in self._parts:
            part.step()
            part.zero_grad()

    def state(self) -> State:
        """What `restore` needs: the moments of all weights, and how many steps they were changed in."""
        return {
            f"{number}.{weight}.{name}": value
            for number, part in enumerate(self._parts)
            for weight, values in part.state_dict()["state"].items()
            for name, value in values.items()
        }

    def restore(self, state: State) -> None:
        """Go on from a `state` of an optimiser of the same model; rate and decay are those of the settings."""
        parts: list[defaultdict[int, dict[str, Any]]] = [defaultdict(dict) for _ in self._parts]
        for key, value in state.items():
            number, weight, name = key.split(".", 2)
            parts[int(number)][int(weight)][name] = value
        for part, values in zip(self._parts, parts, strict=True):
            part.load_state_dict({"state": dict(values), "param_groups": part.state_dict()["param_groups"]})


def weights_and_tables(model: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """The usual weights of a model, and those of its embeddings with sparse gradients."""
    tables = [each.weight for each in model.modules() if isinstance(each, nn.Embedding) and each.sparse]
    return [weight for weight in model.parameters() if all(weight is not table for table in tables)], tables
