using System;
using System.Globalization;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>Where the supervisor listens and what a rank needs to be let in. See <see cref="ControlEnvironment"/> for the variables.</summary>
/// <param name="SocketPath">Path of the Unix socket.</param>
/// <param name="SecretPath">Path of the secret file.</param>
/// <param name="Attempt">Attempt of the job, from 1.</param>
public sealed record ControlAddress(string SocketPath, string SecretPath, int Attempt)
{
    /// <summary>How ranks on other hosts get there; null for a job on one host.</summary>
    internal RemoteControl? Remote { get; init; }

    /// <summary>Reads the address from the environment; null if the process was not started by <c>hpcvirt run</c>.</summary>
    /// <param name="variable">Returns the value of an environment variable or null; this process's environment by default.</param>
    /// <exception cref="ControlChannelException">The socket is named but the rest is missing or malformed.</exception>
    public static ControlAddress? FromEnvironment(Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        string? socket = variable(ControlEnvironment.Socket);
        if (string.IsNullOrEmpty(socket)) return null;
        string? secret = variable(ControlEnvironment.SecretFile);
        if (string.IsNullOrEmpty(secret))
            throw new ControlChannelException(ChannelRefusal.UnusableSecretFile, $"Control channel: {ControlEnvironment.Socket} is set but {ControlEnvironment.SecretFile} is not. Start the program with `hpcvirt run`, or unset the former.");
        string attempt = variable(ControlEnvironment.Attempt) ?? "1";
        if (!int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            throw new ControlChannelException(ChannelRefusal.WrongAttempt, $"Control channel: {ControlEnvironment.Attempt}='{attempt}' is not a number from 1. Leave it to `hpcvirt run`.");
        return new ControlAddress(socket, secret, number) { Remote = RemoteControl.FromEnvironment(variable) };
    }
}
