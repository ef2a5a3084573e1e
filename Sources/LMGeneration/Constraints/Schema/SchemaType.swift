import LMRuntime

/// The types of JSON schema.
enum SchemaType: String, CaseIterable {
  case object, array, string, integer, number, boolean, null

  /// True where `value` has the type.
  func holds(_ value: JSON) -> Bool {
    switch (self, value) {
    case (.object, .object), (.array, .array), (.string, .string), (.integer, .integer), (.number, .integer),
      (.number, .number), (.boolean, .bool), (.null, .null):
      true
    case (.integer, .number(let number)): number == number.rounded()
    default: false
    }
  }

  /// The type that a keyword is about.
  static func about(_ keyword: String) -> SchemaType? {
    switch keyword {
    case "properties", "required", "additionalProperties", "minProperties", "maxProperties": .object
    case "items", "prefixItems", "minItems", "maxItems", "uniqueItems": .array
    case "minLength", "maxLength", "pattern", "format": .string
    case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum": .number
    default: nil
    }
  }
}

extension SchemaCompiler {
  /// The types that `type` names, nil where it is absent.
  func types(_ schema: JSONObject, _ pointer: String) throws(LMError) -> [SchemaType]? {
    guard let value = schema["type"] else { return nil }
    var names: [JSON] = [value]
    if case .array(let list) = value { names = list }
    var types: [SchemaType] = []
    for name in names {
      guard case .string(let text) = name, let type = SchemaType(rawValue: text) else {
        throw failure(
          "\(pointer)/type", "\(name.kind) is no type",
          remedy: "use \(SchemaType.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      if !types.contains(type) { types.append(type) }
    }
    return types
  }

  /// What a schema without combinations allows. Without `type` it is the type that its keywords are about, as in
  /// llama.cpp, and any value where there are none.
  mutating func typed(_ schema: JSONObject, _ pointer: String) throws(LMError) -> GrammarRules.Expression {
    var inferred: [SchemaType] = []
    for member in schema {
      if let type = SchemaType.about(member.key), !inferred.contains(type) { inferred.append(type) }
    }
    guard let types = try types(schema, pointer) ?? (inferred.isEmpty ? nil : inferred) else {
      return base.call("value")
    }
    var alternatives: [GrammarRules.Expression] = []
    for type in types where type != .integer || !types.contains(.number) {
      switch type {
      case .object: alternatives.append(try object(schema, pointer))
      case .array: alternatives.append(try array(schema, pointer))
      case .string: alternatives.append(try string(schema, pointer))
      case .integer, .number: alternatives.append(try number(schema, isInteger: type == .integer, pointer))
      case .boolean: alternatives.append(.choice([.literal("true"), .literal("false")]))
      case .null: alternatives.append(.literal("null"))
      }
    }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }
}
