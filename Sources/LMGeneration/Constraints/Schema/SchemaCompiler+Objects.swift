import LMRuntime

extension SchemaCompiler {
  /// Objects: properties in the order of the schema, then others where `additionalProperties` allows them. Beside
  /// `properties` it must be given to allow any, as in llama.cpp.
  mutating func object(_ schema: JSONObject, _ pointer: String) throws(LMError) -> Expression {
    let required = try requiredNames(schema, pointer)
    var properties = JSONObject()
    switch schema["properties"] {
    case .object(let object)?: properties = object
    case nil: break
    default: throw failure("\(pointer)/properties", "is no object", remedy: "give a schema for each name")
    }
    for name in required where properties[name] == nil {
      properties[name] = schema["additionalProperties"] ?? .bool(true)
    }
    let isOpen = schema["additionalProperties"].map { $0 != .bool(false) } ?? properties.isEmpty
    let others =
      isOpen ? try otherMember(schema["additionalProperties"] ?? .bool(true), not: properties, pointer) : nil
    let members: Expression
    if properties.isEmpty {
      let least = try count("minProperties", schema, pointer) ?? 0
      let most = try count("maxProperties", schema, pointer)
      members = others.map { list($0, least, most) } ?? (least > 0 ? .choice([]) : .empty)
    } else {
      if let bound = ["minProperties", "maxProperties"].first(where: { schema[$0] != nil }) {
        throw failure(
          pointer, "\"\(bound)\" beside properties is not supported",
          remedy: "leave it out, or use \"required\"")
      }
      members = try self.members(properties, required, others, pointer)
    }
    return .sequence([.literal("{"), base.call("space"), members, .literal("}")])
  }

  private func requiredNames(_ schema: JSONObject, _ pointer: String) throws(LMError) -> [String] {
    var names: [String] = []
    guard let value = schema["required"] else { return names }
    guard case .array(let list) = value else {
      throw failure("\(pointer)/required", "is no array", remedy: "give a list of names")
    }
    for element in list {
      guard case .string(let name) = element else {
        throw failure("\(pointer)/required", "\(element.kind) is no name", remedy: "give a list of names")
      }
      names.append(name)
    }
    return names
  }

  /// All members with the space behind them. A rule for what may follow each property keeps the size linear; it is
  /// called last, which costs nothing.
  private mutating func members(
    _ properties: JSONObject, _ required: [String], _ others: Expression?, _ pointer: String
  ) throws(LMError) -> Expression {
    let requiredKeys = KeySet(required)
    let separator = Expression.sequence([.literal(","), base.call("space")])
    /// What may follow when something stands before it already, and when nothing does.
    var after =
      others.map { Expression.repetition(.sequence([separator, $0]), minimum: 0, maximum: nil) } ?? .empty
    var first = others.map { list($0, 0, nil) } ?? .empty
    for property in properties.reversed() {
      let place = "\(pointer)/properties/\(property.key)"
      let member = try call(
        .sequence([key(property.key), try expression(property.value, place), base.call("space")]), place)
      let isRequired = requiredKeys.contains(property.key)
      let next = try call(after, place)
      let this = Expression.sequence([member, next])
      first = isRequired ? this : .choice([this, try call(first, place)])
      let follows = Expression.sequence([separator, member])
      after = .sequence([isRequired ? follows : .optional(follows), next])
    }
    return first
  }

  /// A member whose key is none of `properties`, with the space behind it.
  private mutating func otherMember(
    _ schema: JSON, not properties: JSONObject, _ pointer: String
  ) throws(LMError) -> Expression {
    let place = "\(pointer)/additionalProperties"
    var name = base.call("string")
    if !properties.isEmpty {
      name = .sequence([.literal("\""), try otherKey(properties.map { Array($0.key.unicodeScalars) }, place)])
    }
    return try call(
      .sequence([
        name, base.call("space"), .literal(":"), base.call("space"), try expression(schema, place),
        base.call("space"),
      ]), place)
  }

