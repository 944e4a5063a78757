using System;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>Stands for SIGKILL: no code of the store may catch it.</summary>
internal sealed class KilledException() : Exception("this rank was killed");
