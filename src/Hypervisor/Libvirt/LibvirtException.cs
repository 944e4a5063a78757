using System;
using HpcVirt.Hypervisor.Native;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>libvirt has refused, failed, or not answered.</summary>
internal sealed class LibvirtException : HypervisorException
{
    public const int NoDomain = 42;
    public const int NotOnThisHost = 84;

    /// <summary>Not a code of libvirt's: it did not answer in time.</summary>
    public const int Overdue = -1;

    private LibvirtException(string message, int code, Exception? cause = null)
        : base(message, cause) => Code = code;

    /// <summary>libvirt's number of the error (<c>virErrorNumber</c>), or <see cref="Overdue"/>.</summary>
    public int Code { get; }

    /// <summary>Of the call that has just failed on this thread.</summary>
    /// <param name="host">The host whose libvirt was spoken to.</param>
    /// <param name="doing">What was being done.</param>
    public static LibvirtException OfLastError(string host, string doing)
    {
        (int code, string message) = LibvirtLibrary.LastError();
        return new LibvirtException($"libvirt on host {host} failed at {doing}: {message.TrimEnd('.')} (error {code}). Its log on that host says more", code);
    }

    public static LibvirtException NotInTime(string host, string doing, TimeSpan within, Exception cause) =>
        new($"libvirt on host {host} did not answer within {within.TotalSeconds:0.#} s at {doing}; it may yet do it. See that its daemon is alive there, or start it anew: guests outlive it", Overdue, cause);
}
