namespace HpcVirt.Cli;

/// <summary>The longer texts of the help.</summary>
internal static class Texts
{
    public const string Root = """
        hpcvirt runs MPI jobs that survive failing nodes.

          hpcvirt run -n 4 -- ./stencil.dll --steps 1000     run, and relaunch after a loss
          hpcvirt rehearse -n 4 -- ./stencil.dll             prove that a restart changes nothing
          hpcvirt simulate quiesce --ranks 4096              see how a job of that size falls silent
          hpcvirt predict train DIR --out m.hpcm             learn which node fails next
          hpcvirt checkpoint verify /tmp/ck                  look into checkpoints, and repair them
          hpcvirt vm migrate vm1 b                           move a virtual machine while its job works
          hpcvirt guard --config guard.json                  move them by itself, before their hosts fail

        `hpcvirt COMMAND --help` explains more.
        """;

    public const string Run = """
        Runs PROGRAM on N ranks and watches over it. When a rank or a host is lost, it ends the attempt and launches it again
        from the newest checkpoint, after a short pause. A program that fails by itself, twice in the same way, is not
        started again. Ctrl-C or SIGTERM saves a checkpoint first; a second one stops at once.

        Examples:
          hpcvirt run -n 4 -- bin/Release/net10.0/stencil.dll --steps 1000
          hpcvirt run -n 8 --hosts a,b --checkpoints /shared/ckpt --restarts 3 -- ./solver input.dat
          hpcvirt run -n 4 --mpi mpich --launcher-args "-iface eth0" -- ./solver
          hpcvirt run -n 4 --rehearse-kill 2 --rehearse-kill 5@0 -- ./solver     kill ranks on purpose
          hpcvirt run -n 4 --walltime 12h -- ./solver                            stop in time, with a checkpoint
          hpcvirt run --checkpoints /shared/ckpt -- ./solver                     in a Slurm job, which says hosts and ranks
          hpcvirt run -n 4 --dry-run -- ./solver                                 show the launcher's command

        Exit codes: 0 the job ended well; the program's own code if it fails by itself; 71 gave up; 75 stopped, and the same
        command goes on; 76 stopped without a checkpoint; 64 wrong command line; 66 no such program; 69 no MPI.
        """;

    public const string Rehearse = """
        Runs PROGRAM unbroken, runs it again while ranks are killed, and compares exit code, the lines of rank 0 and the files
        that the runs wrote. Names the files, fields and buffers that a restart does not bring back. Each run
        has a working directory and a checkpoint directory of its own: nothing of yours is touched.

        Examples:
          hpcvirt rehearse -n 4 -- bin/Release/net10.0/stencil.dll --steps 200 --result plate.bin
          hpcvirt rehearse -n 4 --kills 5 --seed 7 --result plate.bin -- ./stencil.dll --result plate.bin
          hpcvirt rehearse -n 2 --ignore-lines "seconds" -- ./solver

        Exit codes: 0 the results are equal; 72 they differ; 73 nothing was proved (no checkpoint, or not reproducible).
        """;

    public const string Simulate = "Runs the protocols of this tool over a simulated network, with checkers.";

    public const string SimulateQuiesce = """
        Runs a job of simulated ranks that is asked to fall silent while messages are in flight, with the production protocol in
        every rank, and prints what it costs and what the checkers say.

        Examples:
          hpcvirt simulate quiesce --ranks 1048576 --seed 7
          hpcvirt simulate quiesce --ranks 512 --traffic farm --attempts 5 --json farm.json
          hpcvirt simulate quiesce --replay 4711                   the small random job that a test printed
          hpcvirt simulate quiesce --scale --out docs              the table and the plot

        Exit codes: 0 no checker found a fault; 1 one did; 64 wrong command line.
        """;

    public const string HowToSeparate = "Write the program and its arguments after `--`: hpcvirt run -n 4 -- PROGRAM ARGS. See hpcvirt run --help.";
}
