"""Script that writes sentence embeddings of ImageNet's class names for the encoder `embedded`.

python scripts/class_name_embeddings.py
"""

import hashlib

import numpy as np
from timm.data.imagenet_info import ImageNetInfo

from photorank.encoders.embedded.class_names import FILE, sentence_network
from photorank.typing import Embeddings


def main() -> None:
    """Write the class names' embeddings to a file, and print its digest."""
    np.save(FILE, embedded_names())
    print(hashlib.sha256(FILE.read_bytes()).hexdigest())


def embedded_names() -> Embeddings:
    """Unit embeddings (1000, 384) of the class names, in the classifier's order."""
    names = ImageNetInfo().label_descriptions()
    return sentence_network("cpu").encode([f"a photo of a {name}" for name in names])


if __name__ == "__main__":
    main()
