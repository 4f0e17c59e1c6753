"""The encoders against slow, plain implementations of their formulas."""

import pytest
import torch
from torch.nn import functional as F

from engine.config import ModelSettings
from engine.models.backbones import BACKBONES
from engine.models.backbones.encoder import last_of
from engine.models.backbones.gru4rec import GRU4Rec
from engine.models.backbones.hstu import DISTANCES, HSTU

DIM, LENGTH = 8, 5


def inputs() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(2, LENGTH, DIM), torch.ones(2, LENGTH, dtype=torch.bool)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_the_last_states_alone_are_those_among_all_and_so_are_their_gradients(backbone: str) -> None:
    torch.manual_seed(0)
    encoder = BACKBONES[backbone](ModelSettings(dim=DIM, heads=2, blocks=2, cross_heads=1)).eval()
    lengths = torch.tensor([LENGTH, 1, 3])
    valid = torch.arange(LENGTH) < lengths[:, None]
    sequence, direction = torch.randn(3, LENGTH, DIM, requires_grad=True), torch.randn(3, DIM)
    everywhere = last_of(encoder(sequence, valid), lengths)
    alone = encoder.last(sequence, valid, lengths)
    torch.testing.assert_close(alone, everywhere, rtol=0, atol=1e-6)
    gradients = [
        torch.autograd.grad((states * direction).sum(), (sequence, *encoder.parameters()), allow_unused=True)
        for states in (everywhere, alone)
    ]
    torch.testing.assert_close(gradients[1], gradients[0], rtol=0, atol=1e-5)


def test_hstu_follows_its_formula() -> None:
    sequence, valid = inputs()
    encoder = HSTU(ModelSettings(dim=DIM, heads=2, blocks=1, cross_heads=1)).eval()
    unit = encoder.units[0]
    torch.nn.init.normal_(unit.bias)
    width = DIM // 2
    expected = torch.empty_like(sequence)
    for user, vectors in enumerate(sequence):
        parts = F.silu(F.linear(unit.input_norm(vectors), unit.inward.weight, unit.inward.bias))
        u, v, q, k = (parts[:, part * DIM : (part + 1) * DIM] for part in range(4))
        for t in range(LENGTH):
            mixed = torch.zeros(DIM)
            for head in range(2):
                own = slice(head * width, (head + 1) * width)
                for s in range(t + 1):
                    weight = F.silu(q[t, own] @ k[s, own] + unit.bias[head, t - s]) / (t + 1)
                    mixed[own] += weight * v[s, own]
            expected[user, t] = vectors[t] + unit.outward(unit.attention_norm(mixed) * u[t])
    torch.testing.assert_close(encoder(sequence, valid), encoder.norm(expected), rtol=0, atol=1e-5)


def test_far_places_share_the_last_bias_of_hstu() -> None:
    unit = HSTU(ModelSettings(dim=DIM, cross_heads=1, blocks=1)).units[0]
    with torch.no_grad():
        unit.bias.copy_(torch.arange(DISTANCES))
    biases = unit._biases(DISTANCES + 3)[0]
    assert biases[-1, :6].tolist() == [127, 127, 127, 127, 126, 125]
    assert biases[-1, -1] == 0


def test_gru4rec_walks_cell_by_cell() -> None:
    sequence, valid = inputs()
    encoder = GRU4Rec(ModelSettings(dim=DIM, blocks=2, cross_heads=1)).eval()
    states = sequence
    for layer in range(2):
        cell = torch.nn.GRUCell(DIM, DIM)
        cell.load_state_dict({name: encoder.recurrent.get_parameter(f"{name}_l{layer}") for name in cell.state_dict()})
        state, walked = torch.zeros(2, DIM), []
        for t in range(LENGTH):
            state = cell(states[:, t], state)
            walked.append(state)
        states = torch.stack(walked, dim=1)
    torch.testing.assert_close(encoder(sequence, valid), encoder.norm(encoder.outward(states)), rtol=0, atol=1e-6)
