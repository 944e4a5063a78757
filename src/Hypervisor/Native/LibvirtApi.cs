using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace HpcVirt.Hypervisor.Native;

/// <summary>
/// The functions of libvirt.so.0 that are used here, under its public and stable ABI (versions 1.2.9 and later). Parameters with types are written and read by its
/// own functions, so that of its structures only <c>virDomainInfo</c> is laid out here.
/// </summary>
internal static unsafe partial class LibvirtApi
{
    private const string Library = LibvirtLibrary.FileName;

    [LibraryImport(Library, EntryPoint = "virInitialize")]
    public static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "virSetErrorFunc")]
    public static partial void SetErrorFunction(nint userData, delegate* unmanaged<nint, nint, void> function);

    [LibraryImport(Library, EntryPoint = "virGetLastErrorCode")]
    public static partial int LastErrorCode();

    [LibraryImport(Library, EntryPoint = "virGetLastErrorMessage")]
    public static partial nint LastErrorMessage();

    [LibraryImport(Library, EntryPoint = "virConnectOpen", StringMarshalling = StringMarshalling.Utf8)]
    public static partial LibvirtConnectionHandle Open(string uri);

    [LibraryImport(Library, EntryPoint = "virConnectClose")]
    public static partial int Close(nint connection);

    [LibraryImport(Library, EntryPoint = "virDomainLookupByName", StringMarshalling = StringMarshalling.Utf8)]
    public static partial LibvirtDomainHandle Lookup(LibvirtConnectionHandle connection, string name);

    [LibraryImport(Library, EntryPoint = "virDomainFree")]
    public static partial int FreeDomain(nint domain);

    [LibraryImport(Library, EntryPoint = "virDomainGetState")]
    public static partial int State(LibvirtDomainHandle domain, out int state, out int reason, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainGetInfo")]
    public static partial int Info(LibvirtDomainHandle domain, out DomainInfo info);

    [LibraryImport(Library, EntryPoint = "virDomainIsPersistent")]
    public static partial int IsPersistent(LibvirtDomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virDomainGetXMLDesc")]
    public static partial nint Description(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainSuspend")]
    public static partial int Suspend(LibvirtDomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virDomainResume")]
    public static partial int Resume(LibvirtDomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virDomainDestroyFlags")]
    public static partial int Destroy(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainUpdateDeviceFlags", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UpdateDevice(LibvirtDomainHandle domain, string device, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainSnapshotCreateXML", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint CreateSnapshot(LibvirtDomainHandle domain, string description, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainSnapshotFree")]
    public static partial int FreeSnapshot(nint snapshot);

    [LibraryImport(Library, EntryPoint = "virDomainSaveImageGetXMLDesc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint DescriptionOfState(LibvirtConnectionHandle connection, string file, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainRestoreFlags", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Restore(LibvirtConnectionHandle connection, string file, string? description, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainMigrate3")]
    public static partial LibvirtDomainHandle Migrate(LibvirtDomainHandle domain, LibvirtConnectionHandle target, nint parameters, uint parameterCount, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainMigrateToURI3", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MigrateToUri(LibvirtDomainHandle domain, string targetUri, nint parameters, uint parameterCount, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainMigrateStartPostCopy")]
    public static partial int StartPostcopy(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainMigrateSetMaxSpeed")]
    public static partial int SetSpeed(LibvirtDomainHandle domain, CULong mibPerSecond, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainMigrateSetMaxDowntime")]
    public static partial int SetDowntime(LibvirtDomainHandle domain, ulong milliseconds, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainGetJobStats")]
    public static partial int JobStatistics(LibvirtDomainHandle domain, out int type, out nint parameters, out int parameterCount, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainAbortJob")]
    public static partial int AbortJob(LibvirtDomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virTypedParamsAddString", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddText(ref nint parameters, ref int count, ref int capacity, string name, string value);

    [LibraryImport(Library, EntryPoint = "virTypedParamsAddULLong", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddNumber(ref nint parameters, ref int count, ref int capacity, string name, ulong value);

    [LibraryImport(Library, EntryPoint = "virTypedParamsAddInt", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddInteger(ref nint parameters, ref int count, ref int capacity, string name, int value);

    [LibraryImport(Library, EntryPoint = "virTypedParamsGetULLong", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetNumber(nint parameters, int count, string name, out ulong value);

    [LibraryImport(Library, EntryPoint = "virTypedParamsGetInt", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetInteger(nint parameters, int count, string name, out int value);

    [LibraryImport(Library, EntryPoint = "virTypedParamsFree")]
    public static partial void FreeParameters(nint parameters, int count);

    /// <summary>Takes over a text that the library has allocated, and frees it as the library asks: with the C library's own free.</summary>
    public static string? Take(nint text)
    {
        if (text == 0) return null;
        string? taken = Utf8StringMarshaller.ConvertToManaged((byte*)text);
        NativeMemory.Free((void*)text);
        return taken;
    }

    /// <summary><c>virDomainInfo</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DomainInfo
    {
        public byte State;
        public CULong MemoryMaxKib;
        public CULong MemoryKib;
        public ushort Processors;
        public ulong ProcessorNanoseconds;
    }
}
