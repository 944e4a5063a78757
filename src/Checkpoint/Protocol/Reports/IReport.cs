using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>A message that each rank gives to all others. It lives for one exchange within one job, so it needs no version.</summary>
internal interface IReport<TSelf>
    where TSelf : IReport<TSelf>
{
    void Encode(ByteWriter writer);

    static abstract TSelf Decode(ref ByteReader reader);
}
