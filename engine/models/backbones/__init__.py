"""The sequence encoders by name."""

from engine.models.backbones.bert4rec import BERT4Rec
from engine.models.backbones.encoder import SequenceEncoder
from engine.models.backbones.gru4rec import GRU4Rec
from engine.models.backbones.hstu import HSTU
from engine.models.backbones.sasrec import SASRec

BACKBONES: dict[str, type[SequenceEncoder]] = {
    "sasrec": SASRec,
    "gru4rec": GRU4Rec,
    "bert4rec": BERT4Rec,
    "hstu": HSTU,
}
