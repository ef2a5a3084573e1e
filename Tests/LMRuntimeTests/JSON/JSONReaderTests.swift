import LMRuntime
import Testing

@Suite struct JSONReaderTests {
  @Test(arguments: [
    ("", 0, "ends"), (" ", 1, "ends"), ("nul", 3, "null"), ("truE", 3, "true"),
    ("1 2", 2, "end of the document"),
    ("[1,]", 3, "a value"), ("[1 2]", 3, #""," or "]""#), ("[", 1, "ends"), ("{", 1, "key"),
    ("{a:1}", 1, "key"),
    (#"{"a"}"#, 4, #"":""#), (#"{"a":1,}"#, 7, "key"), (#"{"a":1 "b":2}"#, 7, #""," or "}""#),
    ("01", 0, "starts with 0"),
    ("-", 1, "a value"), ("1.", 2, "digit"), ("1e", 2, "exponent"), (".5", 0, "a value"),
    ("+1", 0, "a value"),
    ("NaN", 0, "a value"), ("Infinity", 0, "a value"), ("1e400", 0, "range"), ("'a'", 0, "a value"),
    (#""a"#, 2, "closing quote"), ("\"a\nb\"", 2, "control character 0xa"),
    (#""\x41""#, 2, "after the backslash"),
    (#""\u12G4""#, 5, "hexadecimal"), (#""\u12"#, 5, "hexadecimal"), (#""\ud800""#, 1, "surrogate"),
    (#""\udc00""#, 1, "surrogate"), (#""\ud800\u0041""#, 1, "surrogate"), (#""\ud800\n""#, 1, "surrogate"),
    (#"{"a":1,"\u0061":2}"#, 16, "twice"), ("//x", 0, "a value"), ("\u{feff}1", 0, "byte-order mark"),
    ("]", 0, "a value"),
  ]) func `a fault is named with its offset`(text: String, offset: Int, part: String) {
    let error = #expect(throws: LMError.self) { try JSON.parse(text, from: "f.json") }
    #expect(error?.place == "f.json, byte \(offset)")
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
      [0x5C, 0x6E, 0xFE],
    ] as [[UInt8]]) func `invalid UTF-8 is rejected`(content: [UInt8])
  {
    let error = #expect(throws: LMError.self) { try JSON.parse([0x22] + content + [0x22], from: "f") }
    #expect(error?.problem.contains("UTF-8") == true)
  }

  @Test func `nesting is limited to 64 levels`() throws {
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      func nested(_ levels: Int) -> String {
        String(repeating: open, count: levels) + (open == "[" ? "" : "1")
          + String(repeating: close, count: levels)
      }
      _ = try JSON.parse(nested(64), from: "t")
      #expect(throws: LMError.self) { try JSON.parse(nested(65), from: "t") }
      #expect(throws: LMError.self) { try JSON.parse(String(repeating: open, count: 100_000), from: "t") }
    }
  }

  @Test func `repeated keys are found among thousands`() {
    var text = "{"
    for number in 0..<5000 { text += "\"k\(number)\":0," }
    #expect(throws: Never.self) { try JSON.parse(text + "\"last\":0}", from: "t") }
    #expect(throws: LMError.self) { try JSON.parse(text + "\"k17\":0}", from: "t") }
  }

  @Test func `a hundred thousand mutants never trap and what is accepted round-trips`() throws {
    let seed = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00",{"b":null,"c":true}],"é":"\n","d":[[],{}]}"#.utf8)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<100_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let position = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[position] = seed.randomElement(using: &random) ?? 0
        case 2: bytes.remove(at: position)
        default: bytes.insert(seed.randomElement(using: &random) ?? 0, at: position)
        }
      }
      if let value = try? JSON.parse(bytes, from: "t") {
        #expect(try JSON.parse(value.serialized(.pretty), from: "t") == value)
      }
    }
  }

  @Test func `a reader takes fields without building values`() throws {
    var ids: [String: Int] = [:]
    let text = Array(#"{"a": 1, "b": 2}"#.utf8)
    try text.withUnsafeBytes { raw in
      var reader = JSONReader(raw, from: "t")
      try reader.readObject { reader, key throws(LMError) in ids[key] = try reader.readInteger() }
      try reader.finish()
    }
    #expect(ids == ["a": 1, "b": 2])
  }
}
