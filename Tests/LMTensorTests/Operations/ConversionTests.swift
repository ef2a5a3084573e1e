import LMRuntime
import LMTensor
import LMTestSupport
import Testing

/// ``Tensor/converted(to:)`` from and to every type.
@Suite struct ConversionTests {
  static let python = Python.interpreter(finding: ["gguf", "numpy"])

  private func bits(_ tensor: Tensor) -> [UInt32] { tensor.toArray().map(\.bitPattern) }

  /// A float16 tensor of these bits.
  private func halves(_ bits: [UInt16]) -> Tensor {
    let tensor = Tensor([bits.count], dtype: .float16)
    for (index, half) in bits.enumerated() {
      tensor.pointer.storeBytes(of: half, toByteOffset: 2 * index, as: UInt16.self)
    }
    return tensor
  }

  @Test func `every half is the float that the standard says`() {
    let all = Array(UInt16.min...UInt16.max)
    onEveryInstructionSet { set in
      for (bits, value) in zip(all, halves(all).toArray()) {
        let expected = Float(Float16(bitPattern: bits))
        #expect(value.bitPattern == expected.bitPattern || value.isNaN && expected.isNaN, "\(set) \(bits)")
      }
    }
  }

  @Test func `floats become the nearest half, ties the even one`() {
    // Each half, the middle between it and the next, and the floats on both sides.
    var values: [Float] = [
      .infinity, .nan, 65519.996, 65520, 1e30, .leastNonzeroMagnitude, 0x1p-25, 0x1.000002p-25,
    ]
    for bits in UInt16.min..<0x7C00 {
      let (low, high) = (Float(Float16(bitPattern: bits)), Float(Float16(bitPattern: bits + 1)))
      let middle = high.isFinite ? (low + high) / 2 : 65520
      values += [low, middle, middle.nextUp, middle.nextDown]
    }
    values += values.map { -$0 }
    let tensor = Tensor(values, shape: [values.count])
    onEveryInstructionSet { set in
      let converted = tensor.converted(to: .float16)
      for (index, value) in values.enumerated() {
        let bits = converted.pointer.load(fromByteOffset: 2 * index, as: UInt16.self)
        let (found, expected) = (Float16(bitPattern: bits), Float16(value))
        #expect(found.bitPattern == expected.bitPattern || found.isNaN && expected.isNaN, "\(set) \(value)")
      }
    }
  }

  @Test(arguments: [1, 2, 7, 8, 9, 31, 32, 33, 1000])
  func `halves of any number of elements convert to and from both other types`(count: Int) {
    let values = sampleValues(count).map { Float(Float16($0)) }
    onEveryInstructionSet { _ in
      let half = Tensor(values, shape: [count]).converted(to: .float16)
      #expect(half.toArray() == values)
      #expect(
        bits(half.converted(to: .bfloat16)) == bits(Tensor(values, shape: [count]).converted(to: .bfloat16)))
      #expect(half.converted(to: .bfloat16).converted(to: .float16).dtype == .float16)
      let sum = Tensor(values, shape: [count])
      sum.addInPlace(half)
      #expect(sum.toArray() == values.map { $0 + $0 })
    }
  }

  /// SHA-256 of the floats that `gguf.quants.dequantize` (gguf 0.19.0) gives for ``sampleBlocks(_:seed:scale:dtype:)``
  /// of `[5, 768]` with the seed 7.
  static let digests: [DType: String] = [
    .q8_0: "828b1fa19bb02ae2af34e3057c003ff72463dccf1248d872290e82de741ac26e",
    .q4_0: "e4cd167a002af803984398a3e10430554cba0371f7fddea8a59a586d35724159",
    .q5_0: "535491f890718bd62bfb03cfcc5e7e2f80b1775c3435c0ea46ac0a532956fd2a",
    .iq4_NL: "b41017f8bed3728a9a7534b06ca432d327955c0e7242e1e5cdee4aadc47046b4",
    .q4_1: "bf41dc37036d0cba460b80c27a6efbf00810be18769a964e4be1bb13944bdfcf",
    .q5_1: "88d5025c580dd59d85f0ecb1ad41ac8e7e10b0520566d51d6544a53f35e98bb2",
    .q4_K: "a38b9d5caa86e180ce333445c81206a87c4111b0ccac5b2e0857ade1d4e10f5d",
    .q5_K: "4e41e14f86b936c2b24da7f6b3ce42889cf146125f5ab36aed0992cf387953a5",
    .q2_K: "5b4502ce1ac54996752156b067e9ba8f333a99d00ec1f4846fb1da9c00f2ad60",
    .q3_K: "04f18eecb7b0f2f013cf1c7b9c3228f74f895e73f74b9c7467dda4c42cdcfd8f",
    .q6_K: "1f46dea55775d569a6057549c7dc5dd6e65ea291797d3725e3b586df88faec31",
  ]

  @Test(arguments: DType.quantized) func `decoded blocks have the bits of Python's gguf`(_ type: DType) {
    let blocks = sampleBlocks([5, 768], seed: 7, dtype: type)
    onEveryInstructionSet { set in
      let digest = blocks.toArray().withUnsafeBytes { SHA256Digest(of: $0) }
      #expect(digest.description == Self.digests[type], "\(set) \(type)")
    }
  }

  @Test(arguments: DType.quantized) func `bf16 and half are those of the decoded floats`(_ type: DType) {
    let blocks = sampleBlocks([3, 768], seed: 5, dtype: type)
    onEveryInstructionSet { set in
      let floats = blocks.converted(to: .float32)
      for target in [DType.bfloat16, .float16] {
        #expect(bits(blocks.converted(to: target)) == bits(floats.converted(to: target)), "\(set) \(type)")
      }
    }
  }

  /// Any bits at all: scales may be NaN, infinite or subnormal.
  @Test(.enabled(if: python != nil, "no Python with gguf and numpy (LM_PYTHON)"), arguments: DType.quantized)
  func `blocks of random bits decode as Python's gguf decodes them`(_ type: DType) throws {
    let temporary = TemporaryDirectory()
    let count = 400 * 256
    let blocks = Tensor([count], dtype: type)
    var random = RandomStream(seed: 3).split(type.rawValue)
    let bytes = UnsafeMutableRawBufferPointer(start: blocks.pointer, count: blocks.byteCount)
    for index in bytes.indices { bytes[index] = UInt8(random.uniform(below: 256)) }
    try AtomicFile.write(temporary("blocks")) { file throws(LMError) in
      try file.write(UnsafeRawBufferPointer(bytes))
    }
    let script = """
      import sys, numpy, gguf
      data = numpy.fromfile(sys.argv[1] + "/blocks", dtype="u1")
      floats = gguf.quants.dequantize(data, gguf.GGMLQuantizationType[sys.argv[2]])
      floats.astype("f4").tofile(sys.argv[1] + "/floats")
      """
    let python = try #require(Self.python)
    try #require(Python.run(python, ["-W", "ignore", "-c", script, temporary.path, type.rawValue]) == 0)
    let expected = try MappedFile(temporary("floats"))
    try #require(expected.count == 4 * count)
    onEveryInstructionSet { set in
      let found = bits(blocks)
      let wrong = found.indices.filter { index in
        let wanted = expected.bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
        let bothNaN = Float(bitPattern: wanted).isNaN && Float(bitPattern: found[index]).isNaN
        return found[index] != wanted && !bothNaN
      }
      #expect(wrong.isEmpty, "\(set) \(type): \(wrong.count) of \(count), first at \(wrong.first ?? 0)")
    }
  }
}
