"""Other threads may be kept from stopping the window, and everything is as before afterwards."""

import gc
import subprocess
import sys
from pathlib import Path

from workbench.calm import calm


def test_full_collections_pause_and_come_back() -> None:
    usual = gc.get_threshold()
    with calm():
        assert gc.get_threshold()[2] > 100_000
        with calm():
            pass
        assert gc.get_threshold()[2] > 100_000
        assert gc.get_threshold()[:2] == usual[:2]
    assert gc.get_threshold() == usual


def test_torch_is_loaded_whole_and_works() -> None:
    program = """
import sys
from workbench.calm import load_torch
assert "torch" not in sys.modules
load_torch()
load_torch()
import torch
assert torch.ones(2, 2).matmul(torch.ones(2, 2)).sum().item() == 8
"""
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", program], cwd=root, check=True, timeout=120)
