import LMAutograd
import LMRuntime

/// What all families do with the keys of `config.json`.
extension JSONField {
  /// The size under `key`; `usual` where it is absent, which is an error without.
  func size(_ key: String, usual: Int? = nil, limit: Int = 1 << 30) throws(LMError) -> Int {
    if let usual, try optional(key) == nil { return usual }
    return try self[key].integer(in: 1...limit)
  }

  /// The Boolean under `key`, or `usual`.
  func flag(_ key: String, usual: Bool = false) throws(LMError) -> Bool {
    try optional(key)?.bool() ?? usual
  }

  /// The number under `key`, or `usual`.
  func number(_ key: String, usual: Double) throws(LMError) -> Double {
    try optional(key)?.double() ?? usual
  }

  /// Throws where the text under `key` is none of `names`.
  func require(_ key: String, _ names: [String]) throws(LMError) {
    guard let found = try optional(key)?.string(), !names.contains(found) else { return }
    let known = names.map { "\"\($0)\"" }.joined(separator: " or ")
    throw unsupported("\(key) \"\(found)\"", "use a model with \(known)")
  }

  /// Throws where one of `keys` has another value than null, false or 0.
  func refuse(_ keys: String...) throws(LMError) {
    for key in keys {
      guard let found = try optional(key)?.value, ![.bool(false), .integer(0), .number(0)].contains(found)
      else { continue }
      throw unsupported("\(key) \(found.text())", "use a model without it")
    }
  }

  /// The error for a choice that the file makes and this program does not have.
  func unsupported(_ what: String, _ remedy: String) -> LMError {
    failure("has \(what), which is not supported", remedy: remedy)
  }
}

extension JSON {
  /// The shortest decimal that reads back as `value`.
  static func shortest(_ value: Float) -> JSON { .number(Double(String(value)) ?? Double(value)) }
}

extension Activation {
  /// Names in `config.json`; the first one of a kind is written.
  private static let configNames: [(name: String, kind: Activation)] = [
    ("gelu", .gelu), ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh), ("gelu_fast", .geluTanh),
    ("relu", .relu), ("silu", .silu), ("swish", .silu), ("tanh", .tanh),
  ]

  /// The name that transformers knows.
  var configName: String { Self.configNames.first { $0.kind == self }?.name ?? rawValue }

  /// The activation under `key` of a `config.json`.
  init(_ config: JSONField, _ key: String, usual: String) throws(LMError) {
    let name = try config.optional(key)?.string() ?? usual
    guard let found = Self.configNames.first(where: { $0.name == name }) else {
      let known = Self.configNames.map(\.name).joined(separator: ", ")
      throw config.unsupported("\(key) \"\(name)\"", "use a model with one of \(known)")
    }
    self = found.kind
  }
}
