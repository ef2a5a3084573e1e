import LMRuntime

extension TemplateValue {
  /// Levels of nesting that values may have; more than JSON documents may have.
  static let depthLimit = 2 * JSONReader.depthLimit

  /// The value of a JSON document, whose strings are marked as data where `isData`.
  /// - Throws: ``LMError`` where it is nested deeper than ``depthLimit``.
  init(_ json: JSON, isData: Bool, level: Int = 1) throws(LMError) {
    guard level < Self.depthLimit else {
      throw LMError(
        at: "the chat", "has more than \(Self.depthLimit) levels of nesting", remedy: "flatten the messages")
    }
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .text(MarkedText(value, isData: isData))
    case .array(let elements):
      var items: [TemplateValue] = []
      items.reserveCapacity(elements.count)
      for element in elements { items.append(try TemplateValue(element, isData: isData, level: level + 1)) }
      self = .list(TemplateList(items))
    case .object(let object):
      let mapping = TemplateMapping()
      for member in object {
        mapping.insert(
          try TemplateValue(member.value, isData: isData, level: level + 1),
          for: MarkedText(member.key, isData: isData))
      }
      self = .mapping(mapping)
    }
  }
}
