import LMRuntime
import LMTestSupport
import Testing

/// Writes GGUF files, valid ones and others.
struct GGUFBytes {
  var version: UInt32 = 3
  /// Counts in the header, where they are to differ from what follows.
  var tensorCount: UInt64?
  var keyCount: UInt64?
  var entries: [[UInt8]] = []
  var tensors: [[UInt8]] = []
  var data: [UInt8] = []
  var alignment = 32

  static func word(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  static func text(_ text: String) -> [UInt8] { word(UInt64(text.utf8.count), 8) + Array(text.utf8) }

  static func entry(_ key: String, _ type: UInt64, _ value: [UInt8]) -> [UInt8] {
    text(key) + word(type, 4) + value
  }

  static func tensor(_ name: String, _ dimensions: [UInt64], type: UInt64 = 0, offset: UInt64 = 0) -> [UInt8]
  {
    text(name) + word(UInt64(dimensions.count), 4) + dimensions.flatMap { word($0, 8) } + word(type, 4)
      + word(offset, 8)
  }

  var bytes: [UInt8] {
    var bytes = Array("GGUF".utf8) + Self.word(UInt64(version), 4)
    bytes +=
      Self.word(tensorCount ?? UInt64(tensors.count), 8) + Self.word(keyCount ?? UInt64(entries.count), 8)
    for part in entries + tensors { bytes += part }
    if !tensors.isEmpty {
      bytes += repeatElement(0, count: (alignment - bytes.count % alignment) % alignment)
    }
    return bytes + data
  }

  func read() throws -> GGUFFile { try bytes.withUnsafeBytes { try GGUFFile($0, from: "t.gguf") } }
}

@Suite struct GGUFFileTests {
  private static func word(_ value: UInt64, _ size: Int) -> [UInt8] { GGUFBytes.word(value, size) }
  private static func entry(_ key: String, _ type: UInt64, _ value: [UInt8]) -> [UInt8] {
    GGUFBytes.entry(key, type, value)
  }

  @Test func `every type of value is read`() throws {
    var file = GGUFBytes()
    let numbers: [(UInt64, [UInt8], GGUFValue)] = [
      (0, [200], .integer(200)), (1, [200], .integer(-56)), (2, Self.word(0xFFFE, 2), .integer(0xFFFE)),
      (3, Self.word(0xFFFE, 2), .integer(-2)), (4, Self.word(0xFFFF_FFFE, 4), .integer(0xFFFF_FFFE)),
      (5, Self.word(0xFFFF_FFFE, 4), .integer(-2)),
      (6, Self.word(0x3FC0_0000, 4), .float(1.5, isSingle: true)),
      (7, [1], .bool(true)), (8, GGUFBytes.text("é\0"), .string(Array("é\0".utf8))),
      (10, Self.word(.max, 8), .large(.max)), (10, Self.word(7, 8), .integer(7)),
      (11, Self.word(.max, 8), .integer(-1)), (12, Self.word(0x3FF8 << 48, 8), .float(1.5, isSingle: false)),
    ]
    for (index, number) in numbers.enumerated() {
      file.entries.append(Self.entry("k\(index)", number.0, number.1))
    }
    file.entries.append(Self.entry("a", 9, Self.word(3, 4) + Self.word(2, 8) + Self.word(0xFFFE_0001, 4)))
    file.entries.append(
      Self.entry("s", 9, Self.word(8, 4) + Self.word(3, 8) + ["", "x", "é"].flatMap { GGUFBytes.text($0) }))
    file.entries.append(Self.entry("e", 9, Self.word(12, 4) + Self.word(0, 8)))
    let read = try file.read()
    for (index, number) in numbers.enumerated() {
      #expect(read["k\(index)"].map { "\($0)" } == "\(number.2)")
    }
    guard case .array(let integers)? = read["a"], case .array(let strings)? = read["s"],
      case .array(let empty)? = read["e"]
    else {
      Issue.record("an array is missing")
      return
    }
    #expect((0..<2).map { integers.integer($0) } == [1, -2])
    #expect((0..<3).map { strings.string($0).map { String(decoding: $0, as: UTF8.self) } } == ["", "x", "é"])
    #expect(strings.integer(0) == nil && integers.string(0) == nil && integers.double(1) == -2)
    #expect(empty.count == 0 && read["none"] == nil && read.version == 3)
  }

