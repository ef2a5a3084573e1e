import LMGeneration
import LMRuntime
import LMTestSupport
import Testing

/// A schema, documents that it allows and documents that it does not.
struct SchemaCase: CustomTestStringConvertible, Sendable {
  let schema: String
  let valid: [String]
  let invalid: [String]
  var testDescription: String { schema }

  init(_ schema: String, _ valid: [String], not invalid: [String]) {
    (self.schema, self.valid, self.invalid) = (schema, valid, invalid)
  }

  static let all: [SchemaCase] = [
    SchemaCase(
      "true",
      [
        "{}", "[1, 2]", #"{"a": [true, null], "é": "x\n\u00e9\ud83d\ude00"}"#, "-0.5e+12", "{\n  \"a\": 1\n}",
      ],
      not: ["", "tru", "01", #""\ud800""#, "[1,]", "{\"a\" 1}", "1e999", " 1"]),
    SchemaCase("false", [], not: ["1"]),
    SchemaCase(#"{"type": "integer"}"#, ["0", "-7", "1234567890"], not: ["1.0", "00", "+1", "\"1\""]),
    SchemaCase(
      #"{"type": "integer", "minimum": 7, "maximum": 1205}"#,
      ["7", "10", "99", "100", "1000", "1199", "1205"],
      not: ["6", "1206", "07", "-8", "2000"]),
    SchemaCase(
      #"{"type": "integer", "minimum": -15, "exclusiveMaximum": 3}"#, ["-15", "-9", "-1", "0", "2"],
      not: ["-16", "3", "-20", "10"]),
    SchemaCase(#"{"type": "integer", "exclusiveMinimum": 2.5}"#, ["3", "1000000"], not: ["2", "-3"]),
    SchemaCase(
      #"{"type": "number", "minimum": 0, "exclusiveMaximum": 1}"#, ["0", "0.5", "0.999", "0.0"],
      not: ["1", "-0.5", "1.0", "1.5"]),
    SchemaCase(
      #"{"type": "number", "exclusiveMinimum": -2, "maximum": 10}"#,
      ["-1.99", "0", "10", "9.75", "10.0", "-1"],
      not: ["-2", "-2.0", "10.01", "11", "-2.5"]),
    SchemaCase(
      #"{"type": "string", "minLength": 2, "maxLength": 3}"#,
      [#""ab""#, #""é日本""#, #""\u0041\ud83d\ude00""#],
      not: [#""a""#, #""abcd""#, #""ab"#, "12"]),
    SchemaCase(
      #"{"type": "string", "pattern": "^[A-Z]{2}-\\d+(?:\\.[a-f]*)?$"}"#,
      [#""AB-1""#, #""XY-123.abc""#, #""AB-1.""#],
      not: [#""ab-1""#, #""AB-""#, #"" AB-1""#]),
    SchemaCase(
      #"{"pattern": "a\\\\b|^\"x"}"#, [#""zza\\bz""#, #""\"x yz""#, #""a\\b""#], not: [#""ab""#, #""y\"x""#]),
    SchemaCase(
      #"{"type": "string", "format": "date"}"#, [#""2024-02-29""#, #""2000-02-29""#, #""1999-12-31""#],
      not: [#""2023-02-29""#, #""1900-02-29""#, #""2024-13-01""#, #""2024-04-31""#]),
    SchemaCase(
      #"{"type": "string", "format": "date-time"}"#,
      [#""2024-05-01T23:59:59Z""#, #""2024-05-01T00:00:00.25+05:30""#],
      not: [#""2024-05-01""#, #""2024-05-01T24:00:00Z""#]),
    SchemaCase(
      #"{"type": "string", "format": "uuid"}"#, [#""123e4567-e89b-12d3-a456-426614174000""#],
      not: [#""123e4567""#]),
    SchemaCase(
      #"{"enum": ["a\"b", 1, null, [1, {"x": 2}], true], "type": ["string", "array", "integer"]}"#,
      [#""a\"b""#, "1", #"[1, {"x": 2}]"#, #"[1,{"x":2}]"#], not: ["null", "true", "2", "[1]"]),
    SchemaCase(#"{"const": "yes"}"#, [#""yes""#], not: [#""no""#, "yes"]),
    SchemaCase(#"{"type": ["integer", "null", "boolean"]}"#, ["1", "null", "true"], not: ["\"1\"", "1.5"]),
    SchemaCase(
      #"{"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3}"#,
      ["[1,2]", "[1, 2, 3]", "[\n  1,\n  2\n]"], not: ["[1]", "[1,2,3,4]", "[1,\"2\"]", "[]"]),
    SchemaCase(
      #"{"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": {"type": "null"}, "minItems": 1, "maxItems": 4}"#,
      [#"["a"]"#, #"["a", 1]"#, #"["a", 1, null, null]"#],
      not: ["[]", "[1]", #"["a", null]"#, #"["a",1,null,null,null]"#]),
    SchemaCase(
      #"{"type": "array", "prefixItems": [true, {"const": 2}]}"#, ["[0, 2]"],
      not: ["[0]", "[0,2,3]", "[0,3]"]),
    SchemaCase(
      #"{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "x": {}}, "required": ["age"]}"#,
      [
        #"{"age": 3}"#, #"{"name": "é", "age": 3}"#, #"{"age":3,"x":[{}]}"#,
        "{\n  \"name\": \"a\",\n  \"age\": 1\n}",
      ],
      not: ["{}", #"{"name": "a"}"#, #"{"age": "3"}"#, #"{"age": 3, "y": 1}"#, #"{"age": 3,}"#]),
    SchemaCase(
      #"{"properties": {"ab": {"type": "integer"}, "a\"": {}}, "additionalProperties": {"type": "boolean"}}"#,
      [
        "{}", #"{"ab": 1}"#, #"{"ab": 1, "abc": true, "a": false, "": true}"#, #"{"b\"": true}"#,
        #"{"a\"": 7, "é": true}"#,
      ],
      not: [#"{"ab": true}"#, #"{"x": 1}"#, #"{"\u0061b": true}"#, #"{"a\"": 1, "ab": 1}"#]),
    SchemaCase(
      #"{"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1, "maxProperties": 2}"#,
      [#"{"a": 1}"#, #"{"a": 1, "b": 2}"#], not: ["{}", #"{"a": "1"}"#, #"{"a":1,"b":2,"c":3}"#]),
    SchemaCase(
      ##"{"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]}}, "required": ["v"], "additionalProperties": false}}}"##,
      [#"{"v": 1}"#, #"{"v": 1, "next": {"v": 2, "next": null}}"#],
      not: [#"{"next": null}"#, #"{"v": 1, "next": {}}"#]),
    SchemaCase(
      ##"{"allOf": [{"$ref": "#/$defs/a"}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}], "$defs": {"a": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}}}"##,
      [#"{"a": "x", "b": 1}"#], not: [#"{"a": "x"}"#, #"{"b": 1}"#]),
    SchemaCase(
      #"{"oneOf": [{"type": "string", "maxLength": 2}, {"type": "integer", "minimum": 5}], "description": "either"}"#,
      [#""ab""#, "5"], not: [#""abc""#, "4"]),
    SchemaCase(
      #"{"type": "object", "properties": {"k": {"enum": ["a", "b"]}}, "required": ["k"], "anyOf": [{"properties": {"p": {"type": "integer"}}, "required": ["p"]}, {"properties": {"q": {"type": "null"}}}]}"#,
      [#"{"k": "a", "p": 1}"#, #"{"k": "b"}"#, #"{"k": "b", "q": null}"#],
      not: [#"{"k": "c"}"#, #"{"p": 1}"#]),
  ]
}

@Suite struct SchemaTests {
  private func grammar(_ schema: String) throws -> Grammar {
    try Grammar(jsonSchema: JSON.parse(schema, from: "test"), from: "--json-schema")
  }

  @Test(arguments: SchemaCase.all.filter { $0.schema != "false" })
  func `valid documents are accepted, others are not`(_ example: SchemaCase) throws {
    let grammar = try grammar(example.schema)
    let check = SchemaCheck(document: try JSON.parse(example.schema, from: "test"))
    for text in example.valid {
      #expect(try grammar.accepts(text), "\(text)")
      #expect(check.fits(try JSON.parse(text, from: "test"), check.document), "the oracle: \(text)")
    }
    for text in example.invalid { #expect(try !grammar.accepts(text), "\(text)") }
  }

  @Test(arguments: SchemaCase.all.filter { $0.schema != "false" })
  func `random documents are valid`(_ example: SchemaCase) throws {
    let grammar = try grammar(example.schema)
    let check = SchemaCheck(document: try JSON.parse(example.schema, from: "test"))
    var count = 0
    for seed in 1...25 as ClosedRange<UInt64> {
      guard let text = try grammar.randomText(seed: seed) else { continue }
      count += 1
      // Keys that come twice are beyond any context-free grammar.
      guard let value = try? JSON.parse(text, from: "test") else {
        let error = #expect(throws: LMError.self) { try JSON.parse(text, from: "test") }
        #expect(error?.problem.contains("twice") ?? false, "\(text): \(String(describing: error))")
        continue
      }
      #expect(check.fits(value, check.document), "\(text)")
    }
    // A pattern that searches is seldom found by chance.
    #expect(count > 5 || example.schema.contains("|^"))
  }

  @Test(arguments: [
    ("false", "no text at all fits"), (#"{"type": "text"}"#, "is no type"), ("[]", "is no schema"),
    ("5", "is no schema"), (#"{"$ref": "other.json"}"#, "leads out of the document"),
    (##"{"$ref": "#/$defs/x"}"##, "leads nowhere"), (##"{"$ref": "#"}"##, "begins with itself"),
    (##"{"anyOf": [{"$ref": "#"}, {"type": "null"}]}"##, "begins with itself"),
    (##"{"allOf": [{"$ref": "#"}]}"##, "refers to itself"), (#"{"not": {}}"#, "\"not\" is not supported"),
    (#"{"type": "array", "uniqueItems": true}"#, "uniqueItems"),
    (##"{"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}"##, "no text at all fits"),
    (#"{"type": "integer", "minimum": 5, "maximum": 4}"#, "no text at all fits"),
    (#"{"type": "number", "minimum": 0.5}"#, "has a fraction"), (#"{"minLength": -1}"#, "is no whole number"),
    (#"{"type": "string", "maxLength": 1000000}"#, "needs more than"),
    (#"{"type": "array", "items": {"type": "integer"}, "minItems": 1000000}"#, "needs more than"),
    (#"{"pattern": "(a"}"#, "column 3"), (#"{"pattern": "a(?=b)"}"#, "not supported"),
    (#"{"pattern": "(a{1000}){1000}"}"#, "needs more than"), (#"{"enum": []}"#, "no text at all fits"),
    (#"{"allOf": [{"pattern": "a"}, {"pattern": "b"}]}"#, "cannot be joined"),
  ]) func `what is no schema, or too much, is refused`(schema: String, part: String) {
    let start = ContinuousClock.now
    let error = #expect(throws: LMError.self) { _ = try grammar(schema) }
    #expect(error?.description.contains(part) ?? false, "\(String(describing: error))")
    #expect(error?.description.hasPrefix("--json-schema") ?? false)
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func `keywords beside a reference to the schema around it`() throws {
    let grammar = try grammar(
      ##"{"$ref": "#/$defs/a", "$defs": {"a": {"type": "object", "properties": {"v": {"type": "integer"}, "##
        + ##""x": {"$ref": "#/$defs/a", "required": ["v"]}}}}}"##)
    #expect(try grammar.accepts(#"{"x": {"v": 1, "x": {"v": 2}}}"#))
    #expect(try !grammar.accepts(#"{"x": {}}"#))
  }
}
