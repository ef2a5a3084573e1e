import LMRuntime
import Testing

@Suite struct JSONTests {
  @Test func `every kind of value is read`() throws {
    let text = #" {"a":[1,-2.5,1e3,true,false,null,"x"],"b":{},"c":[]} "#
    let expected: JSON = ["a": [1, -2.5, 1000.0, true, false, nil, "x"], "b": [:], "c": []]
    #expect(try JSON.parse(text, from: "t") == expected)
  }

  @Test(arguments: [
    ("0", JSON.integer(0)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(9.223372036854775808e18)),
    ("0.1", .number(0.1)), ("1E-2", .number(0.01)),
    ("123456789012345678901234567890", .number(1.2345678901234568e29)),
    ("5e-324", .number(.leastNonzeroMagnitude)), ("1e-999999999999999999999", .number(0)),
    ("2.5e+3", .number(2500)),
    ("9007199254740993.0", .number(9007199254740992)),
    ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
  ]) func `numbers are the nearest value`(text: String, value: JSON) throws {
    #expect(try JSON.parse(text, from: "t") == value)
  }

  @Test func `random doubles survive writing and reading bit for bit`() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let text = JSON.number(value).text()
      guard case .number(let read) = try JSON.parse(text, from: "t") else {
        Issue.record("\(text) is not read as a number")
        continue
      }
      #expect(read.bitPattern == value.bitPattern, "\(text)")
    }
  }

  @Test(arguments: [
    (#""\u0041\n\t\r\b\f\/\\\"""#, "A\n\t\r\u{8}\u{c}/\\\""), (#""\ud83d\ude00""#, "😀"),
    (#""😀\u00e9""#, "😀é"),
    (#""\u0000""#, "\0"), (#""12345678\n12345678901234567""#, "12345678\n12345678901234567"),
    ("\"ÿÿÿÿÿÿÿÿ\u{7f}\"", "ÿÿÿÿÿÿÿÿ\u{7f}"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
  ]) func `escapes stand for their characters`(text: String, value: String) throws {
    #expect(try JSON.parse(text, from: "t") == .string(value))
  }

  @Test func `canonically equivalent strings are different`() throws {
    #expect(JSON.string("\u{e9}") != JSON.string("e\u{301}"))
    let object = try JSONField(JSON.parse("{\"\u{e9}\":1,\"e\u{301}\":2}", from: "t"), in: "t").object()
    #expect(object.count == 2)
    #expect(object["e\u{301}"] == 2)
  }

  @Test func `literals build the value they show`() {
    let value: JSON = ["b": 1, "a": [nil, 2.5, false, "s"]]
    #expect(value.text() == #"{"b":1,"a":[null,2.5,false,"s"]}"#)
  }
}
