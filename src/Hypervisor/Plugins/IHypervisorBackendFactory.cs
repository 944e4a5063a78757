namespace HpcVirt.Hypervisor;

/// <summary>Makes a backend. A plug-in has exactly one public class that implements this, with a constructor without parameters.</summary>
public interface IHypervisorBackendFactory
{
    /// <summary>Makes the backend. Throws a <see cref="HypervisorException"/> that says what to correct when the settings do not fit.</summary>
    IHypervisorBackend Create(BackendSettings settings);
}
