using HpcVirt.Hypervisor;

namespace HpcVirt.Control.Operators;

/// <summary>All backends by name: those of the hypervisor library, and the one for jobs without a hypervisor.</summary>
public static class HypervisorBackends
{
    /// <summary>Makes a backend.</summary>
    /// <param name="name">Its name: <c>process</c>, or one that <see cref="Backends.Create"/> knows.</param>
    /// <param name="settings">What it is made from.</param>
    /// <param name="pluginFolder">Where plug-ins stand; null when there are none.</param>
    /// <exception cref="HypervisorException">There is none of that name, or the settings do not fit.</exception>
    public static IHypervisorBackend Create(string name, BackendSettings settings, string? pluginFolder = null) =>
        name == ProcessBackend.BackendName ? ProcessBackend.Create(settings) : Backends.Create(name, settings, pluginFolder);
}