  @Test func `tensors lie behind the padding, at multiples of the alignment`() throws {
    var file = GGUFBytes()
    file.alignment = 64
    file.entries = [Self.entry("general.alignment", 4, Self.word(64, 4))]
    file.tensors = [
      GGUFBytes.tensor("w", [32, 2], type: 8, offset: 64), GGUFBytes.tensor("b", [3, 1, 1, 1], type: 30),
    ]
    file.data = Array(repeating: 0, count: 64 + 68)
    let read = try file.read()
    #expect(read.alignment == 64 && read.dataOffset % 64 == 0 && read.dataOffset + 132 == file.bytes.count)
    #expect(read.tensors.map(\.name) == ["w", "b"])
    #expect(read.tensors.map(\.byteCount) == [68, 6])
    #expect(read.tensors[0].dimensions == [32, 2] && read.tensors[0].offset == 64)
  }

  @Test func `every prefix of a file is refused with its place`() throws {
    var file = GGUFBytes()
    file.entries = [
      Self.entry("a", 8, GGUFBytes.text("b")),
      Self.entry("c", 9, Self.word(4, 4) + Self.word(1, 8) + Self.word(9, 4)),
    ]
    file.tensors = [GGUFBytes.tensor("w", [2])]
    file.data = Array(repeating: 0, count: 8)
    let bytes = file.bytes
    for count in 0..<bytes.count {
      #expect(throws: LMError.self, "\(count)") {
        _ = try Array(bytes[..<count]).withUnsafeBytes { try GGUFFile($0, from: "t.gguf") }
      }
    }
    _ = try file.read()
  }

