"""Fake HEIC decoder with every fault a decoder can have; the file's bytes choose the fault."""

import ctypes
import os
import signal
import time

from PIL import Image, ImageFile


class HostileFile(ImageFile.ImageFile):
    """Fake HEIC image of 8 × 8 pixels; its bytes name the fault that occurs when it is decoded."""

    format = "HEIF"

    opened = 0  # in this process

    def _open(self):
        HostileFile.opened += 1
        self.fault = self.fp.read()[24:]
        self._mode, self._size = "RGB", (8, 8)
        if self.fault == b"crash at once":
            ctypes.string_at(0)

    def load(self):
        """Carry out the fault that the file's bytes name, then load a black picture."""
        match self.fault:
            case b"crash":
                ctypes.string_at(0)
            case b"leave damage" if self.opened > 1:
                ctypes.string_at(0)
            case b"abort":
                os.abort()
            case b"work":
                while True:
                    pass
            case b"wait":
                time.sleep(60)
            case b"eat":
                eaten = [bytes(50_000_000) for _ in range(100_000)]
                raise AssertionError(len(eaten))
            case b"killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case b"exit":
                os._exit(3)
            case b"print":
                os.write(1, b"what a photo")
                os.write(2, b"what a photo")
                print("what a photo")
            case b"write":
                with open("droppings", "w") as file:
                    file.write("what a photo")
        self.im = Image.new("RGB", self.size).im
        return Image.Image.load(self)


def register_heif_opener():
    """Register the fake HEIC decoder with Pillow, as the real pillow_heif does."""
    Image.register_open("HEIF", HostileFile, lambda start: start[4:12] == b"ftypheic")
