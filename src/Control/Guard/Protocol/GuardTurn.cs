using System.Collections.Immutable;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>The work of one call of <see cref="GuardProtocol.Next"/>: the state as it changes, and the effects in their order.</summary>
internal sealed class GuardTurn(GuardState state)
{
    private readonly ImmutableArray<GuardEffect>.Builder _effects = ImmutableArray.CreateBuilder<GuardEffect>();

    public GuardState State { get; set; } = state;

    public ImmutableArray<GuardEffect> Effects => _effects.ToImmutable();

    /// <summary>Changes what is remembered, and has it written down. A dry run remembers nothing.</summary>
    public void Commit(GuardRecord record)
    {
        State = State.With(record);
        if (!State.Policy.IsDryRun) _effects.Add(new Commit(record));
    }

    public void Tell(int caseId, string text) => _effects.Add(new Tell(State.NowS, caseId, text));

    public void Do(GuardEffect effect) => _effects.Add(effect);
}
