"""Dropout that is fast on a CPU: its random bits are drawn eight bytes at a time instead of a number per element."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

STEPS = 1 << 16  # the share dropped is exact to 1 / STEPS
_LEAST = torch.iinfo(torch.int64).min


class Dropout(nn.Module):
    """Zeroes a share `rate` of the entries while training and scales the rest so that the mean stays.

    Drawn from torch's global generator, so that a seed repeats it.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self._dropped = round(rate * STEPS)

    def forward(self, values: Tensor) -> Tensor:
        """The same shape as `values`, of any shape."""
        if not self.training or not self._dropped:
            return values
        if values.is_cuda:
            return F.dropout(values, self.rate)
        count = values.numel()
        draws = torch.empty((count + 3) // 4, dtype=torch.int64).random_(_LEAST, None).view(torch.int16)
        kept = draws[:count].view(values.shape) >= self._dropped - STEPS // 2
        return values * kept.to(values.dtype).mul_(STEPS / (STEPS - self._dropped))

    def extra_repr(self) -> str:
        return f"rate={self.rate:g}"
