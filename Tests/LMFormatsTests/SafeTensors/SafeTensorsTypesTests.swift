import LMFormats
import LMRuntime
import LMTensor
import LMTestSupport
import Testing

/// Every element type as a tensor, or as integers.
@Suite struct SafeTensorsTypesTests {
  static let python = Python.interpreter(finding: ["safetensors", "torch"])
  let temporary = TemporaryDirectory()

  /// A file of one-dimensional tensors of these bytes.
  private func file(_ tensors: [(name: String, type: SafeTensorsType, bytes: [UInt8])]) throws
    -> SafeTensorsFile
  {
    let writer = try SafeTensorsWriter(
      tensors.map { .init($0.name, $0.type, [$0.bytes.count * 8 / $0.type.bitWidth]) })
    try writer.write(to: temporary("m.safetensors")) { entry, file throws(LMError) in
      try file.write(tensors.first { $0.name == entry.name }?.bytes ?? [])
    }
    return try SafeTensorsFile(temporary("m.safetensors"))
  }

  private func bytes<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }

  // From the definitions: the largest and the smallest numbers, the smallest normal one, 1, zeros, infinity, NaN.
  @Test(
    arguments: [
      (
        .float8E4M3,
        [(0x7E, 448), (0x01, 0x1p-9), (0x08, 0x1p-6), (0xB8, -1), (0x80, -0.0), (0x7F, .nan), (0xFF, .nan)]
      ),
      (
        .float8E5M2,
        [(0x7B, 57344), (0x01, 0x1p-16), (0x04, 0x1p-14), (0x3C, 1), (0xFC, -.infinity), (0x7D, .nan)]
      ),
      (
        .float8E4M3FNUZ,
        [(0x7F, 240), (0x01, 0x1p-10), (0x08, 0x1p-7), (0x40, 1), (0x80, .nan), (0xFF, -240)]
      ),
      (
        .float8E5M2FNUZ,
        [(0x7F, 57344), (0x01, 0x1p-17), (0x04, 0x1p-15), (0x40, 1), (0x80, .nan), (0x00, 0)]
      ),
      (.float8E8M0, [(0x00, 0x1p-127), (0x01, 0x1p-126), (0x7F, 1), (0xFE, 0x1p127), (0xFF, .nan)]),
    ] as [(SafeTensorsType, [(UInt8, Float)])])
  func `floats of 8 bits are exact`(_ type: SafeTensorsType, _ pairs: [(UInt8, Float)]) throws {
    let tensor = try #require(try NamedTensors.load([file([("a", type, pairs.map(\.0))])])["a"])
    #expect(tensor.dtype == (type == .float8E8M0 ? .bfloat16 : .float16))
    for (found, (_, expected)) in zip(tensor.toArray(), pairs) {
      #expect(found.bitPattern == expected.bitPattern || found.isNaN && expected.isNaN, "\(type) \(expected)")
    }
  }

  @Test func `16 and 32 bits are mapped, 64 are rounded, integers are passed over`() throws {
    let halves: [Float16] = [1, -2.5, 65504]
    let doubles = [0.1, -1e300, 0x1p-1074]
    let opened = try file([
      ("half", .float16, bytes(halves)), ("double", .float64, bytes(doubles)),
      ("int", .int64, bytes([Int64(5)])),
      ("single", .float32, bytes([Float(3)])), ("brain", .bfloat16, bytes([UInt16(0x3F80)])),
      ("flag", .bool, [1, 0]),
    ])
    let tensors = try NamedTensors.load([opened])
    #expect(Set(tensors.names) == ["half", "double", "single", "brain"])
    #expect(tensors["half"]?.dtype == .float16 && tensors["half"]?.toArray() == [1, -2.5, 65504])
    #expect(tensors["double"]?.toArray() == [0.1, -.infinity, 0])
    #expect(tensors["brain"]?.toArray() == [1])
    for name in ["half", "single", "brain"] {
      let (tensor, entry) = (try #require(tensors[name]), try opened.entry(name))
      #expect(
        UnsafeRawPointer(tensor.pointer)
          == opened.file.bytes.baseAddress.map { $0 + entry.byteRange.lowerBound })
    }
  }

  @Test func `tensors at odd addresses are copied, those without elements are empty`() throws {
    let text =
      "{" + described("one", "U8", "1", "0", "1") + "," + described("single", "F32", "2", "1", "9") + ","
      + described("half", "F16", "1", "9", "11") + "," + described("none", "BF16", "0,7", "11", "11") + "}"
    // A header of any length: the data begin at an odd or an even byte.
    for padding in 0..<4 {
      let header = text + String(repeating: " ", count: padding)
      var content = safeTensors(header, data: 11)
      let values = bytes([Float(1.5), -2]) + bytes([Float16(3)])
      content.replaceSubrange(content.count - 10..<content.count, with: values)
      try temporary.write("odd.safetensors", content)
      let tensors = try NamedTensors.load([try SafeTensorsFile(temporary("odd.safetensors"))])
      #expect(tensors["single"]?.toArray() == [1.5, -2] && tensors["half"]?.toArray() == [3])
      #expect(tensors["none"]?.shape == [0, 7] && tensors["none"]?.dtype == .bfloat16)
    }
  }

  @Test func `integers of every type are read where they are asked for`() throws {
    let tensors: [(String, SafeTensorsType, [UInt8], [Int])] = [
      ("bool", .bool, [0, 1], [0, 1]), ("u8", .uint8, [0, 255], [0, 255]),
      ("i8", .int8, [0x80, 1], [-128, 1]),
      ("i16", .int16, bytes([Int16.min, 7]), [-32768, 7]), ("u16", .uint16, bytes([UInt16.max]), [65535]),
      ("i32", .int32, bytes([Int32.min, 7]), [Int(Int32.min), 7]),
      ("u32", .uint32, bytes([UInt32.max]), [4_294_967_295]),
      ("i64", .int64, bytes([Int64.min, .max]), [.min, .max]),
      ("u64", .uint64, bytes([UInt64(Int.max)]), [.max]),
    ]
    let file = try file(
      tensors.map { ($0.0, $0.1, $0.2) } + [
        ("f", .float32, [0, 0, 0, 0]), ("big", .uint64, bytes([UInt64.max])),
      ])
    for (name, _, _, expected) in tensors {
      #expect(try file.integers(of: file.entry(name)) == expected, "\(name)")
    }
    for (name, part) in [("f", "is F32"), ("big", "holds 18446744073709551615")] {
      let error = #expect(throws: LMError.self) { try file.integers(of: file.entry(name)) }
      #expect(error?.problem.contains(part) == true && error?.problem.contains("\"\(name)\"") == true)
    }
  }

  @Test(arguments: [SafeTensorsType.float4, .float6E2M3, .float6E3M2, .complex64])
  func `what cannot be read is named`(_ type: SafeTensorsType) throws {
    let opened = try file([("layers.0.weight", type, [UInt8](repeating: 0, count: 24))])
    let error = #expect(throws: LMError.self) { try NamedTensors.load([opened]) }
    #expect(error?.problem == "tensor \"layers.0.weight\" is \(type.rawValue), which cannot be read")
  }

  @Test func `types are written as they are, blocks are refused by name`() throws {
    var tensors = NamedTensors()
    for (name, dtype) in [("a", DType.float32), ("b", .bfloat16), ("c", .float16)] {
      tensors[name] = sampleTensor([3, 5], dtype: dtype)
    }
    try AtomicFile.write(temporary("m.safetensors")) { file throws(LMError) in try tensors.write(to: file) }
    let again = try NamedTensors.load([try SafeTensorsFile(temporary("m.safetensors"))])
    for name in tensors.names {
      #expect(
        again[name]?.dtype == tensors[name]?.dtype && again[name]?.toArray() == tensors[name]?.toArray())
    }
    tensors["q"] = sampleBlocks([1, 32], dtype: .q8_0)
    let error = #expect(throws: LMError.self) { try tensors.fileSize() }
    #expect(error?.description.contains("tensor \"q\": is Q8_0") == true)
  }

  @Test func `tensors that are mapped from a file may be saved over it`() throws {
    for dtype in [DType.float32, .bfloat16, .float16] {
      var tensors = NamedTensors()
      for name in ["a", "b"] {
        tensors[name] = sampleTensor([300, 70], seed: UInt64(name.count), dtype: dtype)
      }
      let (path, other) = (temporary("\(dtype)"), temporary("\(dtype) elsewhere"))
      try AtomicFile.write(path) { file throws(LMError) in try tensors.write(to: file) }
      let mapped = try NamedTensors.load([try SafeTensorsFile(path)])
      for target in [path, other] {
        try AtomicFile.write(target) { file throws(LMError) in try mapped.write(to: file) }
      }
      #expect(try SHA256Digest(ofFile: path) == SHA256Digest(ofFile: other))
      #expect(mapped["b"]?.toArray() == tensors["b"]?.toArray())
    }
  }

  @Test(.enabled(if: python != nil, "no Python with safetensors and torch (LM_PYTHON)"))
  func `all numbers of 8 and 16 bits are those of torch`() throws {
    let script = """
      import sys, torch, safetensors.torch as s
      kinds = "float8_e5m2 float8_e4m3fn float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu".split()
      t = {k: torch.arange(256).to(torch.uint8).view(getattr(torch, k)) for k in kinds if hasattr(torch, k)}
      for k in ["float16", "bfloat16"]: t[k] = torch.arange(65536).to(torch.uint16).view(getattr(torch, k))
      t.update({k + ".wide": v.float() for k, v in t.items()})
      s.save_file(t, sys.argv[1] + "/torch.safetensors")
      """
    try #require(Python.run(try #require(Self.python), ["-c", script, temporary.path]) == 0)
    let tensors = try NamedTensors.load([try SafeTensorsFile(temporary("torch.safetensors"))])
    var compared = 0
    for name in tensors.names where !name.hasSuffix(".wide") {
      let (found, expected) = (
        try #require(tensors[name]).toArray(), try #require(tensors["\(name).wide"]).toArray()
      )
      let wrong = zip(found, expected).filter { $0.bitPattern != $1.bitPattern && !($0.isNaN && $1.isNaN) }
      #expect(wrong.isEmpty, "\(name): \(wrong.prefix(3))")
      compared += 1
    }
    #expect(compared >= 6)
  }
}
