import LMRuntime

/// Turns a JSON schema into a grammar of the documents that it allows.
struct SchemaCompiler {
  typealias Expression = GrammarRules.Expression

  /// Most schemas inside each other and behind references that are compiled.
  static let schemaLimit = 20_000

  let base: SchemaBase
  var grammar: GrammarRules
  private let document: JSON
  /// Rules of references by their pointer, and of joined schemas by their text.
  private var rules: [String: Int] = [:]
  /// Rules that are called and not compiled yet.
  private var pending: [(rule: Int, schema: JSON, pointer: String)] = []
  private var schemaCount = 0

  /// A compiler of `document`; `place` is what errors call it.
  init(_ document: JSON, from place: String) throws(LMError) {
    self.document = document
    base = try SchemaBase(place: place)
    grammar = base.grammar
  }

  /// Compiles the whole document.
  /// - Throws: ``LMError`` with a pointer to the first keyword that is wrong or not supported.
  mutating func compile() throws(LMError) -> GrammarRules {
    grammar.root = try rule(for: document, named: "#", at: "#")
    while let next = pending.popLast() {
      grammar.rules[next.rule].expression = try expression(next.schema, next.pointer)
    }
    return grammar
  }

  /// The rule of a schema that is compiled later: recursion ends here.
  private mutating func rule(for schema: JSON, named name: String, at pointer: String) throws(LMError) -> Int
  {
    if let known = rules[name] { return known }
    let rule = try grammar.append(pointer, at: pointer)
    rules[name] = rule
    pending.append((rule, schema, pointer))
    return rule
  }

  /// What a schema allows.
  mutating func expression(_ schema: JSON, _ pointer: String) throws(LMError) -> Expression {
    schemaCount += 1
    guard schemaCount <= Self.schemaLimit else {
      throw failure(pointer, "more than \(Self.schemaLimit) schemas", remedy: "use a smaller schema")
    }
    switch schema {
    case .bool(let isAllowed): return isAllowed ? base.call("value") : .choice([])
    case .object(let object): return try expression(object, pointer)
    default: throw failure(pointer, "\(schema.kind) is no schema", remedy: "use an object, true or false")
    }
  }

  private mutating func expression(_ object: JSONObject, _ pointer: String) throws(LMError) -> Expression {
    let schema = object.keywords
    if let unknown = schema.first(where: { Self.unsupported.contains($0.key) }) {
      throw failure(
        pointer, "\"\(unknown.key)\" is not supported", remedy: "leave it out, or check the result")
    }
    if schema["uniqueItems"] == .bool(true) {
      throw failure(pointer, "\"uniqueItems\" is not supported", remedy: "leave it out, or check the result")
    }
    if case .string(let reference)? = schema["$ref"], schema.count == 1 {
      let (target, path) = try resolved(reference, pointer)
      return .rule(try rule(for: target, named: path, at: path))
    }
    if schema["$ref"] != nil || schema["allOf"] != nil {
      let joined = try joined(schema, pointer)
      return .rule(try rule(for: joined, named: joined.text(), at: pointer))
    }
    if schema["enum"] != nil || schema["const"] != nil { return try literals(schema, pointer) }
    for keyword in ["anyOf", "oneOf"] where schema[keyword] != nil {
      return try alternatives(keyword, schema, pointer)
    }
    return try typed(schema, pointer)
  }

  private static let unsupported: Set<String> = [
    "not", "if", "then", "else", "patternProperties", "propertyNames", "dependentRequired",
    "dependentSchemas",
    "dependencies", "contains", "minContains", "maxContains", "multipleOf", "unevaluatedProperties",
    "unevaluatedItems", "$dynamicRef", "$recursiveRef", "additionalItems",
  ]

  // MARK: References and combinations

