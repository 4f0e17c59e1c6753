"""Residual codes by hand, what RQ-VAE must achieve on clustered data, and the diagnostics."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.config import SemanticIdSettings
from engine.errors import DataError
from engine.semantic_ids.averages import CodebookAverages
from engine.semantic_ids.diagnostics import diagnose
from engine.semantic_ids.quantisers import QUANTISERS
from engine.semantic_ids.residual import kmeans_codebooks, residual_codes
from engine.semantic_ids.rq_vae import RQVAE
from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds
from engine.semantic_ids.variance import standardised, unexplained

SETTINGS = SemanticIdSettings(
    depth=2, codebook_size=4, latent_dim=8, hidden_dim=16, steps=200, batch_size=16, learning_rate=0.01
)


def nothing(done: int, total: int) -> None: ...


def clustered(clusters: int = 4, each: int = 12) -> FloatArray:
    random = np.random.default_rng(0)
    centres = 10 * random.normal(size=(clusters, 12))
    return np.concatenate([centre + random.normal(size=(each, 12)) for centre in centres]).astype(np.float32)


def ids_of(codes: list[list[int]], size: int = 4) -> SemanticIds:
    array = np.array(codes)
    return SemanticIds(array, np.zeros((array.shape[1], size, 2), np.float32), 0.25)


def test_residual_codes_by_hand() -> None:
    codebooks = torch.tensor([[[0.0, 0.0], [10.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]])
    vectors = torch.tensor([[9.0, 1.0], [1.0, 0.2], [11.0, 0.0]])
    codes, quantised = residual_codes(vectors, codebooks)
    assert codes.tolist() == [[1, 1], [0, 0], [1, 0]]
    assert quantised.tolist() == [[10.0, 1.0], [1.0, 0.0], [11.0, 0.0]]


def test_rq_vae_loss_by_hand() -> None:
    model = RQVAE(2, SemanticIdSettings(depth=2, codebook_size=2, latent_dim=2, hidden_dim=4, commitment=0.25))
    model.encoder, model.decoder = torch.nn.Identity(), torch.nn.Identity()  # type: ignore[assignment]
    with torch.no_grad():
        model.codebooks.copy_(torch.tensor([[[0.0, 0.0], [4.0, 0.0]], [[0.0, 1.0], [9.0, 9.0]]]))
    loss, codes, residuals = model(torch.tensor([[5.0, 2.0]]))
    # Level 1 takes (4, 0) and leaves (1, 2); level 2 takes (0, 1) and leaves (1, 1).
    assert codes.tolist() == [[1, 0]]
    assert [rest.tolist() for rest in residuals] == [[[5.0, 2.0]], [[1.0, 2.0]]]
    level_1, level_2, reconstruction = (1 + 4) / 2, (1 + 1) / 2, (1 + 1) / 2
    assert loss.item() == pytest.approx(reconstruction + 1.25 * (level_1 + level_2))


def test_gradients_go_straight_through_to_the_encoder_and_into_the_chosen_codes_only() -> None:
    torch.manual_seed(0)
    model = RQVAE(6, SemanticIdSettings(depth=2, codebook_size=3, latent_dim=4, hidden_dim=5, commitment=0.0))
    with torch.no_grad():
        model.codebooks.normal_()
    loss, codes, _ = model(torch.randn(1, 6))
    loss.backward()
    assert model.encoder[0].weight.grad.abs().max() > 0
    touched = model.codebooks.grad.abs().sum(dim=2) > 0
    expected = torch.zeros(2, 3, dtype=torch.bool)
    expected[torch.arange(2), codes[0]] = True
    assert torch.equal(touched, expected)


def test_kmeans_codebooks_find_clusters_and_their_residuals() -> None:
    vectors = torch.tensor([[0.0], [1.0], [10.0], [11.0]])
    codebooks = kmeans_codebooks(vectors, levels=2, size=2, seed=0, progress=nothing)
    assert sorted(codebooks[0].flatten().tolist()) == [0.5, 10.5]
    assert sorted(codebooks[1].flatten().tolist()) == [-0.5, 0.5]
    assert torch.equal(residual_codes(vectors, codebooks)[1], vectors)


def test_rq_vae_gives_each_cluster_its_first_code() -> None:
    ids = QUANTISERS["rq-vae"](SETTINGS).fit(clustered(), nothing)
    first = ids.codes[:, 0].reshape(4, -1)
    assert all(len(set(row)) == 1 for row in first.tolist())
    assert len(set(first[:, 0].tolist())) == 4
    assert ids.reconstruction_error < 0.4


def test_deeper_and_larger_codebooks_reconstruct_better() -> None:
    vectors = clustered(8, 20)

    def error(depth: int, size: int) -> float:
        settings = SETTINGS.model_copy(update={"depth": depth, "codebook_size": size, "steps": 500})
        return QUANTISERS["rq-vae"](settings).fit(vectors, nothing).reconstruction_error

    assert error(3, 16) < error(2, 4) < error(1, 2)


def test_the_same_seed_gives_the_same_codes_whatever_the_global_generator() -> None:
    torch.manual_seed(1)
    first = QUANTISERS["rq-vae"](SETTINGS).fit(clustered(), nothing)
    torch.manual_seed(2)
    second = QUANTISERS["rq-vae"](SETTINGS).fit(clustered(), nothing)
    assert np.array_equal(first.codes, second.codes)
    assert np.array_equal(first.codebooks, second.codebooks)


def test_revival_moves_unused_codes_onto_residuals_and_no_others() -> None:
    model = RQVAE(2, SemanticIdSettings(depth=1, codebook_size=3, latent_dim=2, hidden_dim=4))
    with torch.no_grad():
        model.codebooks.copy_(torch.tensor([[[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]]))
    model.revive(torch.tensor([[False, True, False]]), [torch.tensor([[7.0, 8.0]])], torch.Generator())
    assert model.codebooks[0].tolist() == [[1.0, 1.0], [7.0, 8.0], [3.0, 3.0]]


def test_constant_dimensions_do_not_divide_by_zero() -> None:
    assert standardised(torch.ones(4, 3)).abs().max() == 0


def test_unexplained_variance_by_hand() -> None:
    vectors = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    assert unexplained(vectors, vectors) == 0
    assert unexplained(vectors, torch.zeros(2, 2)) == 1
    assert unexplained(vectors, torch.tensor([[1.0, 0.0], [-1.0, 0.0]])) == 0.5


def test_moving_averages_by_hand() -> None:
    codebooks = torch.tensor([[[2.0], [5.0]]])
    averages = CodebookAverages(codebooks)
    averages.update(torch.tensor([[0], [0]]), [torch.tensor([[4.0], [6.0]])])
    # 0.99 · 1 + 0.01 · 2 residuals; 0.99 · 2 + 0.01 · (4 + 6)
    assert codebooks[0, 0].item() == pytest.approx((0.99 * 2 + 0.1) / (0.99 + 0.02))
    assert codebooks[0, 1].item() == 5
    codebooks[0, 0] = 9
    averages.restart(torch.tensor([[True, False]]))
    averages.update(torch.tensor([[0]]), [torch.tensor([[9.0]])])
    assert codebooks[0, 0].item() == pytest.approx(9)


def test_diagnostics_by_hand() -> None:
    vectors = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]], dtype=np.float32)
    report = diagnose(ids_of([[0, 0], [0, 0], [1, 2], [1, 3]]), vectors)
    assert report["utilisation"] == [0.5, 0.75]
    assert report["perplexity"][0] == pytest.approx(2)
    assert report["perplexity"][1] == pytest.approx(math.exp(0.5 * math.log(2) + 2 * 0.25 * math.log(4)))
    assert report["collision_rate"] == 0.5
    assert report["largest_collision"] == 2
    assert report["unique_tuples"] == 3
    assert report["reconstruction_error"] == 0.25
    assert report["neighbour_preservation"] == pytest.approx(1 / 3)  # one of the three others shares the code


def test_equal_prefixes_get_equal_numbers() -> None:
    ids = ids_of([[0, 1], [0, 2], [3, 1], [0, 1]])
    first, whole = ids.prefix_numbers(1), ids.tuple_numbers
    assert first[0] == first[1] == first[3] != first[2]
    assert whole[0] == whole[3]
    assert len(set(whole.tolist())) == 3


def test_save_and_load(tmp_path: Path) -> None:
    ids = QUANTISERS["rq-vae"](SETTINGS).fit(clustered(), nothing)
    ids.save(tmp_path / "ids.safetensors")
    loaded = SemanticIds.load(tmp_path / "ids.safetensors")
    assert np.array_equal(loaded.codes, ids.codes)
    assert np.array_equal(loaded.codebooks, ids.codebooks)
    assert loaded.reconstruction_error == ids.reconstruction_error
    (tmp_path / "ids.safetensors").write_bytes(b"not one")
    with pytest.raises(DataError, match="damaged"):
        SemanticIds.load(tmp_path / "ids.safetensors")
