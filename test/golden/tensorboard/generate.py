"""Records as the TensorBoard library writes them: events.tfevents for test/unit/store/tensorboard.test.ts.

    python test/golden/tensorboard/generate.py test/golden/tensorboard/events.tfevents
"""
import sys

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
import struct

EVENTS = [
    Event(wall_time=1764000000.25, file_version="brain.Event:2"),
    Event(wall_time=1764000001.5, step=1, summary=Summary(value=[Summary.Value(tag="loss/step", simple_value=1.75), Summary.Value(tag="learning_rate", simple_value=0.001)])),
    Event(wall_time=1764000002.0, step=300, summary=Summary(value=[Summary.Value(tag="loss/train", simple_value=float("inf"))])),
    Event(wall_time=1764000003.0, step=2**31 + 5, summary=Summary(value=[Summary.Value(tag="größe/é", simple_value=-0.5)])),
]

with open(sys.argv[1], "wb") as out:
    for event in EVENTS:
        data = event.SerializeToString()
        header = struct.pack("<Q", len(data))
        out.write(header + struct.pack("<I", masked_crc32c(header)) + data + struct.pack("<I", masked_crc32c(data)))