  /// The rest of a key that is none of `names`, with its closing quote: a tree of the names.
  ///
  /// Characters have one spelling here, so that no escape makes another name of one of these.
  private mutating func otherKey(_ names: [[Unicode.Scalar]], _ place: String) throws(LMError) -> Expression {
    let tree = NameTree(names)
    let plain = base.expression("plain")
    var rules: [Int] = []
    for _ in tree.nodes { rules.append(try grammar.append(place, at: place)) }
    for (index, node) in tree.nodes.enumerated() {
      var alternatives: [Expression] = node.isName ? [] : [.literal("\"")]
      let branches = CodePointRanges(node.children.map { $0.scalar.value...$0.scalar.value })
      alternatives.append(
        .sequence([
          plain.subtracting(branches), .repetition(plain, minimum: 0, maximum: nil), .literal("\""),
        ]))
      for child in node.children {
        alternatives.append(.sequence([.text(Self.spelling(child.scalar)), .rule(rules[child.node])]))
      }
      grammar.rules[rules[index]].expression = .choice(alternatives)
    }
    return .rule(rules[0])
  }

  /// How a character stands in a string.
  private static func spelling(_ scalar: Unicode.Scalar) -> [UInt8] {
    Array(JSON.string(String(Character(scalar))).serialized().dropFirst().dropLast())
  }

  /// `least` to `most` times `member`, with commas between.
  func list(_ member: Expression, _ least: Int, _ most: Int?) -> Expression {
    if let most, most < least { return .choice([]) }
    guard most != 0 else { return .empty }
    let next = Expression.sequence([.literal(","), base.call("space"), member])
    let rest = Expression.sequence([
      member, .repetition(next, minimum: max(0, least - 1), maximum: most.map { $0 - 1 }),
    ])
    return least > 0 ? rest : .optional(rest)
  }

  /// A call of a new rule.
  mutating func call(_ expression: Expression, _ place: String) throws(LMError) -> Expression {
    .rule(try grammar.append(place, expression, at: place))
  }
}

/// Names as a set that compares their bytes.
private struct KeySet {
  private let names: Set<[UInt8]>
  init(_ names: [String]) { self.names = Set(names.map { Array($0.utf8) }) }
  func contains(_ name: String) -> Bool { names.contains(Array(name.utf8)) }
}

/// Names as a tree of characters.
private struct NameTree {
  struct Node {
    var children: [(scalar: Unicode.Scalar, node: Int)] = []
    var isName = false
  }

  private(set) var nodes = [Node()]

  init(_ names: [[Unicode.Scalar]]) {
    for name in names {
      var node = 0
      for scalar in name {
        if let child = nodes[node].children.first(where: { $0.scalar == scalar }) {
          node = child.node
        } else {
          nodes.append(Node())
          nodes[node].children.append((scalar, nodes.count - 1))
          node = nodes.count - 1
        }
      }
      nodes[node].isName = true
    }
  }
}

extension GrammarRules.Expression {
  /// One spelled character of `plain` without those of `set`, which it may spell as they are or escaped.
  fileprivate func subtracting(_ set: CodePointRanges) -> Self {
    switch self {
    case .choice(let parts): return .choice(parts.map { $0.subtracting(set) })
    case .characters(let characters): return .characters(characters.subtracting(set))
    case .sequence(let parts):
      // A backslash and the letter of an escape.
      let escapes: [(Unicode.Scalar, String)] = [
        ("\"", "\""), ("\\", "\\"), ("\u{8}", "b"), ("\u{C}", "f"), ("\n", "n"), ("\r", "r"), ("\t", "t"),
      ]
      let taken = escapes.filter { escape in set.ranges.contains { $0.contains(escape.0.value) } }
      return .sequence(
        [parts[0]]
          + parts.dropFirst().map { part in
            guard case .characters(let letters) = part else { return part }
            return .characters(letters.subtracting(CodePointRanges(taken.map(\.1).joined())))
          })
    default: return self
    }
  }
}
