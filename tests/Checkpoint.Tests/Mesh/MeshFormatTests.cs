using System;
using HpcVirt.Checkpoint.Mesh;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Mesh;

/// <summary>Bytes from a network that nobody vouches for.</summary>
internal sealed class MeshFormatTests
{
    [Test]
    public void A_frame_head_is_as_its_page_says()
    {
        byte[] head = new byte[MeshFrame.HeadBytes];
        new MeshFrame(MeshFrameKind.Bytes, 0x1122, 0xAABBCCDD).Encode(head);
        Assert.That(Convert.ToHexString(head.AsSpan(0, 20)), Is.EqualTo("48564D46010003002211000000000000DDCCBBAA"));
        Assert.That(MeshFrame.Decode(head, 0x1122, "a peer"), Is.EqualTo(new MeshFrame(MeshFrameKind.Bytes, 0x1122, 0xAABBCCDD)));
    }

    [Test]
    public void Every_flipped_bit_of_a_frame_head_is_refused()
    {
        byte[] head = new byte[MeshFrame.HeadBytes];
        new MeshFrame(MeshFrameKind.Round, 77, 1).Encode(head);
        for (int bit = 0; bit < head.Length * 8; bit++)
        {
            byte[] flipped = [.. head];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(() => MeshFrame.Decode(flipped, long.MaxValue, "a peer"), Throws.TypeOf<MeshException>(), $"bit {bit}");
        }
    }

    [Test]
    public void More_than_the_limit_is_refused_before_it_is_taken()
    {
        byte[] head = new byte[MeshFrame.HeadBytes];
        new MeshFrame(MeshFrameKind.Round, long.MaxValue, 1).Encode(head);
        Assert.That(() => MeshFrame.Decode(head, 1 << 20, "a peer"), Throws.TypeOf<MeshException>());
    }

    [Test]
    public void A_request_is_read_as_it_was_written_and_its_truncations_are_refused()
    {
        byte[] bytes = new FileRequest("v1-a1/rank-0.shard", 4096, 100).Encode();
        Assert.That(FileRequest.Decode(bytes), Is.EqualTo(new FileRequest("v1-a1/rank-0.shard", 4096, 100)));
        for (int length = 0; length < bytes.Length; length++)
        {
            byte[] truncated = bytes[..length];
            Assert.That(() => FileRequest.Decode(truncated), Throws.TypeOf<CheckpointFormatException>());
        }
    }

    [TestCase("/etc/passwd")]
    [TestCase("../other/file")]
    [TestCase("v1/../../x")]
    public void A_path_outside_the_place_is_refused(string path) =>
        Assert.That(() => FileRequest.Decode(new FileRequest(path, 0, 10).Encode()), Throws.TypeOf<CheckpointFormatException>());

    [Test]
    public void A_request_for_more_than_the_most_is_refused() =>
        Assert.That(() => FileRequest.Decode(new FileRequest("x", 0, PeerFiles.RequestBytesMax + 1).Encode()), Throws.TypeOf<CheckpointFormatException>());

    [Test]
    public void Proofs_of_the_two_sides_differ_and_depend_on_key_and_nonce()
    {
        byte[] hello = MeshHandshake.Hello(MeshPurpose.Files, 3, 5);
        byte[] key = new byte[MeshHandshake.KeyBytes];
        byte[] nonce = new byte[MeshHandshake.NonceBytes];
        byte[] proof = MeshHandshake.Proof(ofListener: true, key, hello, nonce);
        Assert.That(MeshHandshake.Proof(ofListener: false, key, hello, nonce), Is.Not.EqualTo(proof));
        Assert.That(MeshHandshake.Read(hello, 5, 8), Is.EqualTo((MeshPurpose.Files, 3)));
        Assert.That(MeshHandshake.Read(hello, 4, 8), Is.Null);
        key[0] = 1;
        Assert.That(MeshHandshake.Proof(ofListener: true, key, hello, nonce), Is.Not.EqualTo(proof));
    }
}
