using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Tracking;

/// <summary>What the kernel reports as written, by whomever.</summary>
internal sealed unsafe class KernelTrackerTests
{
    private const int Pages = 64;
    private const int Bytes = Pages * PageSet.PageBytes;

    private KernelTracker _tracker = null!;
    private nint _memory;

    [SetUp]
    public void Watch()
    {
        if (KernelTracker.TryCreate(out string? reason) is not { } tracker)
        {
            Assert.Ignore($"asynchronous write protection: {reason}");
            return;
        }

        _tracker = tracker;
        _memory = (nint)NativeMemory.AlignedAlloc(Bytes, PageSet.PageBytes);
        NativeMemory.Clear((void*)_memory, Bytes);
        Assert.That(Collect().Count, Is.EqualTo(Pages), "the first look knows nothing, so all counts as written");
        Assert.That(Collect().Count, Is.Zero, "nothing was written since");
    }

    [TearDown]
    public void Free()
    {
        _tracker?.Dispose();
        if (_memory != 0) NativeMemory.AlignedFree((void*)_memory);
        _memory = 0;
    }

    [Test]
    public void Written_pages_are_reported_once_and_no_others()
    {
        ((byte*)_memory)[(5 * PageSet.PageBytes) + 17] = 1;
        ((byte*)_memory)[63 * PageSet.PageBytes] = 1;
        PageSet changed = Collect();
        Assert.That(Enumerable.Range(0, Pages).Where(p => changed.Contains(p)), Is.EqualTo(new[] { 5, 63 }));
        Assert.That(Collect().Count, Is.Zero);
    }