  /// The schema that a reference names, and its pointer.
  func resolved(_ reference: String, _ pointer: String) throws(LMError) -> (JSON, String) {
    guard reference == "#" || reference.hasPrefix("#/") else {
      throw failure(
        pointer, "the reference \(JSON.quoted(reference)) leads out of the document",
        remedy: "copy the schema into $defs and refer to it as #/$defs/NAME")
    }
    var target = document
    for part in reference.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      guard let next = target.member(part.pointerToken) else {
        throw failure(
          pointer, "the reference \(JSON.quoted(reference)) leads nowhere", remedy: "define what it names")
      }
      target = next
    }
    return (target, reference)
  }

  /// Any of the schemas of `keyword`, each together with the keywords beside it.
  private mutating func alternatives(
    _ keyword: String, _ schema: JSONObject, _ pointer: String
  ) throws(LMError) -> Expression {
    guard case .array(let choices)? = schema[keyword] else {
      throw failure("\(pointer)/\(keyword)", "is no array", remedy: "give a list of schemas")
    }
    var beside = schema
    beside[keyword] = nil
    var expressions: [Expression] = []
    for (index, choice) in choices.enumerated() {
      let place = "\(pointer)/\(keyword)/\(index)"
      let whole = beside.isEmpty ? choice : .object(["allOf": .array([.object(beside), choice])])
      expressions.append(try expression(whole, place))
    }
    return .choice(expressions)
  }

  /// The values of `enum` or `const`, of the types that are asked for.
  private mutating func literals(_ schema: JSONObject, _ pointer: String) throws(LMError) -> Expression {
    let allowed: Set<String> = ["enum", "const", "type"]
    if let other = schema.first(where: { !allowed.contains($0.key) }) {
      throw failure(
        pointer, "\"\(other.key)\" beside enum or const is not supported",
        remedy: "leave out the values that it excludes, and \"\(other.key)\"")
    }
    var values: [JSON] = []
    switch schema["enum"] {
    case .array(let list)?: values = list
    case nil: values = schema["const"].map { [$0] } ?? []
    default: throw failure("\(pointer)/enum", "is no array", remedy: "give a list of values")
    }
    if let constant = schema["const"] { values.removeAll { $0 != constant } }
    if let types = try types(schema, pointer) {
      values.removeAll { value in !types.contains { $0.holds(value) } }
    }
    return .choice(values.map(literal))
  }

  /// `value` as it is written, with white space where it may stand.
  private func literal(_ value: JSON) -> Expression {
    func list(_ parts: [Expression], _ open: String, _ close: String) -> Expression {
      var result: [Expression] = [.literal(open), base.call("space")]
      for (index, part) in parts.enumerated() {
        if index > 0 { result += [.literal(","), base.call("space")] }
        result += [part, base.call("space")]
      }
      return .sequence(result + [.literal(close)])
    }
    switch value {
    case .array(let values): return list(values.map(literal), "[", "]")
    case .object(let object):
      let members = object.map { member in
        Expression.sequence([key(member.key), literal(member.value)])
      }
      return list(members, "{", "}")
    default: return .text(value.serialized())
    }
  }

  /// A key with its colon and the space behind it.
  func key(_ name: String) -> Expression {
    .sequence([
      .text(JSON.string(name).serialized()), base.call("space"), .literal(":"), base.call("space"),
    ])
  }

  // MARK: Errors

  /// An error at a pointer into the document.
  func failure(_ pointer: String, _ problem: String, remedy: String) -> LMError {
    LMError(at: "\(grammar.place), \(pointer)", problem, remedy: remedy)
  }

  /// The whole number of a keyword, nil where it is absent.
  func count(_ keyword: String, _ schema: JSONObject, _ pointer: String) throws(LMError) -> Int? {
    switch schema[keyword] {
    case nil: return nil
    case .integer(let count)? where count >= 0: return count
    case .number(let count)? where count >= 0 && count <= 1e9 && count == count.rounded(): return Int(count)
    default: throw failure("\(pointer)/\(keyword)", "is no whole number from 0", remedy: "use 0 or more")
    }
  }
}

extension JSONObject {
  /// The members that restrict a value: what only describes is left out.
  fileprivate var keywords: JSONObject {
    var result = JSONObject()
    for member in self where !Self.annotations.contains(member.key) { result[member.key] = member.value }
    return result
  }

  fileprivate static let annotations: Set<String> = [
    "$schema", "$id", "$comment", "$anchor", "$defs", "definitions", "$vocabulary", "title", "description",
    "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "contentEncoding",
    "contentMediaType", "contentSchema",
  ]
}

extension JSON {
  /// The member of an object, or the element of an array, that a part of a pointer names.
  fileprivate func member(_ name: String) -> JSON? {
    switch self {
    case .object(let object): object[name]
    case .array(let values): Int(name).flatMap { values.indices.contains($0) ? values[$0] : nil }
    default: nil
    }
  }
}

extension Substring {
  /// A part of a JSON pointer (RFC 6901) in a URI fragment, without escapes.
  fileprivate var pointerToken: String {
    var bytes: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"),
        let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else if byte == UInt8(ascii: "~"), let next = rest.first, next == 0x30 || next == 0x31 {
        bytes.append(next == 0x30 ? UInt8(ascii: "~") : UInt8(ascii: "/"))
        rest = rest.dropFirst()
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
