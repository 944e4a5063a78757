using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Runtime.Serialization;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>What the default serializer carries, and that a program's own takes its place.</summary>
public static class SerializationCases
{
    [Ranks(Max = 1)]
    public static void Collections_of_the_framework_arrive_as_they_were(Intracommunicator world)
    {
        Expect.Sequence<KeyValuePair<string, int>>([new("a", 1), new("b", 2)], Echo(world, new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }).OrderBy(pair => pair.Key).ToArray(), "dictionary");
        Expect.Sequence<string>(["x", "y"], Echo(world, new List<string> { "x", "y" }).ToArray(), "list of strings");
        Expect.Sequence<int>([1, 2, 3], Echo(world, new HashSet<int> { 1, 2, 3 }).Order().ToArray(), "set");
        Expect.Sequence<string>(["1", "2"], Echo(world, new Queue<string>(["1", "2"])).ToArray(), "queue");
        Expect.Sequence<string>(["2", "1"], Echo(world, new Stack<string>(["1", "2"])).ToArray(), "stack");
        Expect.Sequence<string>(["1", "2"], Echo(world, new LinkedList<string>(["1", "2"])).ToArray(), "linked list");
        Expect.Equal(new Tuple<string, int>("t", 1), Echo(world, new Tuple<string, int>("t", 1)), "tuple");
        Expect.Equal(("t", 1), Echo(world, ("t", 1)), "value tuple");
        Expect.Equal("1.2.3", Echo(world, new Version(1, 2, 3)).ToString(), "version");
        Expect.Equal(new Uri("http://host/"), Echo(world, new Uri("http://host/")), "uri");
        Expect.Equal(BigInteger.Pow(3, 99), Echo(world, BigInteger.Pow(3, 99)), "big integer");
        Expect.Sequence<int>([1, 2], Echo(world, new[] { [1], new[] { 1, 2 } })[1], "jagged array");
    }

    [Ranks(Max = 1)]
    public static void Arrays_of_several_dimensions_arrive_wherever_they_stand(Intracommunicator world)
    {
        double[,] grid = { { 1, 2, 3 }, { 4, 5, 6 } };
        double[,] back = Echo(world, grid);
        Expect.Equal((2, 3, 6.0), (back.GetLength(0), back.GetLength(1), back[1, 2]), "grid");
        string[,] words = Echo(world, new[,] { { "a", "b" }, { "c", "d" } });
        Expect.Equal("c", words[1, 0], "grid of strings");
        int[,,] cube = new int[2, 1, 2];
        cube[1, 0, 0] = 3;
        Holder holder = Echo(world, new Holder { Grid = cube, Name = "h" });
        Expect.Equal((2, 1, 2, 3, "h"), (holder.Grid.GetLength(0), holder.Grid.GetLength(1), holder.Grid.GetLength(2), holder.Grid[1, 0, 0], holder.Name), "grid in an object");
    }

    [Ranks(Max = 1)]
    public static void Private_fields_base_classes_cycles_and_shared_references_survive(Intracommunicator world)
    {
        var node = new Node("first") { Weight = 3 };
        node.Next = new Node("second") { Next = node };
        Node back = Echo(world, node);
        Expect.True(ReferenceEquals(back, back.Next!.Next), "the cycle is closed");
        Expect.Equal(("first", "second", 3), (back.Name, back.Next.Name, back.Weight), "private and inherited fields");
        object[] twice = Echo(world, new object[] { node, node });
        Expect.True(ReferenceEquals(twice[0], twice[1]), "one object, twice");
    }

    [Ranks(Max = 1)]
    public static void Derived_types_travel_behind_base_types_and_object(Intracommunicator world)
    {
        Animal[] zoo = Echo<Animal[]>(world, [new Cat { Lives = 9, Name = "c" }, new Dog { Name = "d", Tricks = ["sit"] }]);
        Expect.Equal(("c", 9, "sit"), (zoo[0].Name, ((Cat)zoo[0]).Lives, ((Dog)zoo[1]).Tricks[0]), "zoo");
        object[] mixed = Echo(world, new object[] { 1, "two", 3.0, new[] { 4 }, new List<Animal> { new Cat { Lives = 7 } }, DateTimeOffset.UnixEpoch, new Sample(1, 2, 3), DayOfWeek.Friday });
        Expect.Equal((1, "two", 3.0, 4, 7), ((int)mixed[0], (string)mixed[1], (double)mixed[2], ((int[])mixed[3])[0], ((Cat)((List<Animal>)mixed[4])[0]).Lives), "mixed");
        Expect.Equal((DateTimeOffset.UnixEpoch, new Sample(1, 2, 3), DayOfWeek.Friday), ((DateTimeOffset)mixed[5], (Sample)mixed[6], (DayOfWeek)mixed[7]), "boxed values");
        Expect.Equal<object>(5, Echo<object>(world, 5), "a boxed int");
        Expect.Sequence<double>([1, 2], (double[])Echo<object>(world, new double[] { 1, 2 }), "an array as an object");
        Expect.Equal("as object", (string)Echo<object>(world, "as object"), "a string as an object");
    }

    [Ranks(Max = 1)]
    public static void Any_string_arrives_char_by_char_on_its_own_and_inside_objects(Intracommunicator world)
    {
        const string odd = "nul\0 bell\a end\r\n\t \ufffe 🜂";
        const string illFormed = "a lone \ud83d";
        Expect.Equal(odd + illFormed, Echo(world, odd + illFormed), "string");
        Expect.Sequence<string?>([odd, illFormed, "", null], Echo<string?[]>(world, [odd, illFormed, "", null]), "strings in an array");
        Expect.Equal(odd, Echo(world, new Person(odd, 1)).Name, "string in an object");
    }

    [Ranks(Max = 1)]
    public static void Public_properties_of_a_plain_class_travel_without_any_attribute(Intracommunicator world)
    {
        Plain plain = Echo(world, new Plain { Number = 3, Words = ["a"] });
        Expect.Equal((3, "a"), (plain.Number, plain.Words[0]), "plain class");
    }

    [Ranks(Max = 1)]
    public static void Structs_without_references_need_no_contract_inside_objects_either(Intracommunicator world)
    {
        var box = new Box { One = new Sample(1, 2, 3), More = [new Sample(4, 5, 6)], Listed = [new Sample(7, 8, 9)], Grid = new Sample[2, 2], Any = new Sample(1, 1, 1) };
        box.Named["n"] = new Sample(2, 2, 2);
        Box back = Echo(world, box);
        Expect.Equal((box.One, box.More[0], box.Listed[0], box.Any, box.Named["n"], 4), (back.One, back.More[0], back.Listed[0], back.Any, back.Named["n"], back.Grid.Length), "box");
    }

    public static void A_type_without_a_contract_is_refused_by_name_before_anything_is_sent(Intracommunicator world)
    {
        MpiSerializationException error = Expect.Throws<MpiSerializationException>(() => world.Send(new Closed(1), world.Rank, 0), "no contract");
        Expect.True(error.Message.Contains(nameof(Closed), StringComparison.Ordinal) && error.Message.Contains("[Serializable]", StringComparison.Ordinal), error.Message);
        Expect.True(world.ImmediateProbe(world.Rank, 0) is null, "nothing was sent");
    }

    public static void A_serializer_of_the_programs_own_carries_messages_and_collectives(Intracommunicator world)
    {
        using var clone = (Intracommunicator)world.Clone();
        var own = new TextSerializer();
        clone.Serialization.Serializer = own;
        clone.SendReceive($"{clone.Rank}", clone.Rank, 0, out string text);
        Expect.Equal($"{clone.Rank}", text, "own message");
        string[] all = clone.Allgather($"{clone.Rank}");
        for (int rank = 0; rank < clone.Size; rank++)
            Expect.Equal($"{rank}", all[rank], "gathered");
        Expect.True(own.Written >= 2, "the serializer was used");
    }

    [Ranks(Max = 1)]
    public static void Damaged_and_foreign_bytes_are_refused(Intracommunicator world)
    {
        foreach (byte[] bytes in new byte[][] { [], [1, 2, 3], [0xD5, 0x56, 1, 3, 255, 255, 255, 127], [0xD5, 0x56, 1, 99], [0xD5, 0x56, 2, 1], [0xD5, 0x56, 1, 0x83, 3, 0, 0, 0, 65, 65, 65] })
        {
            using var stream = new MemoryStream(bytes);
            _ = Expect.Throws<MpiSerializationException>(() => ObjectSerializer.Default.Deserialize<int[]>(stream), Convert.ToHexString(bytes));
        }

        var random = new Random(7);
        using var good = new MemoryStream();
        ObjectSerializer.Default.Serialize(good, new Person("x", 1));
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = good.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            using var stream = new MemoryStream(damaged, 0, random.Next(damaged.Length + 1));
            try
            {
                _ = ObjectSerializer.Default.Deserialize<Person>(stream);
            }
            catch (MpiSerializationException)
            {
                // Refusing it is right, and reading another value from changed letters is too; any other exception is not.
            }
        }

        Expect.Equal(1, world.Size, "ranks");
    }

    private static T Echo<T>(Intracommunicator world, T value)
    {
        world.SendReceive(value, world.Rank, 1, out T received);
        return received;
    }

    [Serializable]
    public class Named
    {
        private readonly string _name;

        protected Named(string name) => _name = name;

        public string Name => _name;
    }

    [Serializable]
    public sealed class Node(string name) : Named(name)
    {
        [SuppressMessage("Security", "CA5362:Potential reference cycle in deserialized object graph", Justification = "That a cycle survives is what the case shows.")]
        public Node? Next { get; set; }

        public int Weight { get; set; }
    }

    [Serializable]
    public sealed class Holder
    {
        public int[,,] Grid { get; set; } = new int[0, 0, 0];

        public string Name { get; set; } = "";
    }

    public class Animal
    {
        public string Name { get; set; } = "";
    }

    public sealed class Cat : Animal
    {
        public int Lives { get; set; }
    }

    public sealed class Dog : Animal
    {
        public string[] Tricks { get; set; } = [];
    }

    public sealed class Plain
    {
        public int Number { get; set; }

        public string[] Words { get; set; } = [];
    }

    [DataContract]
    internal sealed class Box
    {
        [DataMember]
        public Sample One { get; set; }

        [DataMember]
        public Sample[] More { get; set; } = [];

        [DataMember]
        public List<Sample> Listed { get; set; } = [];

        [DataMember]
        public Sample[,] Grid { get; set; } = new Sample[0, 0];

        [DataMember]
        public object? Any { get; set; }

        [DataMember]
        public Dictionary<string, Sample> Named { get; init; } = [];
    }

    /// <summary>Neither attributes nor a constructor without parameters: no data contract.</summary>
    public sealed class Closed(int secret)
    {
        public string Text { get; } = secret.ToString();
    }

    private sealed class TextSerializer : ISerializer
    {
        public int Written { get; private set; }

        public void Serialize<T>(Stream stream, T value)
        {
            Written++;
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(value);
        }

        public T Deserialize<T>(Stream stream)
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            return reader.ReadToEnd() is T text ? text : throw new SerializationException("only strings");
        }
    }
}
