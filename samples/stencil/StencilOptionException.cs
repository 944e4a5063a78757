using System;

namespace HpcVirt.Samples.Stencil;

/// <summary>The program was asked for something that it cannot do; the message says what to ask instead.</summary>
public sealed class StencilOptionException(string message) : Exception(message);
