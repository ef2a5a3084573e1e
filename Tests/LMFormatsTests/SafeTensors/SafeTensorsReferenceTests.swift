import Glibc
import LMFormats
import LMRuntime
import LMTestSupport
import Testing

/// Compares with Python's safetensors: set `LM_PYTHON` to an interpreter that has it.
@Suite struct SafeTensorsReferenceTests {
  static let python = Python.interpreter(importing: "safetensors.numpy, numpy")
  let temporary = TemporaryDirectory()

  @Test(.enabled(if: python != nil, "no Python with safetensors and numpy (LM_PYTHON)"))
  func `Python reads what is written here, and the other way round`() throws {
    try writeSample(to: temporary("ours"), metadata: [("k", "é\n")])
    let script = """
      import sys, numpy, safetensors, safetensors.numpy
      f = dict(safetensors.deserialize(open(sys.argv[1] + "/ours", "rb").read()))
      assert len(f) == 24, len(f)
      for n, t in f.items():
          assert t["data"] == bytearray(i & 255 for i in range(len(t["data"]))), n
      assert f["t.F32"]["shape"] == [4, 3] and f["empty"]["shape"] == [0, 5] and f['"é\\n']["shape"] == []
      assert safetensors.safe_open(sys.argv[1] + "/ours", "np").metadata() == {"k": "é\\n"}
      t = {"x": numpy.arange(6, dtype="f4").reshape(2, 3), "é": numpy.ones((), "f8"), "b": numpy.zeros(3, "bool")}
      safetensors.numpy.save_file(t, sys.argv[1] + "/theirs", {"a": "b"})
      """
    #expect(Python.run(try #require(Self.python), ["-c", script, temporary.path]) == 0)
    let file = try SafeTensorsFile(temporary("theirs"))
    #expect(file.entries.map(\.name) == ["é", "x", "b"])
    #expect(file.header.metadata == ["a": "b"])
    let values = file.withBytes(of: try file.entry("x")) { bytes in
      (0..<6).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    #expect(values == [0, 1, 2, 3, 4, 5])
    let writer = try SafeTensorsWriter(
      file.entries.map { .init($0.name, $0.type, $0.shape) }, metadata: [("a", "b")])
    try writer.write(to: temporary("again")) { entry, output throws(LMError) in
      guard let source = file.header[entry.name] else { return }
      try file.withBytes(of: source) { bytes throws(LMError) in try output.write(bytes) }
    }
    #expect(
      try TemporaryDirectory.bytes(of: temporary("again"))
        == TemporaryDirectory.bytes(of: temporary("theirs")))
  }

  /// All mutants in one file, each after its length; Python answers with one letter for each.
  @Test(.enabled(if: python != nil, "no Python with safetensors and numpy (LM_PYTHON)"))
  func `a hundred thousand mutants are accepted and rejected as Python does`() throws {
    var random = RandomStream(seed: 5)
    let members = [
      #""__metadata__":{"format":"pt"}"#, described("w", "F32", "2,3", "0", "24"),
      described("b", "U8", "3", "24", "27"),
      described("z", "I64", "0", "27", "27"),
    ]
    let seeds =
      [safeTensors("{" + members.joined(separator: ",") + "}", data: 27)]
      + SafeTensorsHeaderTests.malformed.map(\.bytes).filter { (8...2000).contains($0.count) }
    var mutants = SafeTensorsHeaderTests.malformed.map(\.bytes).filter { $0.count <= 100_000 }
    while mutants.count < 100_000 {
      // Half of the mutants come from the well-formed file.
      let seed = random.uniform(below: 2) == 0 ? seeds[0] : seeds[random.uniform(below: seeds.count)]
      mutants.append(mutant(of: seed, &random))
    }
    try AtomicFile.write(temporary("mutants")) { writer throws(LMError) in
      for bytes in mutants {
        try writer.write((0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) })
        try writer.write(bytes)
      }
    }
    let script = """
      import sys, safetensors, struct
      data, at, out = open(sys.argv[1] + "/mutants", "rb").read(), 0, []
      while at < len(data):
          n = struct.unpack_from("<I", data, at)[0]
          try:
              safetensors.deserialize(data[at + 4:at + 4 + n]); out.append("y")
          except Exception:
              out.append("n")
          at += 4 + n
      open(sys.argv[1] + "/answers", "w").write("".join(out))
      """
    #expect(Python.run(try #require(Self.python), ["-c", script, temporary.path]) == 0)
    let answers = try TemporaryDirectory.bytes(of: temporary("answers"))
    try #require(answers.count == mutants.count)
    var (accepted, stricter) = (0, 0)
    for (bytes, answer) in zip(mutants, answers) {
      let theirs = answer == UInt8(ascii: "y")
      do {
        _ = try bytes.withUnsafeBytes { raw in try SafeTensorsHeader(raw, from: "m") }
        accepted += 1
        #expect(theirs, "only accepted here: \(String(decoding: bytes, as: UTF8.self))")
      } catch let error as LMError where theirs {
        stricter += 1
        // The rules of ours that the type's documentation names.
        let isNamed = [
          "twice", "more than 8 numbers", "an object should stand", "64-bit integer", "bytes, at most",
        ]
        .contains { error.problem.contains($0) }
        #expect(isNamed, "only rejected here: \(error) \(String(decoding: bytes, as: UTF8.self))")
      } catch {}
    }
    print("safetensors: \(mutants.count) mutants, \(accepted) accepted by both, \(stricter) by Python only")
    #expect(accepted > 1000)
  }
}
