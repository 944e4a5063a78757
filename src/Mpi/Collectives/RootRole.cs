namespace MPI;

/// <summary>What the root argument of a collective makes of this rank.</summary>
internal enum RootRole
{
    /// <summary>The one to which or from which the data go.</summary>
    Root,

    /// <summary>One that exchanges data with the root.</summary>
    Peer,

    /// <summary>In the root's group of an intercommunicator: takes part in the call, and moves no data.</summary>
    Bystander,
}
