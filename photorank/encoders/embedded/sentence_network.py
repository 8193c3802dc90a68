"""Unit embeddings of texts by the network all-MiniLM-L6-v2, run by torch's transformer layers.

sentence-transformers reads the same files, and a test compares the two. Importing it takes ten
seconds, three times what a search takes in all.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photorank.encoders.blocks import unit_rows
from photorank.encoders.parallel_batches import each_batch
from photorank.typing import Embeddings

if TYPE_CHECKING:
    from torch import Tensor, nn

_WORDS, _POSITIONS, _KINDS, _WIDTH, _INNER_WIDTH, _HEADS, _LAYERS = 30522, 512, 2, 384, 1536, 12, 6
_MAX_TOKENS = 256  # of a sentence; the model was trained with no more
_SENTENCES_AT_ONCE = 64
_UNKNOWN = "[UNK]"  # token of what is not in the vocabulary
_EPSILON = 1e-12  # of the layer normalisation
# Names of BERT's parts in torch's transformer layer.
_PARTS = {
    "attention.output.dense": "self_attn.out_proj",
    "attention.output.LayerNorm": "norm1",
    "intermediate.dense": "linear1",
    "output.dense": "linear2",
    "output.LayerNorm": "norm2",
}


class SentenceNetwork:
    """Sentence network and tokenizer from a folder's `model.safetensors` and `tokenizer.json`."""

    def __init__(self, folder: Path, device: str) -> None:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._network = _network(load_file(folder / "model.safetensors")).to(device)
        self._device = device

    def knows(self, sentence: str) -> bool:
        """True if the vocabulary has any word, word part or punctuation mark of a sentence."""
        tokens = self._tokenizer.encode(sentence, add_special_tokens=False).tokens
        return any(token != _UNKNOWN for token in tokens)

    def encode(self, sentences: Sequence[str]) -> Embeddings:
        """Unit embeddings (n, 384) of sentences, as means over each sentence's tokens."""
        import torch

        means = np.empty((len(sentences), _WIDTH), dtype=np.float32)
        order = sorted(range(len(sentences)), key=lambda at: len(sentences[at]))  # little padding
        starts = range(0, len(order), _SENTENCES_AT_ONCE)

        def run(rows: list[int]) -> None:
            tokens = self._tokenizer.encode_batch([sentences[row] for row in rows])
            ids, used = (
                torch.tensor([getattr(one, name) for one in tokens], device=self._device)
                for name in ("ids", "attention_mask")
            )
            with torch.inference_mode():
                means[rows] = self._network(ids, used).cpu().numpy()

        batches = (order[start : start + _SENTENCES_AT_ONCE] for start in starts)
        for _ in each_batch(run, batches, device=self._device):
            pass
        return unit_rows(means)


def _network(tensors: "dict[str, Tensor]") -> "nn.Module":
    """BERT network: maps tokens and mask (b, t) to the mean of the last hidden states (b, 384)."""
    import torch
    from torch import nn

    class MeanOfStates(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(_WORDS, _WIDTH)
            self.positions = nn.Embedding(_POSITIONS, _WIDTH)
            self.kinds = nn.Embedding(_KINDS, _WIDTH)
            self.norm = nn.LayerNorm(_WIDTH, _EPSILON)
            layer = nn.TransformerEncoderLayer(
                _WIDTH, _HEADS, _INNER_WIDTH, 0.0, "gelu", _EPSILON, batch_first=True
            )
            self.encoder = nn.TransformerEncoder(layer, _LAYERS, enable_nested_tensor=False)

        def forward(self, ids: "Tensor", used: "Tensor") -> "Tensor":
            places = torch.arange(ids.shape[1], device=ids.device)
            states = self.words(ids) + self.positions(places) + self.kinds.weight[0]
            states = self.encoder(self.norm(states), src_key_padding_mask=used == 0)
            return (states * used[..., None]).sum(1) / used.sum(1, keepdim=True)

    network = MeanOfStates().eval()
    network.load_state_dict(_renamed(tensors), strict=True)
    return network


def _renamed(tensors: "dict[str, Tensor]") -> "dict[str, Tensor]":
    """Dict of BERT's tensors under the names that torch's transformer gives them."""
    import torch

    renamed: dict[str, Any] = {
        "words.weight": tensors["embeddings.word_embeddings.weight"],
        "positions.weight": tensors["embeddings.position_embeddings.weight"],
        "kinds.weight": tensors["embeddings.token_type_embeddings.weight"],
    }
    for end in ("weight", "bias"):
        renamed[f"norm.{end}"] = tensors[f"embeddings.LayerNorm.{end}"]
        for layer in range(_LAYERS):
            theirs, ours = f"encoder.layer.{layer}", f"encoder.layers.{layer}"
            of = [f"{theirs}.attention.self.{name}.{end}" for name in ("query", "key", "value")]
            renamed[f"{ours}.self_attn.in_proj_{end}"] = torch.cat([tensors[one] for one in of])
            for bert, torchs in _PARTS.items():
                renamed[f"{ours}.{torchs}.{end}"] = tensors[f"{theirs}.{bert}.{end}"]
    return renamed
