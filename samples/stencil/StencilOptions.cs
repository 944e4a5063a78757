using System;

namespace HpcVirt.Samples.Stencil;

/// <summary>What the heat plate program was asked to do.</summary>
public sealed record StencilOptions
{
    /// <summary>Rows of the plate, its fixed edge included; 512 unless told.</summary>
    public int Rows { get; init; } = 512;

    /// <summary>Columns of the plate, its fixed edge included; 512 unless told.</summary>
    public int Columns { get; init; } = 512;

    /// <summary>Steps from the cold plate to the end; 100 unless told.</summary>
    public long Steps { get; init; } = 100;

    /// <summary>1 for row strips, 2 for a grid of tiles.</summary>
    public int Dimensions { get; init; } = 1;

    /// <summary>Where to draw the plate as a PNG, if anywhere.</summary>
    public string? Image { get; init; }

    /// <summary>Where to write the plate as raw doubles, if anywhere.</summary>
    public string? Result { get; init; }

    /// <summary>Whether to print the checksum of the plate.</summary>
    public bool Checksum { get; init; }

    /// <summary>Where to note the greatest change of each step, if anywhere.</summary>
    public string? Log { get; init; }

    /// <summary>A pause after each step, so that a person can watch; none unless told.</summary>
    public TimeSpan StepDelay { get; init; }

    /// <summary>Returns these options, or says what is wrong with them.</summary>
    /// <exception cref="StencilOptionException">An option makes no sense.</exception>
    public StencilOptions Validate()
    {
        if (Rows < 3)
            throw new StencilOptionException($"--rows {Rows} leaves no cell inside the plate's edge: give 3 or more");
        if (Columns < 3)
            throw new StencilOptionException($"--columns {Columns} leaves no cell inside the plate's edge: give 3 or more");
        if (Steps < 0)
            throw new StencilOptionException($"--steps {Steps} is negative: give 0 or more");
        if (StepDelay < TimeSpan.Zero || StepDelay > TimeSpan.FromMinutes(1))
            throw new StencilOptionException($"--step-delay-ms {StepDelay.TotalMilliseconds} is out of range: give 0 to 60000");
        if (Image is not null && Result is not null && System.IO.Path.GetFullPath(Image) == System.IO.Path.GetFullPath(Result))
            throw new StencilOptionException($"--image and --result are the same file '{Image}': give two names");
        return this;
    }
}
