import LMRuntime
import LMTestSupport
import Testing

@Suite struct GGUFWriterTests {
  private let temporary = TemporaryDirectory()

  /// Every type of value, and keys that are set twice.
  private func metadata() throws -> GGUFMetadata {
    var metadata = GGUFMetadata()
    try metadata.set("general.architecture", "llama")
    let numbers: [(GGUFType, Int)] = [
      (.uint8, 200), (.int8, -56), (.uint16, 65_534), (.int16, -2), (.uint32, 4_294_967_294), (.int32, -2),
      (.uint64, .max), (.int64, .min),
    ]
    for (type, value) in numbers { try metadata.set("n.\(type)", value, as: type) }
    try metadata.set("f.single", Float(1e-5))
    try metadata.set("f.double", 0.1)
    try metadata.set("flag", true)
    try metadata.set("text", "é\0")
    try metadata.set("text.empty", "")
    try metadata.set("a.int32", [1, -2])
    try metadata.set("a.uint8", [0, 255], as: .uint8)
    try metadata.set("a.single", [Float(0.5), -1])
    try metadata.set("a.flag", [true, false])
    try metadata.set("a.text", strings: ["", "x", "é"].map { Array($0.utf8) })
    try metadata.set("a.empty", [Float]())
    try metadata.set("flag", false)
    return metadata
  }

  private let tensors = [
    GGUFWriter.Tensor("a.weight", type: 0, shape: [3, 5]), GGUFWriter.Tensor("b.weight", type: 1, shape: [4]),
    GGUFWriter.Tensor("c.weight", type: 8, shape: [2, 32]),
  ]

  /// Bytes 0, 1, 2 … of each tensor.
  private func write(_ name: String, alignment: Int = 32) throws -> GGUFWriter {
    let writer = try GGUFWriter(try metadata(), tensors, alignment: alignment)
    try AtomicFile.write(temporary(name)) { file throws(LMError) in
      try writer.write(to: file) { entry, file throws(LMError) in
        try file.write((0..<entry.byteCount).map { UInt8(truncatingIfNeeded: $0) })
      }
    }
    return writer
  }

  @Test(arguments: [1, 8, 32, 64, 4096]) func `what was written is read`(alignment: Int) throws {
    let writer = try write("t.gguf", alignment: alignment)
    let bytes = try TemporaryDirectory.bytes(of: temporary("t.gguf"))
    let file = try GGUFFile(path: temporary("t.gguf"))
    #expect(bytes.count == writer.byteCount && file.version == 3 && file.alignment == alignment)
    #expect(file.metadata.count == 19 + (alignment == 32 ? 0 : 1))
    let expected: [(String, GGUFValue)] = [
      ("n.uint8", .integer(200)), ("n.int8", .integer(-56)), ("n.uint64", .integer(.max)),
      ("n.int64", .integer(.min)), ("f.single", .float(Double(Float(1e-5)), isSingle: true)),
      ("f.double", .float(0.1, isSingle: false)), ("flag", .bool(false)),
      ("text", .string(Array("é\0".utf8))),
    ]
    for (key, value) in expected { #expect(file[key].map { "\($0)" } == "\(value)", "\(key)") }
    guard case .array(let texts)? = file["a.text"], case .array(let flags)? = file["a.flag"] else {
      Issue.record("an array is missing")
      return
    }
    #expect((0..<3).map { texts.string($0).map(Array.init) } == ["", "x", "é"].map { Array($0.utf8) })
    #expect(flags.count == 2 && file["a.empty"] == nil)
    #expect(file.tensors.map(\.name) == tensors.map(\.name))
    #expect(file.tensors.map(\.dimensions) == [[5, 3], [4], [32, 2]])
    for tensor in file.tensors {
      let start = file.dataOffset + tensor.offset
      let count = tensor.byteCount ?? 0
      #expect(start % alignment == 0)
      #expect(Array(bytes[start..<start + count]) == (0..<count).map { UInt8(truncatingIfNeeded: $0) })
    }
  }

  @Test(arguments: [32, 64]) func `bytes are those of the gguf package`(alignment: Int) throws {
    guard let python = Python.interpreter(finding: ["gguf", "numpy"]) else {
      print("skipped: no Python with gguf (set LM_PYTHON)")
      return
    }
    _ = try write("own.gguf", alignment: alignment)
    let script = SharedData.packageRoot + "/Tests/Reference/reference_files.py"
    #expect(Python.run(python, [script, "writer", "\(alignment)", temporary("their.gguf")]) == 0)
    #expect(
      try TemporaryDirectory.bytes(of: temporary("own.gguf"))
        == TemporaryDirectory.bytes(of: temporary("their.gguf")))
  }

  @Test func `numbers that do not fit and tensors that cannot be are refused`() throws {
    var metadata = GGUFMetadata()
    for (type, value) in [
      (GGUFType.uint8, 256), (.uint8, -1), (.int8, 128), (.uint32, -1), (.uint64, -1), (.bool, 1),
      (.string, 1),
    ] {
      #expect(throws: LMError.self, "\(type) \(value)") { try metadata.set("k", value, as: type) }
      #expect(throws: LMError.self) { try metadata.set("k", [value], as: type) }
    }
    #expect(throws: LMError.self) { try metadata.set("", 1) }
    #expect(metadata.count == 0)
    let wrong: [[GGUFWriter.Tensor]] = [
      [.init("w", type: 0, shape: [1]), .init("w", type: 0, shape: [1])], [.init("w", type: 0, shape: [])],
      [.init("", type: 0, shape: [1])], [.init("w", type: 8, shape: [33])],
      [.init("w", type: 4, shape: [32])],
      [.init("w", type: 0, shape: [1, 1, 1, 1, 1])], [.init("w", type: 0, shape: [1 << 40, 1 << 40])],
      [.init(String(repeating: "n", count: 1_025), type: 0, shape: [1])],
    ]
    for tensors in wrong { #expect(throws: LMError.self) { _ = try GGUFWriter(metadata, tensors) } }
  }

  @Test func `a failure leaves no file`() throws {
    let writer = try GGUFWriter(GGUFMetadata(), tensors)
    #expect(throws: LMError.self) {
      try AtomicFile.write(temporary("t.gguf")) { file throws(LMError) in
        try writer.write(to: file) { entry, file throws(LMError) in
          throw LMError(at: entry.name, "is missing", remedy: "none")
        }
      }
    }
    #expect(try FileSystem.entries(of: temporary.path).isEmpty)
  }
}
