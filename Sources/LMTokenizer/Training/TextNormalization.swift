/// What a tokenizer that is trained does to a text before it is split.
public enum TextNormalization: String, Sendable, CaseIterable {
  /// Nothing.
  case none
  /// Canonical composition (Unicode normalization form C).
  case nfc
  /// Compatibility composition (form KC).
  case nfkc
  /// sentencepiece's default: control characters go, all white space is a space, form KC, one space at a time.
  case nmtNFKC = "nmt_nfkc"
  /// BERT's for lower case: control characters and accents go, Chinese characters stand alone.
  case bert
  /// BERT's with capitals and accents.
  case bertCased = "bert-cased"

  /// The steps.
  package var normalizer: Normalizer {
    switch self {
    case .none: .none
    case .nfc: .unicode(.nfc)
    case .nfkc: .unicode(.nfkc)
    case .nmtNFKC: .sequence([.nmt, .unicode(.nfkc)] + Self.singleSpaces)
    case .bert: .bert(BertNormalizer())
    case .bertCased: .bert(BertNormalizer(stripsAccents: false, lowercases: false))
    }
  }

  /// Of spaces in a row one is left.
  private static let singleSpaces: [Normalizer] =
    (try? TextPattern(regex: " {2,}")).map { [.replace($0, " ")] } ?? []
}