    [Test]
    public void What_the_kernel_writes_in_a_read_call_is_reported()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, new byte[100]);
            using var handle = File.OpenHandle(file);
            RandomAccess.Read(handle, new Span<byte>((void*)(_memory + (9 * PageSet.PageBytes)), 100), 0);
            Assert.That(Collect().Contains(9), Is.True);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void What_another_process_writes_in_one_copy_is_reported_as_mpi_receives_do_it()
    {
        // process_vm_writev by a child, which is how the single-copy receive of an MPI library works.
        long address = _memory + (20 * PageSet.PageBytes);
        string script = "import ctypes,sys\n"
            + "class V(ctypes.Structure): _fields_=[('b',ctypes.c_void_p),('n',ctypes.c_size_t)]\n"
            + "s=ctypes.create_string_buffer(b'x'*64)\n"
            + "l=V(ctypes.cast(s,ctypes.c_void_p),64); r=V(int(sys.argv[2]),64)\n"
            + "sys.exit(0 if ctypes.CDLL(None,use_errno=True).process_vm_writev(int(sys.argv[1]),ctypes.byref(l),1,ctypes.byref(r),1,0)==64 else 7)\n";
        using Process? writer = StartPython(["-c", script, $"{Environment.ProcessId}", $"{address}"]);
        if (writer is null)
        {
            Assert.Ignore("python3, which makes the call");
            return;
        }

        writer.WaitForExit();
        if (writer.ExitCode == 7) Assert.Ignore("process_vm_writev, which this machine forbids");
        Assert.That(writer.ExitCode, Is.Zero);
        Assert.That(((byte*)address)[0], Is.EqualTo((byte)'x'));
        Assert.That(Collect().Contains(20), Is.True);
    }

    [Test]
    public void Memory_that_was_freed_and_mapped_anew_counts_as_written_as_a_whole()
    {
        nint old = _memory;
        NativeMemory.AlignedFree((void*)_memory);
        _memory = (nint)NativeMemory.AlignedAlloc(Bytes, PageSet.PageBytes);
        if (_memory != old) Assert.Ignore("an allocator that gives the same address again");
        NativeMemory.Clear((void*)_memory, Bytes);
        Assert.That(Collect().Count, Is.EqualTo(Pages));
    }

    [Test]
    public void What_a_device_wrote_is_copied_when_it_is_marked()
    {
        using var watch = RegionWatch.Open(TrackingKind.WriteProtection);
        using var buffer = new NativeBuffer(Pages * PageSet.PageBytes);
        var region = new MemoryRegion<byte>("pinned", () => buffer.Memory);
        watch.Collect([region], [region.BeginSave()]);
        WrittenMemory.Mark(buffer.Address + (7 * PageSet.PageBytes) + 5, 10);
        PageSet changed = watch.Collect([region], [region.BeginSave()])[0];
        Assert.That(Enumerable.Range(0, Pages).Where(p => changed.Contains(p)), Is.EqualTo(new[] { 7 }));
    }

    [Test]
    public void What_io_uring_reads_into_registered_memory_is_not_seen_by_the_kernel_but_by_its_mark()
    {
        using var watch = RegionWatch.Open(TrackingKind.WriteProtection);
        using var buffer = new NativeBuffer(Bytes);
        var region = new MemoryRegion<byte>("registered", () => buffer.Memory);
        PageSet Changed() => watch.Collect([region], [region.BeginSave()])[0];
        using IoUring? ring = IoUring.TryOpen(out string? reason);
        if (ring is null || !ring.TryRegister(buffer.Address, Bytes, out reason))
        {
            Assert.Ignore($"io_uring: {reason}");
            return;
        }

        Changed();
        Assert.That(Changed().Count, Is.Zero);
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, [.. Enumerable.Repeat((byte)'d', PageSet.PageBytes)]);
            using var handle = File.OpenHandle(file);
            nint target = buffer.Address + (11 * PageSet.PageBytes);
            Assert.That(ring.ReadFixed(handle, target, PageSet.PageBytes), Is.EqualTo(PageSet.PageBytes));
            Assert.That(buffer.Memory.Span[11 * PageSet.PageBytes], Is.EqualTo((byte)'d'), "the bytes are there");
            if (Changed().Count != 0) Assert.Ignore("a kernel whose fixed reads go past its tracking: this one reports them");
            WrittenMemory.Mark(target, PageSet.PageBytes);
            PageSet changed = Changed();
            Assert.That(Enumerable.Range(0, Pages).Where(p => changed.Contains(p)), Is.EqualTo(new[] { 11 }));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void What_native_code_writes_is_reported()
    {
        FillBytes(_memory + (30 * PageSet.PageBytes), 7, PageSet.PageBytes + 1);
        PageSet changed = Collect();
        Assert.That(Enumerable.Range(0, Pages).Where(p => changed.Contains(p)), Is.EqualTo(new[] { 30, 31 }));
    }

    [Test]
    public void A_region_that_devices_write_to_is_copied_whole()
    {
        using var watch = RegionWatch.Open(TrackingKind.WriteProtection);
        using var buffer = new NativeBuffer(Pages * PageSet.PageBytes);
        var region = new MemoryRegion<byte>("pinned", () => buffer.Memory) { IsWrittenByDevices = true };
        watch.Collect([region], [region.BeginSave()]);
        Assert.That(watch.Collect([region], [region.BeginSave()])[0].Count, Is.EqualTo(Pages));
    }

    [Test]
    public void Two_regions_over_the_same_memory_both_see_its_changes()
    {
        using var watch = RegionWatch.Open(TrackingKind.WriteProtection);
        using var buffer = new NativeBuffer(Pages * PageSet.PageBytes);
        CheckpointRegion[] regions = [new MemoryRegion<byte>("one", () => buffer.Memory), new MemoryRegion<byte>("two", () => buffer.Memory[4096..])];
        RegionDescriptor[] descriptors = [.. regions.Select(static r => r.BeginSave())];
        watch.Collect(regions, descriptors);
        buffer.Memory.Span[9 * PageSet.PageBytes] = 1;
        PageSet[] changed = watch.Collect(regions, descriptors);
        Assert.That((changed[0].Contains(9), changed[1].Contains(8)), Is.EqualTo((true, true)));
    }

    private PageSet Collect()
    {
        var changed = new PageSet(Pages);
        _tracker.Collect(_memory, Bytes, changed);
        return changed;
    }

    private static Process? StartPython(string[] arguments)
    {
        try
        {
            return Process.Start("python3", arguments);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "memset")]
    private static extern nint FillBytes(nint address, int value, nint count);
}
