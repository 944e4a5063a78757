using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HpcVirt.Hypervisor.Tests.Qemu;

/// <summary>The block layer of a fake QEMU: images are files, overlays are files beside them, and a commit that is completed copies the one over the other.</summary>
internal sealed class FakeDisks(params string[] images)
{
    private readonly List<Disk> _disks = [.. images.Select(static (image, at) => new Disk($"drive{at}", image))];
    private readonly List<Job> _jobs = [];

    /// <summary>What a commit ends with instead of success.</summary>
    public string? JobError { get; set; }

    /// <summary>A commit gets ready by itself; otherwise it runs for ever.</summary>
    public bool JobsGetReady { get; set; } = true;

    public string Format { get; set; } = "raw";

    public IReadOnlyList<string> JobIds => [.. _jobs.Select(static job => job.Id)];

    /// <summary>The guest writes: to its overlay where it has one.</summary>
    public void Write(string text)
    {
        foreach (Disk disk in _disks) File.WriteAllText(disk.File, text);
    }

    /// <summary>The process begins anew, with the images that its command names.</summary>
    public void Restart()
    {
        foreach (Disk disk in _disks) disk.Node = null;
        _jobs.Clear();
    }

    /// <summary>The answer to a command of the block layer; null for all others.</summary>
    public string? Answer(string command, JsonElement arguments)
    {
        switch (command)
        {
            case "query-block":
                return new JsonArray([
                    .. _disks.Select(disk => (JsonNode)new JsonObject
                    {
                        ["device"] = disk.Device,
                        ["inserted"] = new JsonObject
                        {
                            ["ro"] = false, ["node-name"] = disk.Node ?? "#" + disk.Device, ["file"] = disk.File, ["drv"] = disk.Node is null ? Format : "qcow2",
                            ["image"] = new JsonObject { ["virtual-size"] = 1 << 20 },
                        },
                    }),
                ]).ToJsonString();
            case "query-named-block-nodes":
                return new JsonArray([
                    .. _disks.SelectMany(static disk => new JsonNode[]
                    {
                        new JsonObject { ["node-name"] = "#below-" + disk.Device, ["drv"] = "file", ["file"] = disk.Image },
                        new JsonObject { ["node-name"] = "#" + disk.Device, ["drv"] = "raw", ["file"] = disk.Image },
                    }),
                ]).ToJsonString();
            case "transaction":
                foreach (JsonElement data in arguments.GetProperty("actions").EnumerateArray().Select(static action => action.GetProperty("data")))
                {
                    Disk disk = _disks.Single(disk => disk.Device == data.GetProperty("device").GetString());
                    File.Copy(disk.Image, data.GetProperty("snapshot-file").GetString()!);
                    disk.Node = data.GetProperty("snapshot-node-name").GetString();
                }

                return "{}";
            case "block-commit":
                string id = arguments.GetProperty("job-id").GetString()!;
                Disk committed = _disks.Single(disk => disk.Node == id);
                if (arguments.GetProperty("base-node").GetString() != "#" + committed.Device) return """{"class": "GenericError", "desc": "that is not the image"}""";
                _jobs.Add(new Job(id) { Status = JobsGetReady ? "ready" : "running" });
                return "{}";
            case "query-jobs":
                return new JsonArray([.. _jobs.Select(static job => (JsonNode)job.Describe())]).ToJsonString();
            case "job-complete":
                Complete(_jobs.Single(job => job.Id == arguments.GetProperty("id").GetString()));
                return "{}";
            case "job-cancel":
                _jobs.Single(job => job.Id == arguments.GetProperty("id").GetString()).Conclude("cancelled");
                return "{}";
            case "job-dismiss":
                _ = _jobs.RemoveAll(job => job.Id == arguments.GetProperty("id").GetString());
                return "{}";
            default:
                return null;
        }
    }

    private void Complete(Job job)
    {
        job.Conclude(JobError);
        if (JobError is not null) return;
        Disk disk = _disks.Single(disk => disk.Node == job.Id);
        File.Copy(disk.File, disk.Image, overwrite: true);
        disk.Node = null;
    }

    private sealed class Disk(string device, string image)
    {
        public string Device => device;

        public string Image => image;

        public string? Node { get; set; }

        public string File => Node is null ? image : image + ".overlay";
    }

    private sealed class Job(string id)
    {
        private string? _error;

        public string Id => id;

        public string Status { get; set; } = "running";

        public void Conclude(string? error) => (Status, _error) = ("concluded", error);

        public JsonObject Describe()
        {
            var job = new JsonObject { ["id"] = id, ["type"] = "commit", ["status"] = Status, ["current-progress"] = 1, ["total-progress"] = 2 };
            if (_error is not null) job["error"] = _error;
            return job;
        }
    }
}
