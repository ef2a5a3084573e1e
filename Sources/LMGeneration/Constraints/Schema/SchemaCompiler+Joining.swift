import LMRuntime

extension SchemaCompiler {
  /// Most references that are followed to join one schema.
  private static let referenceLimit = 64

  /// One schema without `$ref` and `allOf` that allows what all of them allow together.
  /// - Throws: ``LMError`` where two of them restrict the same thing in ways that cannot be joined.
  func joined(_ schema: JSONObject, _ pointer: String) throws(LMError) -> JSON {
    var result = JSONObject()
    var references = 0
    var rest: [JSON] = [.object(schema)]
    while let next = rest.popLast() {
      guard case .object(var part) = next else {
        if next == .bool(true) { continue }
        return .bool(false)
      }
      references += 1
      guard references <= Self.referenceLimit else {
        throw failure(
          pointer, "more than \(Self.referenceLimit) schemas are joined, or one refers to itself",
          remedy: "give recursion a property or an item to go through")
      }
      if case .string(let reference)? = part["$ref"] { rest.append(try resolved(reference, pointer).0) }
      if case .array(let parts)? = part["allOf"] { rest += parts.reversed() }
      (part["$ref"], part["allOf"]) = (nil, nil)
      for member in part {
        result[member.key] = try joined(member.key, result[member.key], member.value, pointer)
      }
    }
    try checkClosedProperties(result, schema, pointer)
    return .object(result)
  }

  private func joined(
    _ keyword: String, _ first: JSON?, _ second: JSON, _ pointer: String
  ) throws(LMError) -> JSON {
    guard let first, first != second else { return second }
    switch (keyword, first, second) {
    case ("properties", .object(var properties), .object(let others)):
      for member in others {
        properties[member.key] =
          properties[member.key].map { .object(["allOf": .array([$0, member.value])]) } ?? member.value
      }
      return .object(properties)
    case ("required", .array(let names), .array(let others)):
      return .array(names + others.filter { !names.contains($0) })
    case ("enum", .array(let values), .array(let others)):
      return .array(values.filter { others.contains($0) })
    case ("type", _, _): return Self.commonTypes(first, second)
    case ("additionalProperties", .bool(let isOpen), _): return isOpen ? second : first
    case ("additionalProperties", _, .bool(let isOpen)): return isOpen ? first : second
    default: break
    }
    if let (a, b) = Self.numbers(first, second) {
      let takesSmaller = keyword.hasPrefix("max") || keyword == "exclusiveMaximum"
      let takesLarger = keyword.hasPrefix("min") || keyword == "exclusiveMinimum"
      if takesSmaller || takesLarger { return (a < b) == takesSmaller ? first : second }
    }
    if ["title", "description", "default", "examples", "$comment", "$id", "$schema", "$defs", "definitions"]
      .contains(keyword)
    {
      return first
    }
    throw failure(
      pointer, "two schemas with different \"\(keyword)\" cannot be joined",
      remedy: "write them as one schema")
  }

  private static func numbers(_ first: JSON, _ second: JSON) -> (Double, Double)? {
    func number(_ value: JSON) -> Double? {
      switch value {
      case .integer(let value): Double(value)
      case .number(let value): value
      default: nil
      }
    }
    guard let a = number(first), let b = number(second) else { return nil }
    return (a, b)
  }

  private static func commonTypes(_ first: JSON, _ second: JSON) -> JSON {
    func list(_ value: JSON) -> [JSON] {
      if case .array(let values) = value { return values }
      return [value]
    }
    let (left, right) = (list(first), list(second))
    var common = left.filter { right.contains($0) || ($0 == "integer" && right.contains("number")) }
    if right.contains("integer"), left.contains("number"), !common.contains("integer") {
      common.append("integer")
    }
    return .array(common)
  }

  /// `additionalProperties: false` forbids what the schema beside it does not name, though another names it.
  private func checkClosedProperties(
    _ result: JSONObject, _ schema: JSONObject, _ pointer: String
  ) throws(LMError) {
    guard result["additionalProperties"] == .bool(false), case .object(let all)? = result["properties"] else {
      return
    }
    var parts: [JSON] = [.object(schema)]
    var count = 0
    while let next = parts.popLast(), count <= Self.referenceLimit {
      count += 1
      guard case .object(let part) = next else { continue }
      if case .string(let reference)? = part["$ref"] { parts.append(try resolved(reference, pointer).0) }
      if case .array(let others)? = part["allOf"] { parts += others }
      guard part["additionalProperties"] == .bool(false) else { continue }
      var named = JSONObject()
      if case .object(let own)? = part["properties"] { named = own }
      if let other = all.first(where: { named[$0.key] == nil }) {
        throw failure(
          pointer,
          "\"additionalProperties\": false of one schema forbids the property \(JSON.quoted(other.key)) of another",
          remedy: "write them as one schema")
      }
    }
  }
}
