#!/usr/bin/env python3
"""Makes the golden files from docs/formats alone: a second hand that knows the pages, not the code.

Run it only when a new format version is added, and never change the files of an old one.
"""
import pathlib
import struct

HERE = pathlib.Path(__file__).parent


def crc32c(data: bytes) -> int:
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<i", len(data)) + data


def sealed(data: bytes) -> bytes:
    return data + struct.pack("<I", crc32c(data))


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4096)


def region_format(name, element_type, element_bytes, shape):
    return (text(name) + text(element_type) + struct.pack("<ii", element_bytes, len(shape))
            + b"".join(struct.pack("<q", extent) for extent in shape))


def times(a, b):
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = (a << 1) ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def inverse(a):
    return next(b for b in range(1, 256) if times(a, b) == 1)


def redundancy(version, attempt, keeper, losses, members, files):
    """The sums that member `keeper` of the group keeps; members are (rank, checksum), files their shard files."""
    size, chunks = len(files), len(files) - losses
    chunk_bytes = len(padded(bytes(-(-max(map(len, files)) // chunks))))

    def chunk(member, number):
        whole = files[member] + bytes(chunks * chunk_bytes - len(files[member]))
        return whole[number * chunk_bytes:(number + 1) * chunk_bytes]

    payload = b""
    for kept in range(losses):
        stripe = (keeper - kept) % size
        total = bytearray(chunk_bytes)
        for d in range(chunks):
            weight = times(inverse(kept ^ (losses + d)), losses + d)
            for i, value in enumerate(chunk((stripe + losses + d) % size, d)):
                total[i] ^= times(weight, value)
        payload += bytes(total)

    blocks = [payload[i:i + (1 << 20)] for i in range(0, len(payload), 1 << 20)]
    header_bytes = 76 + 16 * size + 4 + 4 * len(blocks) + 4
    file_bytes = len(padded(bytes(header_bytes))) + len(payload) + 24
    head = b"HVREDUN\0" + struct.pack("<iiqqqqiiiiqi", 1, 0, header_bytes, file_bytes, version, attempt, members[keeper][0], 2, losses, size, chunk_bytes, 1 << 20)
    for (rank, checksum), file in zip(members, files):
        head += struct.pack("<iIq", rank, checksum, len(file))
    head = sealed(head + struct.pack("<i", len(blocks)) + b"".join(struct.pack("<I", crc32c(b)) for b in blocks))
    return padded(head) + payload + sealed(b"HVREEND\0" + struct.pack("<qI", file_bytes, crc32c(head[:-4])))


def lz4(runs):
    """An LZ4 block of runs of one byte each: literals of one byte, each followed by a match at distance 1; the last five bytes are literals."""
    def long(value):
        return bytes([255]) * (value // 255) + bytes([value % 255])
    data = b""
    for number, (byte, count) in enumerate(runs):
        match = count - 1 - (5 if number == len(runs) - 1 else 0)
        data += bytes([1 << 4 | 15, byte]) + struct.pack("<H", 1) + long(match - 4 - 15)
    return data + bytes([5 << 4]) + bytes([runs[-1][0]]) * 5


def zstd(runs):
    """A Zstandard frame of one segment of known size (256 to 65791 bytes), of one RLE block for each run of one byte."""
    total = sum(count for _, count in runs)
    data = struct.pack("<IBH", 0xFD2FB528, 0x60, total - 256)
    for number, (byte, count) in enumerate(runs):
        data += struct.pack("<I", (count << 3) | (1 << 1) | (number == len(runs) - 1))[:3] + bytes([byte])
    return data


def shard(version, attempt, step, rank, ranks, block, program, regions):
    """Regions are (name, type, bytes per element, shape, data), and of format 2 also what each block is stored as: (encoding, bytes)."""
    format_version = 2 if any(len(r) > 5 for r in regions) else 1

    def payload(region):
        return b"".join(data for _, data in region[5]) if len(region) > 5 else region[4]

    def entry(offset, name, element_type, element_bytes, shape, data, stored=None):
        blocks = [data[i:i + block] for i in range(0, len(data), block)]
        total = len(data) if stored is None else sum(len(s) for _, s in stored)
        body = struct.pack("<iqqqii", 0 if stored is None else 1, offset, total, len(data), element_bytes, len(shape))
        body += b"".join(struct.pack("<q", extent) for extent in shape)
        body += text(name) + text(element_type) + struct.pack("<i", len(blocks))
        body += b"".join(struct.pack("<I", crc32c(b)) for b in blocks)
        body += b"".join(struct.pack("<iiI", encoding, len(s), crc32c(s)) for encoding, s in stored or [])
        return struct.pack("<i", len(body) + 4) + body

    def header(offsets, header_bytes, file_bytes):
        data = b"HVSHARD\0" + struct.pack("<iiqqqqqiii", format_version, 0, header_bytes, file_bytes, version, attempt, step, rank, ranks, block)
        data += text(program) + struct.pack("<i", len(regions))
        return sealed(data + b"".join(entry(o, *r) for o, r in zip(offsets, regions)))

    header_bytes = len(header([0] * len(regions), 0, 0))
    at = len(padded(bytes(header_bytes)))
    offsets = []
    for region in regions:
        offsets.append(at)
        at += len(padded(payload(region)))
    file_bytes = at + 24
    head = header(offsets, header_bytes, file_bytes)
    data = padded(head)
    for region in regions:
        data += padded(payload(region))
    data += sealed(b"HVSHEND\0" + struct.pack("<q", file_bytes) + head[-4:])
    formats = crc32c(b"".join(region_format(*r[:4]) for r in regions))
    return data, crc32c(head[:-4]), formats


def manifest(version, attempt, step, written_at, program, shards):
    def data(length):
        body = b"HVMANIF\0" + struct.pack("<iiqqqqq", 1, 0, length, version, attempt, step, written_at)
        body += text(program) + struct.pack("<i", len(shards))
        return sealed(body + b"".join(struct.pack("<qIIi", *s) for s in shards))
    return data(len(data(0)))


def attempt_record(attempt, inherited):
    body = b"HVATTMP\0" + struct.pack("<iiqi", 1, 0, attempt, len(inherited))
    return sealed(body + b"".join(struct.pack("<qq", *v) for v in inherited))


def file_record(flags, mode, length, checksum):
    return sealed(b"HVFILEM\0" + struct.pack("<iiiqI", 1, flags, mode, length, checksum))


def start_record(attempt, version, written_by):
    return sealed(b"HVSTART\0" + struct.pack("<iiqqq", 1, 0, attempt, version, written_by))


plate = struct.pack("<1200d", *[i * 0.5 for i in range(1200)])
note = "größer als gestern".encode()
rank1, checksum, formats = shard(
    version=12, attempt=3, step=4711, rank=1, ranks=2, block=4096, program="heat",
    regions=[("plate", "float64", 8, [30, 40], plate), ("empty", "int32", 4, [0, 7], b""), ("note", "object", 1, [len(note)], note)])

(HERE / "shard.v1").write_bytes(rank1)
(HERE / "manifest.v1").write_bytes(manifest(12, 3, 4711, 1767225600000, "heat", [(99, 1, 2, 0), (len(rank1), checksum, formats, 0)]))
(HERE / "attempt.v1").write_bytes(attempt_record(4, [(12, 3), (9, 1)]))

# 1200 times 1.5: bytes in place 0 to 5 are 00, in place 6 F8, in place 7 3F, for 512 numbers in each of the full blocks.
level = struct.pack("<d", 1.5) * 1200
runs = [(0x00, 6 * 512), (0xF8, 512), (0x3F, 512)]
(HERE / "shard.v2").write_bytes(shard(
    version=12, attempt=3, step=4711, rank=1, ranks=2, block=4096, program="heat",
    regions=[("level", "float64", 8, [1200], level, [(1, lz4(runs)), (2, zstd(runs)), (0, level[8192:])]),
             ("empty", "int32", 4, [0, 7], b""),
             ("note", "object", 1, [len(note)], note, [(0, note)])])[0])

# Four members that bear two losses; their "shards" are bytes counted up, of four lengths.
(HERE / "redundancy.v1").write_bytes(redundancy(
    12, 3, 1, 2, [(5, 50), (7, 70), (9, 90), (11, 110)], [bytes((m * 7 + i * 3) % 251 for i in range(5000 + 100 * m)) for m in range(4)]))

(HERE / "file-record.v1").write_bytes(file_record(1, 0o640, 123, crc32c(bytes(range(123)))))
(HERE / "start.v1").write_bytes(start_record(6, 12, 3))
