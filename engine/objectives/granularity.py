"""L_gran: a user seen with half of the semantic-ID levels masked is still the same user."""

from typing import Literal

import torch
from torch import Tensor

from engine.objectives.contrastive import info_nce, info_nce_one_way, soft_contrast


def masked_levels(gate: Tensor, rule: Literal["lowest", "random", "highest"]) -> Tensor:
    """(batch, levels) which levels to mask: half of them (rounded down), by `gate` weights (batch, levels)."""
    levels = gate.shape[1]
    order = {"lowest": gate, "highest": -gate, "random": torch.rand_like(gate)}[rule].argsort(dim=1)
    masked = torch.zeros_like(gate, dtype=torch.bool)
    return masked.scatter(1, order[:, : levels // 2], True)


def granularity_alignment(
    masked_users: Tensor,
    full_users: Tensor,
    temperature: float,
    form: Literal["contrastive", "soft", "info_nce"] = "contrastive",
) -> Tensor:
    """In-batch contrast between the two views (batch, dim) of the same users (method, L_gran)."""
    match form:
        case "contrastive":
            identity = torch.eye(len(full_users), device=full_users.device)
            return info_nce(masked_users, full_users, identity, temperature)
        case "soft":
            return soft_contrast(masked_users, full_users, temperature)
        case _:
            return info_nce_one_way(masked_users, full_users, temperature)
