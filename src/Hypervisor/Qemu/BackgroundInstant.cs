using System;
using System.Threading.Channels;
using HpcVirt.Hypervisor.Qmp;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>
/// When the instant of a state that is saved in the background has passed: QEMU stops the guest, protects its memory and lets it go on, and says both. From
/// then on a page is written to the file before the guest may change it.
/// </summary>
internal sealed class BackgroundInstant(ChannelReader<QmpMessage.Event> events, Action? passed)
{
    private bool _hasStopped;
    private bool _isPast;

    /// <summary>Reads what has happened since; a save that is over has had its instant, whatever was heard of it.</summary>
    public void Look(bool isOver)
    {
        bool isPast = isOver;
        while (events.TryRead(out QmpMessage.Event? happened))
        {
            if (happened.Name == "STOP") _hasStopped = true;
            else if (happened.Name == "RESUME" && _hasStopped) isPast = true;
        }

        if (_isPast || !isPast) return;
        _isPast = true;
        passed?.Invoke();
    }
}
