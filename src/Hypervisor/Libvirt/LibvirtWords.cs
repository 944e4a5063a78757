using System;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>
/// Words to a move that is under way: one at a time, the newest of those that wait, and nobody waits for the answer. libvirt was seen to keep one until the move was over
/// when nothing else was asked meanwhile; whoever goes on looking is answered, and so is the word.
/// </summary>
internal sealed class LibvirtWords
{
    private Task _saying = Task.CompletedTask;
    private Func<Task>? _next;

    /// <summary>Whether nothing is being said, and nothing waits to be.</summary>
    public bool IsSilent => _saying.IsCompleted && _next is null;

    /// <summary>Says something as soon as what is being said is answered; what waited until now is not said any more.</summary>
    public void Say(Func<Task> word)
    {
        _next = word;
        GoOn();
    }

    /// <summary>Says what waits, if it can be said now.</summary>
    public void GoOn()
    {
        if (!_saying.IsCompleted || _next is not { } word)
            return;
        _next = null;
        _saying = QuietlyAsync(word);
    }

    /// <summary>Says nothing more, and waits for the last answer.</summary>
    public Task SettleAsync()
    {
        _next = null;
        return _saying;
    }

    private static async Task QuietlyAsync(Func<Task> word)
    {
        try
        {
            await word();
        }
        catch (LibvirtException)
        {
            // The move was over before, or has not come so far; the next look says so.
        }
    }
}
