import LMRuntime

/// A number that `config.json` and the metadata of a GGUF file both have.
struct GGUFKey: Sendable {
  /// What the number is.
  enum Kind: Sendable {
    /// A whole number, `uint32` in the file.
    case count
    /// A number of single precision.
    case number
    /// True or false.
    case flag
  }

  /// The key in the file behind the architecture and a dot.
  let name: String
  /// The key in `config.json`.
  let config: String
  let kind: Kind
  /// Whether a file may lack it.
  let isOptional: Bool

  init(_ name: String, _ config: String, _ kind: Kind = .count, isOptional: Bool = false) {
    self.name = name
    self.config = config
    self.kind = kind
    self.isOptional = isOptional
  }

  /// The value of `config.json` for what a file says; nil where that is no number of this kind.
  func json(_ value: GGUFValue) -> JSON? {
    switch (kind, value) {
    case (.count, .integer(let number)): .integer(number)
    // Some files say for each layer what all layers share.
    case (.count, .array(let array)): Self.common(array)
    case (.number, .float(let number, let isSingle)):
      // The shortest text of the single, so that 1e-5 comes back as it was written.
      .number(isSingle ? Double(String(Float(number))) ?? number : number)
    case (.flag, .bool(let flag)): .bool(flag)
    default: nil
    }
  }

  private static func common(_ array: GGUFArray) -> JSON? {
    guard array.count > 0, let first = array.integer(0),
      (1..<array.count).allSatisfy({ array.integer($0) == first })
    else { return nil }
    return .integer(first)
  }

  /// Writes the value that `config` has, if it has one.
  func write(_ config: JSONField, _ architecture: String, to metadata: inout GGUFMetadata) throws(LMError) {
    guard let field = try config.optional(self.config) else { return }
    let key = "\(architecture).\(name)"
    switch kind {
    case .count: try metadata.set(key, try field.integer())
    case .number: try metadata.set(key, Float(try field.double()))
    case .flag: try metadata.set(key, try field.bool())
    }
  }
}
