using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using MPI.Native;

namespace MPI;

/// <summary>
/// A message that is described once and started many times (MPI 4.1, section 3.9). Its memory stays pinned until it is disposed of; each start
/// must be completed before the next.
/// </summary>
public abstract class PersistentRequest : Request, IDisposable
{
    private static readonly HashSet<PersistentRequest> Existing = [];

    private HeldMemory _memory;
    private Type? _derivedFrom;
    private bool _hasStarted;
    private bool _isDisposed;

    private protected PersistentRequest(Communicator communicator, in HeldMemory memory, nint datatype, nint template)
        : base(communicator)
    {
        _memory = memory;
        DatatypeHandle = datatype;
        Template = template;
        lock (Existing) Existing.Add(this);
    }

    /// <summary>The inactive native request that every start makes active.</summary>
    private protected nint Template { get; private set; }

    /// <summary>The native datatype of the elements.</summary>
    private protected nint DatatypeHandle { get; private set; }

    private protected unsafe void* Address => _memory.Address;

    /// <summary>Starts the message once more (MPI_Start).</summary>
    /// <exception cref="InvalidOperationException">The start before is not complete.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_hasStarted && !HasEnded)
            throw new InvalidOperationException($"{Describe()} was started and is not complete: Wait for it, or Test it until it is, before the next Start.");
        StartNative();
        _hasStarted = true;
    }

    /// <summary>Starts several messages; none waits for another.</summary>
    /// <param name="requests">The messages, in the order in which they are started.</param>
    public static void StartAll(params ReadOnlySpan<PersistentRequest> requests)
    {
        foreach (PersistentRequest request in requests)
            request.Start();
    }

    /// <summary>Frees the description and unpins the memory.</summary>
    /// <exception cref="InvalidOperationException">The last start is not complete.</exception>
    [SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "Unpinning memory that the library still writes to would corrupt the heap.")]
    public unsafe void Dispose()
    {
        if (_isDisposed)
            return;
        if (_hasStarted && !HasEnded)
            throw new InvalidOperationException($"{Describe()} was started and is not complete: its memory is still in use. Wait for it first.");
        _isDisposed = true;
        lock (Existing) Existing.Remove(this);
        nint handle = Template;
        Template = Abi.RequestNull;
        if (!Environment.Finalized)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Request_free(&handle), "MPI_Request_free", Communicator);
        _memory.Release();
        GC.SuppressFinalize(this);
    }

    private protected abstract void StartNative();

    /// <summary>Frees all descriptions, which are inactive, before MPI is finalized; <see cref="RenewAll"/> makes them again.</summary>
    internal static void ReleaseAll()
    {
        lock (Existing)
        {
            foreach (PersistentRequest request in Existing)
            {
                request._derivedFrom = DatatypeCache.DerivedFrom(request.DatatypeHandle);
                request.FreeTemplate();
            }
        }
    }

    /// <summary>Describes all inactive messages to the library again, after their communicators were made again beneath their objects.</summary>
    internal static void RenewAll()
    {
        lock (Existing)
        {
            foreach (PersistentRequest request in Existing)
            {
                if (request._derivedFrom is { } type)
                    request.DatatypeHandle = DatatypeCache.GetDatatype(type);
                nint renewed = request.MakeTemplate();
                request.FreeTemplate();
                request.Template = renewed;
            }
        }
    }

    private unsafe void FreeTemplate()
    {
        nint handle = Template;
        Template = Abi.RequestNull;
        if (handle != Abi.RequestNull) _ = NativeMpi.MPI_Request_free(&handle);
    }

    /// <summary>Describes the message to the library.</summary>
    private protected abstract nint MakeTemplate();

    private protected unsafe void StartTemplate()
    {
        nint handle = Template;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Start(&handle), "MPI_Start", Communicator);
        Begin(handle);
    }

    private protected sealed override void RequireStarted()
    {
        if (!_hasStarted)
            throw new InvalidOperationException($"{Describe()} was never started: call Start first.");
    }

    /// <summary>The memory serves the next start; what came until now is told.</summary>
    private protected sealed override void Release() => _memory.NoteWritten();
}
