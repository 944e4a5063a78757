using System;
using System.Collections.Generic;
using System.IO;

namespace HpcVirt.Control.Launchers;

/// <summary>The program that every rank executes, found and checked before anything is launched.</summary>
/// <param name="FileName">Absolute path of the executable.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record ProgramCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>
    /// Finds the program: a name with a slash is a path, any other is looked up on the PATH; a .dll is run by dotnet.
    /// </summary>
    /// <param name="program">The program as the user wrote it.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variable">The environment.</param>
    /// <exception cref="ControlException">It does not exist or cannot be executed; the message says what to do.</exception>
    public static ProgramCommand Resolve(string program, IReadOnlyList<string> arguments, Func<string, string?> variable)
    {
        string? searchPath = variable("PATH");
        if (Directory.Exists(program) || program.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase) || program.EndsWith(".sln", StringComparison.OrdinalIgnoreCase))
            throw Missing($"{program} is a project or a folder, not a program. Build it and run what comes out:\n  dotnet build -c Release {program}\n  hpcvirt run -n 4 -- PATH/bin/Release/net10.0/NAME.dll");
        if (program.EndsWith(".cs", StringComparison.OrdinalIgnoreCase))
            throw Missing($"{program} is source code. Build it first and run the .dll that comes out.");
        if (program.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)) return ForAssembly(program, arguments, searchPath);
        if (!program.Contains('/', StringComparison.Ordinal))
        {
            if (ExecutablePath.Find(program, searchPath) is { } found) return new ProgramCommand(found, arguments);
            throw Missing(File.Exists(program)
                ? $"{program} is not on the PATH, but the working directory has it: write ./{program}"
                : $"{program} was not found on the PATH. Give its path, for instance ./{program}");
        }

        if (!File.Exists(program)) throw Missing($"{program} does not exist (working directory: {Directory.GetCurrentDirectory()}).");
        if (!ExecutablePath.IsExecutable(program)) throw Missing($"{program} is not executable. Run: chmod +x {program}");
        return new ProgramCommand(Path.GetFullPath(program), arguments);
    }

    private static ProgramCommand ForAssembly(string assembly, IReadOnlyList<string> arguments, string? searchPath)
    {
        if (!File.Exists(assembly)) throw Missing($"{assembly} does not exist (working directory: {Directory.GetCurrentDirectory()}). Build the project first: dotnet build -c Release");
        if (!File.Exists(Path.ChangeExtension(assembly, ".runtimeconfig.json")))
            throw Missing($"{assembly} is a library, not a program: it has no .runtimeconfig.json beside it. Is <OutputType>Exe</OutputType> set in its project?");
        string host = Environment.ProcessPath is { } self && Path.GetFileName(self) == "dotnet"
            ? self
            : ExecutablePath.Find("dotnet", searchPath) ?? throw Missing($"dotnet, which runs {assembly}, was not found on the PATH.");
        return new ProgramCommand(host, [Path.GetFullPath(assembly), .. arguments]);
    }

    private static ControlException Missing(string message) => new(ExitCode.ProgramMissing, message);
}
