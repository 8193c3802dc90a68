"""all-MiniLM-L6-v2: sentences to unit embeddings, by torch alone.

sentence-transformers reads the same files, and the tests compare the two. But importing it
imports scikit-learn, pandas and all of transformers, which takes longer than a search.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photorank.encoders.base import unit_rows
from photorank.encoders.parallel_batches import each_batch
from photorank.typing import Embeddings

if TYPE_CHECKING:
    from torch import Tensor, nn

_WORDS, _POSITIONS, _WIDTH, _INNER, _HEADS, _LAYERS = 30522, 512, 384, 1536, 12, 6
_MOST_TOKENS = 256  # of a sentence; the model was trained with no more
_SENTENCES_AT_ONCE = 64
_EPSILON = 1e-12  # of the layer normalisation
_QUERY_KEY_VALUE = ("query", "key", "value")
# Where torch's transformer layer keeps what BERT's layer calls otherwise.
_PARTS = {
    "attention.output.dense": "self_attn.out_proj",
    "attention.output.LayerNorm": "norm1",
    "intermediate.dense": "linear1",
    "output.dense": "linear2",
    "output.LayerNorm": "norm2",
}


class SentenceNetwork:
    """Network and tokenizer of a folder with `model.safetensors` and `tokenizer.json`."""

    def __init__(self, folder: Path, device: str) -> None:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._network = _network(load_file(folder / "model.safetensors")).to(device)
        self._device = device

    def encode(self, sentences: Sequence[str]) -> Embeddings:
        """Unit embeddings (n, 384): the mean over a sentence's tokens."""
        import torch

        tokens = [self._tokenizer.encode(sentence).ids for sentence in sentences]
        order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))  # little padding
        batches = [
            order[at : at + _SENTENCES_AT_ONCE] for at in range(0, len(order), _SENTENCES_AT_ONCE)
        ]
        means = np.empty((len(tokens), _WIDTH), dtype=np.float32)

        def run(rows: list[int]) -> None:
            length = max(len(tokens[row]) for row in rows)
            ids = np.array([tokens[row] + [0] * (length - len(tokens[row])) for row in rows])
            lengths = np.array([len(tokens[row]) for row in rows])
            with torch.inference_mode():
                given = [torch.from_numpy(one).to(self._device) for one in (ids, lengths)]
                means[rows] = self._network(*given).cpu().numpy()

        for _ in each_batch(run, batches, device=self._device):
            pass
        return unit_rows(means)


def _network(tensors: "dict[str, Tensor]") -> "nn.Module":
    """BERT from token numbers (b, t) and lengths (b,) to the mean of its last states (b, 384)."""
    import torch
    from torch import nn

    class MeanOfStates(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(_WORDS, _WIDTH)
            self.positions = nn.Embedding(_POSITIONS, _WIDTH)
            self.kinds = nn.Embedding(2, _WIDTH)
            self.norm = nn.LayerNorm(_WIDTH, _EPSILON)
            layer = nn.TransformerEncoderLayer(
                _WIDTH, _HEADS, _INNER, 0.0, "gelu", _EPSILON, batch_first=True
            )
            self.encoder = nn.TransformerEncoder(layer, _LAYERS, enable_nested_tensor=False)

        def forward(self, ids: "Tensor", lengths: "Tensor") -> "Tensor":
            places = torch.arange(ids.shape[1], device=ids.device)
            padded = places >= lengths[:, None]  # (b, t)
            states = self.words(ids) + self.positions(places) + self.kinds.weight[0]
            states = self.encoder(self.norm(states), src_key_padding_mask=padded)  # (b, t, 384)
            return states.masked_fill(padded[..., None], 0).sum(1) / lengths[:, None]

    network = MeanOfStates().eval()
    network.load_state_dict(_renamed(tensors), strict=True)
    return network


def _renamed(tensors: "dict[str, Tensor]") -> "dict[str, Tensor]":
    """BERT's tensors by the names of torch's own transformer."""
    import torch

    renamed: dict[str, Any] = {
        "words.weight": tensors["embeddings.word_embeddings.weight"],
        "positions.weight": tensors["embeddings.position_embeddings.weight"],
        "kinds.weight": tensors["embeddings.token_type_embeddings.weight"],
    }
    for kind in ("weight", "bias"):
        renamed[f"norm.{kind}"] = tensors[f"embeddings.LayerNorm.{kind}"]
        for layer in range(_LAYERS):
            theirs, ours = f"encoder.layer.{layer}", f"encoder.layers.{layer}"
            of = [tensors[f"{theirs}.attention.self.{name}.{kind}"] for name in _QUERY_KEY_VALUE]
            renamed[f"{ours}.self_attn.in_proj_{kind}"] = torch.cat(of)
            for bert, torchs in _PARTS.items():
                renamed[f"{ours}.{torchs}.{kind}"] = tensors[f"{theirs}.{bert}.{kind}"]
    return renamed
