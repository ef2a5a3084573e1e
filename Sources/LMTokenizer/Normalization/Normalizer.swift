/// What is done to a text before it is split.
package enum Normalizer: Sendable, Equatable {
  /// Nothing.
  case none
  /// Canonical composition (Unicode normalization form C).
  case canonicalComposition

  /// The normalized bytes, nil where they are the same as `text`.
  func normalized(_ text: TextCursor) -> [UInt8]? {
    switch self {
    case .none: nil
    case .canonicalComposition: CanonicalComposition.normalized(text)
    }
  }

  /// The normalized form of `text`.
  func normalized(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { normalized(TextCursor($0)) } ?? bytes
  }
}
