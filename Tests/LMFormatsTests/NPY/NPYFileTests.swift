import LMFormats
import LMRuntime
import LMTestSupport
import Testing

@Suite struct NPYFileTests {
  static let python = Python.interpreter(importing: "numpy")
  let temporary = TemporaryDirectory()

  @Test(arguments: [[], [0], [1], [7], [2, 3], [0, 5], [1, 2, 3, 4]] as [[Int]])
  func `values start at a multiple of 64 and are little-endian floats`(shape: [Int]) throws {
    let count = shape.reduce(1, *)
    try NPYFile.write((0..<count).map(Float.init), shape: shape, to: temporary("a.npy"))
    let bytes = try TemporaryDirectory.bytes(of: temporary("a.npy"))
    #expect(Array(bytes.prefix(8)) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    #expect(start % 64 == 0)
    #expect(bytes.count == start + 4 * count)
    if count > 1 { #expect(Array(bytes[start + 4..<start + 8]) == [0, 0, 0x80, 0x3F]) }
  }

  @Test func `values that are written one by one make the same file`() throws {
    let values = (0..<15).map { Float($0) / 3 }
    try NPYFile.write(values, shape: [3, 5], to: temporary("a.npy"))
    try NPYFile.write(shape: [3, 5], to: temporary("b.npy")) { writer throws(LMError) in
      for value in values {
        try writer.write((0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) })
      }
    }
    #expect(
      try TemporaryDirectory.bytes(of: temporary("a.npy")) == TemporaryDirectory.bytes(of: temporary("b.npy"))
    )
  }

  @Test(
    .enabled(if: python != nil, "no Python with numpy (LM_PYTHON)"),
    arguments: [[], [0], [7], [2, 3], [3, 1, 5]] as [[Int]])
  func `numpy reads the array, and writes the same bytes`(shape: [Int]) throws {
    let count = shape.reduce(1, *)
    try NPYFile.write((0..<count).map { Float($0) / 3 }, shape: shape, to: temporary("a.npy"))
    let script = """
      import sys, io, numpy
      a = numpy.load(sys.argv[1], allow_pickle=False)
      assert a.dtype == numpy.float32 and a.shape == tuple(\(shape)), (a.dtype, a.shape)
      assert (a.ravel() == numpy.arange(\(count), dtype="f4") / numpy.float32(3)).all()
      b = io.BytesIO(); numpy.save(b, a)
      assert b.getvalue() == open(sys.argv[1], "rb").read()
      """
    #expect(Python.run(try #require(Self.python), ["-c", script, temporary("a.npy")]) == 0)
  }
}
