namespace HpcVirt.Hypervisor;

/// <summary>Why the states of a set belong to one instant. One of the two is a must: otherwise a message may be received in one state and not yet sent in another.</summary>
public enum SetSilence
{
    /// <summary>All guests stood still before the first was saved, and none went on before the last was.</summary>
    Held = 0,

    /// <summary>The job was silent all the while: no message was under way, and none was sent.</summary>
    Quiesced,
}
