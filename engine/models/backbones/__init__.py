"""The sequence encoders by name."""

from collections.abc import Callable

from torch import nn

from engine.config import ModelSettings
from engine.models.backbones.sasrec import SASRec

BACKBONES: dict[str, Callable[[ModelSettings], nn.Module]] = {"sasrec": SASRec}
