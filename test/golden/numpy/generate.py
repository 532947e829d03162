"""Makes test/golden/vectors/numpy-arrays.npz: arrays as numpy.savez writes them, which exported traces must equal file by file.

    python3 -m venv VENV && VENV/bin/pip install -r test/golden/numpy/requirements.txt
    VENV/bin/python test/golden/numpy/generate.py
"""

from pathlib import Path

import numpy as np

VECTORS = Path(__file__).resolve().parent.parent / "vectors"

np.savez(
    VECTORS / "numpy-arrays.npz",
    **{
        "matrix": (np.arange(6, dtype=np.float32).reshape(2, 3) / 7),
        "vector": np.array([1.5, -0.0, 3e-41, -7.25], dtype=np.float32),
        "layer0.forward.f": np.full((3, 1), 0.1, dtype=np.float32),
        "tokens": np.array(["a", "", "naïve", "😀 (", "\n"]),
    },
)
