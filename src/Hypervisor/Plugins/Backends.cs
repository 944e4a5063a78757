using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using HpcVirt.Hypervisor.Libvirt;
using HpcVirt.Hypervisor.Qemu;
using HpcVirt.Hypervisor.Rehearsal;
using HpcVirt.Hypervisor.VSphere;

namespace HpcVirt.Hypervisor;

/// <summary>Backends by name: those that are built in, and those whose <c>hpcvirt-backend-NAME.dll</c> stands in a folder of plug-ins.</summary>
public static class Backends
{
    private const string Prefix = "hpcvirt-backend-";
    private const string Qemu = "qemu";
    private const string Libvirt = "libvirt";
    private const string VSphereName = "vsphere";
    private const string RehearsalName = "rehearsal";

    /// <summary>Makes a backend.</summary>
    /// <param name="name">Its name: <c>qemu</c>, <c>libvirt</c>, <c>vsphere</c>, <c>rehearsal</c>, or that of a plug-in.</param>
    /// <param name="settings">What it is made from.</param>
    /// <param name="pluginFolder">Where plug-ins stand; null when there are none.</param>
    /// <exception cref="BackendMissingException">There is none of that name, or it cannot be loaded.</exception>
    public static IHypervisorBackend Create(string name, BackendSettings settings, string? pluginFolder = null) => name switch
    {
        Qemu => new QemuBackend(WithSockets(GuestFile.Load(Required(settings))), settings.Time),
        Libvirt => new LibvirtBackend(GuestFile.Load(Required(settings)), settings.Time),
        VSphereName => new VSphereBackend(GuestFile.Load(Required(settings)), settings.Time),
        RehearsalName => new RehearsalBackend(FromFile(GuestFile.Load(Required(settings))), settings.Time),
        _ => LoadFactory(name, pluginFolder).Create(settings),
    };

    private static string Required(BackendSettings settings) =>
        settings.GuestFile ?? throw new HypervisorException("no file of hosts and guests was named. Name one with --guests, or in HPCVIRT_GUESTS; ./lab up writes one.");

    private static GuestFile WithSockets(GuestFile file)
    {
        file.RequireSockets();
        return file;
    }

    /// <summary>A rehearsal begins with the guests dealt out over the hosts, in order; with a state of its own it goes on where it was.</summary>
    private static RehearsalOptions FromFile(GuestFile file)
    {
        string[] hosts = [.. file.Hosts.Keys];
        var usual = new RehearsalOptions();
        return usual with
        {
            Hosts = hosts,
            Guests = file.Guests.Index().ToDictionary(static one => one.Item, one => hosts[one.Index % hosts.Length]),
            HostList = file.HostList,
            GuestCpus = file.GuestCpus,
            StateFile = file.RehearsalState,
            BytesPerSecond = file.RehearsalMibPerSecond is { } rate ? (long)rate << 20 : usual.BytesPerSecond,
        };
    }

    private static IHypervisorBackendFactory LoadFactory(string name, string? folder)
    {
        if (folder is null) throw new BackendMissingException(name, $"qemu, libvirt, vsphere and rehearsal are built in. For a plug-in name the folder that {Prefix}{name}.dll stands in.");
        if (name.Contains(Path.DirectorySeparatorChar) || name.Length == 0) throw new BackendMissingException(name, "a backend's name is no path.");
        string file = Path.Combine(Path.GetFullPath(folder), Prefix + name + ".dll");
        if (!File.Exists(file)) throw new BackendMissingException(name, $"there is no {file}. {Found(folder)}");
        Type[] types;
        try
        {
            types = [.. new PluginContext(file).LoadFromAssemblyPath(file).GetExportedTypes().Where(static type => type.IsClass && !type.IsAbstract && type.IsAssignableTo(typeof(IHypervisorBackendFactory)))];
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or TypeLoadException or ReflectionTypeLoadException)
        {
            throw new BackendMissingException(name, $"{file} cannot be loaded ({e.Message.TrimEnd('.')}). Build it for this version of HpcVirt.Hypervisor.", e);
        }

        if (types is not [Type only]) throw new BackendMissingException(name, $"{file} has {types.Length} public classes that implement {nameof(IHypervisorBackendFactory)}, and must have one.");
        try
        {
            return (IHypervisorBackendFactory)Activator.CreateInstance(only)!;
        }
        catch (Exception e) when (e is MissingMethodException or TargetInvocationException)
        {
            throw new BackendMissingException(name, $"{only.Name} in {file} cannot be made ({e.InnerException?.Message ?? e.Message}). It needs a public constructor without parameters.", e);
        }
    }

    private static string Found(string folder)
    {
        string[] names = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, Prefix + "*.dll").Select(static file => Path.GetFileNameWithoutExtension(file)[Prefix.Length..]).Order()]
            : [];
        return names.Length == 0 ? "The folder holds no plug-ins." : $"The folder holds: {string.Join(", ", names)}.";
    }

    /// <summary>A plug-in brings libraries of its own, and shares ours: its interface must be the one that is looked for.</summary>
    private sealed class PluginContext(string file) : AssemblyLoadContext(Path.GetFileName(file))
    {
        private readonly AssemblyDependencyResolver _resolver = new(file);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name == typeof(IHypervisorBackend).Assembly.GetName().Name) return null;
            return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
        }
    }
}
