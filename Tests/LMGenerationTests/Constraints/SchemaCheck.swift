import LMRuntime

/// Whether a value fits a schema, straight from the words of the specification: the oracle of the schema tests.
struct SchemaCheck {
  let document: JSON

  func fits(_ value: JSON, _ schema: JSON) -> Bool {
    guard case .object(let s) = schema else { return schema == .bool(true) }
    return s.allSatisfy { fits(value, $0.key, $0.value, s) }
  }

  private func fits(_ value: JSON, _ keyword: String, _ argument: JSON, _ schema: JSONObject) -> Bool {
    switch (keyword, argument, value) {
    case ("type", .array(let types), _): return types.contains { fits(value, "type", $0, schema) }
    case ("type", .string(let type), _): return isOf(type, value)
    case ("enum", .array(let values), _): return values.contains(value)
    case ("const", _, _): return value == argument
    case ("anyOf", .array(let parts), _), ("oneOf", .array(let parts), _):
      return parts.contains { fits(value, $0) }
    case ("allOf", .array(let parts), _): return parts.allSatisfy { fits(value, $0) }
    case ("$ref", .string(let path), _):
      let target = path.split(separator: "/").dropFirst().reduce(document) { node, key in
        if case .object(let object) = node { return object[String(key)] ?? .null }
        return .null
      }
      return fits(value, target)
    case ("properties", .object(let properties), .object(let object)):
      return object.allSatisfy { member in properties[member.key].map { fits(member.value, $0) } ?? true }
    case ("required", .array(let names), .object(let object)):
      return names.allSatisfy { name in object.contains { .string($0.key) == name } }
    case ("additionalProperties", _, .object(let object)):
      var known = JSONObject()
      if case .object(let properties)? = schema["properties"] { known = properties }
      return object.allSatisfy { known[$0.key] != nil || fits($0.value, argument) }
    case ("items", _, .array(let values)):
      var prefix = 0
      if case .array(let list)? = schema["prefixItems"] { prefix = list.count }
      return values.dropFirst(prefix).allSatisfy { fits($0, argument) }
    case ("prefixItems", .array(let schemas), .array(let values)):
      return zip(values, schemas).allSatisfy { fits($0, $1) }
    case ("pattern", .string(let pattern), .string(let text)):
      return (try? Regex(pattern).matchingSemantics(.unicodeScalar).firstMatch(in: text)) != nil
    default: return fitsNumber(value, keyword, argument)
    }
  }

  private func fitsNumber(_ value: JSON, _ keyword: String, _ argument: JSON) -> Bool {
    guard let bound = number(argument) else { return true }
    switch (keyword, value) {
    case ("minLength", .string(let text)): return Double(text.unicodeScalars.count) >= bound
    case ("maxLength", .string(let text)): return Double(text.unicodeScalars.count) <= bound
    case ("minItems", .array(let values)): return Double(values.count) >= bound
    case ("maxItems", .array(let values)): return Double(values.count) <= bound
    case ("minProperties", .object(let object)): return Double(object.count) >= bound
    case ("maxProperties", .object(let object)): return Double(object.count) <= bound
    default: break
    }
    guard let number = number(value) else { return true }
    switch keyword {
    case "minimum": return number >= bound
    case "maximum": return number <= bound
    case "exclusiveMinimum": return number > bound
    case "exclusiveMaximum": return number < bound
    default: return true
    }
  }

  private func number(_ value: JSON) -> Double? {
    switch value {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  private func isOf(_ type: String, _ value: JSON) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("null", .null),
      ("integer", .integer), ("number", .integer), ("number", .number):
      true
    default: false
    }
  }
}
