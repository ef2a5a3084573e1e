import LMRuntime

extension SchemaCompiler {
  /// Arrays: `prefixItems` first, of which `minItems` must be there, all without it; then `items`, where it is
  /// given or there is no `prefixItems`.
  mutating func array(_ schema: JSONObject, _ pointer: String) throws(LMError) -> Expression {
    var prefix: [JSON] = []
    switch schema["prefixItems"] {
    case .array(let list)?: prefix = list
    case nil: break
    default: throw failure("\(pointer)/prefixItems", "is no array", remedy: "give a list of schemas")
    }
    let rest = schema["items"] ?? .bool(prefix.isEmpty)
    let least = try count("minItems", schema, pointer)
    let most = try count("maxItems", schema, pointer)
    var content: Expression
    if prefix.isEmpty {
      content = try list(item(rest, "\(pointer)/items"), least ?? 0, rest == .bool(false) ? 0 : most)
    } else {
      content = try tuple(prefix, rest, least ?? prefix.count, most, pointer)
    }
    if let least, let most, most < least { content = .choice([]) }
    return .sequence([.literal("["), base.call("space"), content, .literal("]")])
  }

  /// One element with the space behind it.
  private mutating func item(_ schema: JSON, _ place: String) throws(LMError) -> Expression {
    try call(.sequence([try expression(schema, place), base.call("space")]), place)
  }

  private mutating func tuple(
    _ prefix: [JSON], _ rest: JSON, _ least: Int, _ most: Int?, _ pointer: String
  ) throws(LMError) -> Expression {
    let separator = Expression.sequence([.literal(","), base.call("space")])
    let kept = prefix.prefix(most ?? prefix.count)
    var result = Expression.empty
    if rest != .bool(false), (most ?? .max) > prefix.count {
      let next = Expression.sequence([separator, try item(rest, "\(pointer)/items")])
      result = .repetition(
        next, minimum: max(0, least - prefix.count), maximum: most.map { $0 - prefix.count })
    } else if least > kept.count {
      result = .choice([])
    }
    for (index, schema) in kept.enumerated().reversed() {
      let place = "\(pointer)/prefixItems/\(index)"
      let element = try item(schema, place)
      let following = try call(result, place)
      let this = Expression.sequence([index == 0 ? .empty : separator, element, following])
      result = index < least ? this : .optional(this)
    }
    return result
  }
}
