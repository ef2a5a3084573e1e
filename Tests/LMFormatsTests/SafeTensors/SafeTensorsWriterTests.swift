import LMFormats
import LMRuntime
import LMTestSupport
import Testing

/// A file with tensors of all types, whose bytes count up, and its plan.
func writeSample(to path: String, metadata: [(String, String)] = [("format", "pt")]) throws {
  let tensors = SafeTensorsType.allCases.map { SafeTensorsWriter.Tensor("t.\($0.rawValue)", $0, [4, 3]) }
  let more = [
    SafeTensorsWriter.Tensor("\"é\n", .float32, []), SafeTensorsWriter.Tensor("empty", .uint8, [0, 5]),
  ]
  let writer = try SafeTensorsWriter(tensors + more, metadata: metadata)
  try writer.write(to: path) { entry, file throws(LMError) in
    try file.write(entry.byteRange.map { UInt8(truncatingIfNeeded: $0 - entry.byteRange.lowerBound) })
  }
}

@Suite struct SafeTensorsWriterTests {
  let temporary = TemporaryDirectory()

  @Test func `what is written is read back, aligned, in the order planned`() throws {
    try writeSample(to: temporary("a"))
    let file = try SafeTensorsFile(temporary("a"))
    #expect(file.entries.count == SafeTensorsType.allCases.count + 2)
    #expect(file.header.metadata["format"] == "pt")
    for entry in file.entries where entry.type.bitWidth % 8 == 0 {
      #expect(entry.byteRange.lowerBound % (entry.type.bitWidth / 8) == 0, "\(entry.name)")
      let bytes = file.withBytes(of: entry) { Array($0) }
      #expect(bytes == (0..<entry.byteRange.count).map { UInt8(truncatingIfNeeded: $0) })
    }
    #expect(try file.entry("t.F32").shape == [4, 3])
    #expect(throws: LMError.self) { try file.entry("none") }
  }

  // Written by Python: safetensors.numpy.save({"b": f16[2], "a": f32[3], "z": i64[1], "c": u8[1], "d": f64[0]}).
  @Test func `the bytes are those of the reference`() throws {
    let writer = try SafeTensorsWriter(
      [
        .init("b", .float16, [2]), .init("a", .float32, [3]), .init("z", .int64, [1]),
        .init("c", .uint8, [1]),
        .init("d", .float64, [0]),
      ], metadata: [])
    try writer.write(to: temporary("a")) { entry, file throws(LMError) in
      try file.write([UInt8](repeating: 0, count: entry.byteRange.count))
    }
    let json =
      #"{"z":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"d":{"dtype":"F64","shape":[0],"data_offsets":[8,8]},"#
      + #""a":{"dtype":"F32","shape":[3],"data_offsets":[8,20]},"b":{"dtype":"F16","shape":[2],"data_offsets":[20,24]},"#
      + #""c":{"dtype":"U8","shape":[1],"data_offsets":[24,25]}}"#
    let padded = json + String(repeating: " ", count: -json.utf8.count & 7)
    #expect(try TemporaryDirectory.bytes(of: temporary("a")) == safeTensors(padded, data: 25))
    #expect(writer.byteCount == 8 + padded.utf8.count + 25)
  }

  @Test(
    arguments: [
      [("a", [1]), ("a", [2])], [("__metadata__", [1])], [(String(repeating: "n", count: 1025), [1])],
      [("a", [Int.max, 2])], [("a", [-1])], [("a", [1, 1, 1, 1, 1, 1, 1, 1, 1])],
      [("a", [Int.max / 64]), ("b", [Int.max / 64])] + (0..<70).map { ("c\($0)", [Int.max / 64]) },
    ] as [[(String, [Int])]]) func `a plan that readers would refuse is refused`(tensors: [(String, [Int])])
  {
    #expect(throws: LMError.self) { try SafeTensorsWriter(tensors.map { .init($0.0, .float32, $0.1) }) }
  }

  @Test func `a file may be replaced by its own tensors while it is mapped`() throws {
    try writeSample(to: temporary("a"))
    let before = try TemporaryDirectory.bytes(of: temporary("a"))
    let file = try SafeTensorsFile(temporary("a"))
    let writer = try SafeTensorsWriter(file.entries.map { .init($0.name, $0.type, $0.shape) })
    try writer.write(to: temporary("a")) { entry, output throws(LMError) in
      guard let source = file.header[entry.name] else { return }
      try file.withBytes(of: source) { bytes throws(LMError) in try output.write(bytes) }
    }
    #expect(try TemporaryDirectory.bytes(of: temporary("a")) == before)
  }
}