  /// The classes of faults that GGUF readers had; the numbers are those of the list in the design notes.
  static let hostile: [(String, GGUFBytes)] = {
    func file(_ change: (inout GGUFBytes) -> Void) -> GGUFBytes {
      var file = GGUFBytes()
      file.data = Array(repeating: 0, count: 64)
      change(&file)
      return file
    }
    func tensor(_ dimensions: [UInt64], type: UInt64 = 0, offset: UInt64 = 0, name: String = "w") -> GGUFBytes
    {
      file { $0.tensors = [GGUFBytes.tensor(name, dimensions, type: type, offset: offset)] }
    }
    func value(_ type: UInt64, _ bytes: [UInt8]) -> GGUFBytes {
      file { $0.entries = [entry("k", type, bytes)] }
    }
    func array(_ type: UInt64, _ count: UInt64) -> GGUFBytes { value(9, word(type, 4) + word(count, 8)) }
    func alignment(_ type: UInt64, _ bytes: [UInt8]) -> GGUFBytes {
      file {
        $0.entries = [entry("general.alignment", type, bytes)]
        $0.tensors = [GGUFBytes.tensor("w", [1])]
      }
    }
    let max = UInt64(Int.max)
    return [
      ("G1 product of dimensions", tensor([max, 2])), ("G1 product to zero", tensor([1 << 32, 1 << 32])),
      ("G1 four dimensions", tensor([1 << 16, 1 << 16, 1 << 16, 1 << 16])),
      ("G1 above Int.max", tensor([max + 1])),
      ("G2 size in bytes", tensor([1 << 61])), ("G2 double", tensor([1 << 60], type: 28)),
      ("G2 blocks", tensor([1 << 62], type: 8)), ("G3 offset plus size", tensor([8], offset: max - 31)),
      ("G3 offset near the end of Int", tensor([16], offset: max & ~31)),
      ("G3 offset above Int", tensor([8], offset: .max - 31)),
      (
        "G3 sum of padded sizes",
        file {
          $0.tensors = [
            GGUFBytes.tensor("a", [1 << 62], type: 24),
            GGUFBytes.tensor("b", [1 << 62], type: 24, offset: 1 << 62),
            GGUFBytes.tensor("c", [32], type: 24, offset: max & ~31),
          ]
        }
      ),
      ("G5 number of tensors", file { $0.tensorCount = .max }),
      ("G5 number of entries", file { $0.keyCount = .max }),
      ("G5 many entries", file { $0.keyCount = 1 << 32 }),
      ("G5 more tensors than bytes", file { $0.tensorCount = 5 }),
      ("G6 string of 2^64 - 1", value(8, word(.max, 8))),
      ("G6 string beyond the end", value(8, word(1_000, 8))),
      ("G6 key of 2^64 - 1", file { $0.entries = [word(.max, 8) + Array(repeating: 0, count: 8)] }),
      ("G6 name beyond the end", file { $0.tensors = [word(1 << 40, 8) + Array(repeating: 0, count: 32)] }),
      ("G7 array of 2^64 - 1", array(0, .max)), ("G7 array of 2^61 doubles", array(12, 1 << 61)),
      ("G7 strings beyond the end", array(8, 1 << 32)),
      ("G7 nested array", value(9, word(9, 4) + word(1, 8) + word(9, 4) + word(1, 8))),
      ("G8 value type 13", value(13, [])), ("G8 value type -1", value(0xFFFF_FFFF, [])),
      ("G8 element type 99", array(99, 1)),
      ("G8 tensor type 4, removed", tensor([32], type: 4)),
      ("G8 tensor type -1", tensor([32], type: 0xFFFF_FFFF)),
      ("G8 tensor type 1000", tensor([32], type: 1_000)), ("G8 row of half a block", tensor([33], type: 8)),
      ("G9 alignment 0", alignment(4, word(0, 4))), ("G9 alignment 48", alignment(4, word(48, 4))),
      ("G9 alignment as text", alignment(8, GGUFBytes.text("32"))),
      ("G9 alignment 2^63", alignment(10, word(1 << 63, 8))),
      ("G4 size that padding wraps to 0", tensor([max - 3], type: 24)),
      ("G4 alignment 2^62", alignment(10, word(1 << 62, 8))),
      ("G4 alignment -32", alignment(5, word(0xFFFF_FFE0, 4))),
      ("G9 offset off the alignment", tensor([4], offset: 4)), ("G10 data beyond the end", tensor([17])),
      ("G10 offset beyond the end", tensor([1], offset: 64)),
      ("G10 one byte too many", tensor([65], type: 24)),
      ("G11 repeated key", file { $0.entries = [entry("k", 0, [1]), entry("k", 0, [1])] }),
      (
        "G11 repeated tensor",
        file { $0.tensors = [GGUFBytes.tensor("w", [1]), GGUFBytes.tensor("w", [1], offset: 32)] }
      ),
      ("G11 empty key", file { $0.entries = [entry("", 0, [1])] }), ("G11 empty name", tensor([1], name: "")),
      ("G11 long name", tensor([1], name: String(repeating: "n", count: 2_000))),
      ("G11 five dimensions", tensor([1, 1, 1, 1, 1])),
      ("G11 no dimension", tensor([])),
      (
        "G11 2^32 - 1 dimensions",
        file { $0.tensors = [GGUFBytes.text("w") + word(0xFFFF_FFFF, 4) + Array(repeating: 1, count: 40)] }
      ),
      ("key that is no UTF-8", file { $0.entries = [word(1, 8) + [0xFF] + word(0, 4) + [0]] }),
      ("version 1", file { $0.version = 1 }), ("version 4", file { $0.version = 4 }),
      ("big-endian", file { $0.version = 3 << 24 }),
    ]
  }()

  @Test(arguments: hostile.map(\.0)) func `a hostile file is refused with its place`(name: String) throws {
    let file = try #require(Self.hostile.first { $0.0 == name }).1
    do {
      _ = try file.read()
      Issue.record("\(name) was read")
    } catch let error as LMError {
      #expect(error.place.hasPrefix("t.gguf, byte "), "\(error)")
    }
  }

  @Test func `a hundred thousand strings are read in a moment`() throws {
    var file = GGUFBytes()
    let count = 200_000
    file.entries = [
      Self.entry(
        "s", 9,
        Self.word(8, 4) + Self.word(UInt64(count), 8) + (0..<count).flatMap { GGUFBytes.text("t\($0)") })
    ]
    let bytes = file.bytes
    let clock = ContinuousClock()
    let elapsed = try clock.measure {
      let read = try bytes.withUnsafeBytes { try GGUFFile($0, from: "t.gguf") }
      guard case .array(let strings)? = read["s"] else { return }
      #expect(strings.string(count - 1).map { String(decoding: $0, as: UTF8.self) } == "t\(count - 1)")
    }
    // About 5 ms; the check of every length must not make loading slow (G15).
    #expect(elapsed < .seconds(1))
  }
}
