import LMFormats
import LMRuntime
import LMTestSupport
import Testing

@Suite struct SafeTensorsHeaderTests {
  /// A malformed file and a part of the error that it gives.
  struct Malformed: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let part: String
    var testDescription: String { part }

    init(_ bytes: [UInt8], _ part: String) {
      self.bytes = bytes
      self.part = part
    }

    init(_ members: String, data: Int = 0, _ part: String) {
      self.init(safeTensors("{\(members)}", data: data), part)
    }
  }

  static let one = described("a", "U8", "1", "0", "1")

  static let malformed: [Malformed] = [
    // The frame
    Malformed([], "has 0 bytes"), Malformed([1, 0, 0, 0, 0, 0, 0], "has 7 bytes"),
    Malformed(safeTensors("", length: 0), "ends where an object"),
    Malformed(safeTensors("{}", length: 3), "ends inside its header"),
    Malformed(safeTensors("{}", length: 1), "ends where a key"),
    Malformed(safeTensors("{}", length: 100_000_001), "at most 100000000"),
    Malformed(safeTensors("{}", length: .max), "at most 100000000"),
    Malformed(safeTensors("{}", length: 1 << 63), "at most 100000000"),
    Malformed([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 60), "a zip archive"),
    Malformed([0x80, 2, 0x63] + [UInt8](repeating: 0x61, count: 60), "pickle"),
    Malformed(safeTensors("{}", data: 1), "its tensors end at"),
    // The JSON
    Malformed(safeTensors("[]"), "an object should stand"),
    Malformed(safeTensors("{}x"), "end of the document"),
    Malformed(safeTensors("{}\0\0"), "end of the document"),
    Malformed(safeTensors("{\(one),}", data: 1), "a key"),
    Malformed(Array(safeTensors("{\"a\":1}").map { $0 == 0x61 ? 0xFF : $0 }), "UTF-8"),
    Malformed(safeTensors(#"{"\ud800":1}"#), "surrogate"),
    Malformed(safeTensors(String(repeating: "{\"a\":", count: 5000)), "64 levels"),
    Malformed("\"x\":{\"y\":" + String(repeating: "[", count: 5000), "64 levels"),
    // Keys
    Malformed(described("a", "U8", "0", "0", "0") + "," + described("a", "U8", "0", "0", "0"), "twice"),
    Malformed(
      described("a", "U8", "1", "0", "1") + "," + described("\\u0061", "U8", "1", "1", "2"), data: 2, "twice"),
    Malformed(#""__metadata__":{},"__metadata__":{}"#, "twice"),
    Malformed(#""__metadata__":{"a":"1","a":"1"}"#, "twice"),
    Malformed(#""a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}"#, "twice"),
    Malformed(#""a":{"dtype":"U8","shape":[0],"shape":[0],"data_offsets":[0,0]}"#, "twice"),
    Malformed(#""a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"data_offsets":[0,0]}"#, "twice"),
    Malformed(described(String(repeating: "n", count: 1025), "U8", "0", "0", "0"), "1025 bytes"),
    Malformed(#""__metadata__":{"a":1}"#, "a string should stand"),
    Malformed(#""__metadata__":[]"#, "an object should stand"),
    // Fields
    Malformed(#""a":1"#, "an object should stand"), Malformed(#""a":null"#, "an object should stand"),
    Malformed(#""a":{}"#, "lacks"),
    Malformed(#""a":{"shape":[0],"data_offsets":[0,0]}"#, "lacks"),
    Malformed(#""a":{"dtype":"U8","data_offsets":[0,0]}"#, "lacks"),
    Malformed(#""a":{"dtype":"U8","shape":[0]}"#, "lacks"),
    Malformed(#""a":{"dtype":"U8","shape":[0],"data_offsets":[0]}"#, "lacks"),
    Malformed(#""a":{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}"#, "more than 2"),
    Malformed(described("a", "u8", "1", "0", "1"), data: 1, "\"u8\" is unknown"),
    Malformed(described("a", "F128", "1", "0", "16"), data: 16, "\"F128\" is unknown"),
    Malformed(#""a":{"dtype":5,"shape":[0],"data_offsets":[0,0]}"#, "a string should stand"),
    Malformed(#""a":{"dtype":"U8","shape":3,"data_offsets":[0,3]}"#, data: 3, "an array should stand"),
    // Sizes
    Malformed(described("a", "U8", "-1", "0", "1"), data: 1, "a size should stand"),
    Malformed(described("a", "U8", "-0", "0", "0"), "a size should stand"),
    Malformed(described("a", "U8", "1.0", "0", "1"), data: 1, "no 64-bit integer"),
    Malformed(described("a", "U8", "1e0", "0", "1"), data: 1, "no 64-bit integer"),
    Malformed(described("a", "U8", "\"1\"", "0", "1"), data: 1, "a value should stand"),
    Malformed(described("a", "U8", "18446744073709551616", "0", "1"), data: 1, "no 64-bit integer"),
    Malformed(described("a", "U8", "1,1,1,1,1,1,1,1,1", "0", "1"), data: 1, "more than 8"),
    Malformed(described("a", "F32", "9223372036854775807", "0", "4"), data: 4, "overflows"),
    Malformed(described("a", "U8", "4294967296,4294967296", "0", "0"), "overflows"),
    Malformed(described("a", "U8", "2305843009213693952", "0", "0"), "overflows"),
    Malformed(described("a", "F4", "3", "0", "2"), data: 2, "inside a byte"),
    Malformed(described("a", "F6_E2M3", "2", "0", "2"), data: 2, "inside a byte"),
    Malformed(described("a", "U8", "2", "0", "1"), data: 1, "need 2"),
    Malformed(described("a", "F32", "1", "0", "3"), data: 3, "need 4"),
    Malformed(described("a", "U8", "", "0", "0"), "need 1"),
    // Offsets
    Malformed(described("a", "U8", "1", "1", "0"), data: 1, "takes bytes 1 to 0"),
    Malformed(described("a", "U8", "1", "-1", "0"), data: 1, "a size should stand"),
    Malformed(described("a", "U8", "1", "0", "9223372036854775807"), data: 1, "need 1"),
    Malformed(
      described("a", "U8", "1", "9223372036854775807", "9223372036854775808"), data: 1, "no 64-bit integer"),
    Malformed(
      described("a", "U8", "1", "9223372036854775806", "9223372036854775807"), data: 1, "ends at byte"),
    Malformed(one, "ends at byte 1 of 0"), Malformed(one, data: 2, "its tensors end at"),
    Malformed(described("a", "U8", "1", "1", "2"), data: 2, "leaves a hole"),
    Malformed(described("a", "U8", "0", "1", "1"), data: 1, "leaves a hole"),
    Malformed(one + "," + described("b", "U8", "1", "2", "3"), data: 3, "leaves a hole"),
    Malformed(one + "," + described("b", "U8", "1", "0", "1"), data: 1, "overlaps"),
    Malformed(
      described("a", "U8", "2", "0", "2") + "," + described("b", "U8", "2", "1", "3"), data: 3, "overlaps"),
    Malformed(
      described("a", "U8", "3", "0", "3") + "," + described("b", "U8", "0", "1", "1"), data: 3, "overlaps"),
  ]

  private func header(_ bytes: [UInt8]) throws -> SafeTensorsHeader {
    try bytes.withUnsafeBytes { raw in try SafeTensorsHeader(raw, from: "m.safetensors") }
  }

  @Test(arguments: malformed) func `a broken rule is named`(file: Malformed) {
    let error = #expect(throws: LMError.self) { try header(file.bytes) }
    #expect(error?.kind == .badData)
    #expect(error?.place.hasPrefix("m.safetensors") == true)
    #expect(error?.description.contains(file.part) == true, "\(error?.description ?? "")")
  }

  @Test func `there are at least forty malformed files`() { #expect(Self.malformed.count >= 40) }

  @Test func `zero-sized, scalar and sub-byte tensors are read in the order of their bytes`() throws {
    let members = [
      described("end", "F32", "0", "9", "9"), described("scalar", "F32", "", "0", "4"),
      described("four", "F4", "2", "4", "5"),
      described("six", "F6_E3M2", "4", "5", "8"), described("empty", "F16", "4,0,3", "0", "0"),
      described("last", "BOOL", "1", "8", "9"),
      #""__metadata__":{"b":"1","a":"é"}"#,
    ]
    let text = " {" + members.joined(separator: ", ") + "} \n\t "
    let header = try header(safeTensors(text, data: 9))
    #expect(header.entries.map(\.name) == ["empty", "scalar", "four", "six", "last", "end"])
    #expect(header.metadata.map(\.key) == ["b", "a"])
    #expect(header["four"]?.byteRange.lowerBound == 8 + text.utf8.count + 4)
    #expect(header["four"]?.shape == [2])
    #expect(header["absent"] == nil)
  }

  @Test func `what the reference accepts is accepted`() throws {
    #expect(try header(safeTensors("{}")).entries.isEmpty)
    #expect(try header(safeTensors(#"{"__metadata__":null}"#)).metadata.isEmpty)
    #expect(
      try header(safeTensors(#"{"a":{"x":[{}],"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#)).entries
        .count == 1)
    #expect(
      try header(safeTensors("{\(described("", "U8", "9223372036854775807,0", "0", "0"))}")).entries.count
        == 1)
  }

  @Test func `canonically equivalent names are two tensors`() throws {
    let text = "{\(described("\u{e9}", "U8", "1", "0", "1")),\(described("e\u{301}", "U8", "1", "1", "2"))}"
    let header = try header(safeTensors(text, data: 2))
    #expect(header["e\u{301}"]?.byteRange.upperBound == 8 + text.utf8.count + 2)
  }

  @Test func `a hundred thousand tensors are read in two seconds at most`() throws {
    let names = (0..<100_000).map { described("layer.\($0)", "U8", "1", "\($0)", "\($0 + 1)") }
    let bytes = safeTensors("{" + names.joined(separator: ",") + "}", data: 100_000)
    var count = 0
    let time = try processorTime { count = try header(bytes).entries.count }
    #expect(count == 100_000)
    #expect(time < .seconds(2))
  }

  @Test func `a hundred thousand mutants never trap, and what is accepted covers the file`() throws {
    let members = [
      #""__metadata__":{"format":"pt"}"#, described("w", "F32", "2,3", "0", "24"),
      described("b", "BF16", "3", "24", "30"),
      described("é", "U8", "", "30", "31"), described("z", "I64", "0", "31", "31"),
    ]
    let seed = safeTensors("{" + members.joined(separator: ",") + "}", data: 31)
    var random = RandomStream(seed: 11)
    var accepted = 0
    for _ in 0..<100_000 {
      let bytes = mutant(of: seed, &random)
      guard let header = try? header(bytes) else { continue }
      accepted += 1
      #expect(header.entries.last.map { $0.byteRange.upperBound == bytes.count } ?? true)
    }
    #expect(accepted > 0)
  }
}

/// `seed` with one to three random changes.
func mutant(of seed: [UInt8], _ random: inout RandomStream) -> [UInt8] {
  var bytes = seed
  for _ in 0...random.uniform(below: 3) {
    let position = random.uniform(below: bytes.count)
    switch random.uniform(below: 6) {
    case 0: bytes[position] = UInt8(random.uniform(below: 256))
    case 1: bytes[position] = seed[random.uniform(below: seed.count)]
    case 2: if bytes.count > 1 { bytes.remove(at: position) }
    case 3: bytes.insert(seed[random.uniform(below: seed.count)], at: position)
    case 4: bytes[position] = UInt8(ascii: "0") + UInt8(random.uniform(below: 10))
    default: bytes[random.uniform(below: min(8, bytes.count))] ^= 1 << UInt8(random.uniform(below: 8))
    }
  }
  return bytes
}
