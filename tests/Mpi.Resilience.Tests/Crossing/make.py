# Makes in-flight.v1 from docs/formats/in-flight.md alone.
import struct


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def counted(data):
    return struct.pack("<i", len(data)) + data


requests = [
    ("halo to the right", 0, 0, 0, b""),
    ("halo from the left", 1, 0, 0, b""),
    ("éclair", 2, 3, 7, struct.pack("<2d", 1.5, -2.0)),
]
messages = [
    (0x9E3779B97F4A7C15, 1, 20, struct.pack("<3i", 1, 2, 3)),
    (0x9E3779B97F4A7C15, 2, 0, b""),
    (0x0123456789ABCDEF, 0, 32767, bytes(range(256))),
]
data = b"HVINFLT\0" + struct.pack("<iiii", 1, 0, len(requests), len(messages))
for name, kind, source, tag, payload in requests:
    data += counted(name.encode()) + struct.pack("<iii", kind, source, tag) + counted(payload)
for communicator, source, tag, payload in messages:
    data += struct.pack("<Qii", communicator, source, tag) + counted(payload)
open("in-flight.v1", "wb").write(data + struct.pack("<I", crc32c(data)))
