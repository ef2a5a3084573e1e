/// A dictionary in the order of insertion. It never changes once a template can see it.
final class TemplateMapping {
  private(set) var keys: [TemplateValue] = []
  private(set) var values: [TemplateValue] = []
  private(set) var depth = 1
  private var positions: [TemplateKey: Int] = [:]

  var count: Int { keys.count }

  subscript(key: TemplateKey) -> TemplateValue? { positions[key].map { values[$0] } }
  subscript(text: MarkedText) -> TemplateValue? { self[.text(text)] }

  /// Sets the value of a key, which keeps its place where it is known already.
  /// - Precondition: Only before the mapping is a value of a template.
  func insert(_ value: TemplateValue, for name: TemplateValue, _ key: TemplateKey) {
    depth = max(depth, 1 + max(name.depth, value.depth))
    if let position = positions[key] {
      values[position] = value
    } else {
      positions[key] = keys.count
      keys.append(name)
      values.append(value)
    }
  }

  func insert(_ value: TemplateValue, for name: MarkedText) { insert(value, for: .text(name), .text(name)) }
}

/// What a dictionary looks values up by. As in Python 1, 1.0 and true are one key.
enum TemplateKey: Hashable {
  case undefined
  case null
  case integer(Int)
  case number(Double)
  case text(MarkedText)
  case tuple([TemplateKey])
  case range(Int, Int, Int)

  /// True where `value` can be a key, unless it is a tuple of what cannot.
  static func canBeKey(_ value: TemplateValue) -> Bool {
    switch value {
    case .undefined, .null, .bool, .integer, .number, .text, .range, .tuple: true
    default: false
    }
  }

  /// The key for `value`; nil where it cannot be one, such as a list.
  init?(_ value: TemplateValue) {
    switch value {
    case .undefined: self = .undefined
    case .null: self = .null
    case .bool(let value): self = .integer(value ? 1 : 0)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = Int(exactly: value).map(Self.integer) ?? .number(value)
    case .text(let text): self = .text(text)
    case .range(let range): self = .range(range.start, range.step, range.count)
    case .tuple(let list):
      var parts: [TemplateKey] = []
      for item in list.items {
        guard let part = TemplateKey(item) else { return nil }
        parts.append(part)
      }
      self = .tuple(parts)
    default: return nil
    }
  }
}
