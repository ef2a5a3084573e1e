import LMRuntime
import Testing

@Suite struct JSONFieldTests {
  let config = JSONField(
    ["width": 8, "name": "x", "list": [1, ["deep": "no"]], "none": nil, "eps": 1e-5, "heads": 4.0],
    in: "c.json")

  @Test func `values of the right type are given`() throws {
    #expect(try config["width"].integer() == 8)
    #expect(try config["heads"].integer() == 4)
    #expect(try config["width"].double() == 8)
    #expect(try config["eps"].double() == 1e-5)
    #expect(try config["name"].string() == "x")
    #expect(try config["list"].array()[0].integer() == 1)
    #expect(try config.optional("none") == nil)
    #expect(try config.optional("absent") == nil)
    #expect(try config.members().map(\.key) == ["width", "name", "list", "none", "eps", "heads"])
  }

  @Test func `an error names the place, the path, what is there and what was expected`() {
    func message(_ body: () throws -> Void) -> String? {
      #expect(throws: LMError.self, performing: body)?.description
    }
    #expect(
      message { _ = try config["list"].array()[1]["deep"].integer() }
        == #"c.json: "list[1].deep" is the string "no", expected an integer; correct the value"#)
    #expect(
      message { _ = try config["absent"] }
        == #"c.json: "absent" is missing; add it, or use a file that has it"#)
    #expect(
      message { _ = try config["width"].integer(in: 1...4) }
        == #"c.json: "width" is the integer 8, expected an integer from 1 to 4; correct the value"#)
    #expect(
      message { _ = try JSONField([1], in: "c.json").object() }
        == "c.json: the document is an array of 1, expected an object; correct the value")
  }

  @Test(arguments: ["bool", "string", "object", "array", "double"]) func `a wrong type throws`(type: String) {
    #expect(throws: LMError.self) {
      switch type {
      case "bool": _ = try config["width"].bool()
      case "string": _ = try config["width"].string()
      case "object": _ = try config["width"].object()
      case "array": _ = try config["width"].array()
      default: _ = try config["name"].double()
      }
    }
  }
}
