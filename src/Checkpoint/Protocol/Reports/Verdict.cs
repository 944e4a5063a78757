namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What a rank thinks of its part of a version.</summary>
internal enum Verdict
{
    /// <summary>Every byte verified and every region fits.</summary>
    Verified,

    /// <summary>Missing, truncated, corrupt or unreadable: an older version may serve.</summary>
    Damaged,

    /// <summary>Intact, but of another program, rank count or shape: an older version would not help.</summary>
    Mismatched,
}
