import LMRuntime

extension TextSource {
  /// Documents from which on a split leaves each of them whole.
  private static let wholeDocumentCount = 10

  /// Sets the end of the text aside for validation.
  ///
  /// The cut is at byte ⌊(1 − fraction) · n⌋ of all n bytes, moved back to the start of a character. From 10
  /// documents on it moves to the nearest border between documents, unless that changes the share of
  /// validation by more than half: then one long document decides, and is cut.
  /// - Parameter fraction: Share of the bytes, between 0 and 1.
  /// - Throws: ``LMError`` where the fraction is out of range or one of the parts would be empty.
  /// - Complexity: O(documents).
  public func split(validationFraction fraction: Double = 0.1) throws(LMError) -> (
    training: TextSource, validation: TextSource
  ) {
    guard fraction > 0, fraction < 1 else {
      throw LMError(
        .usage, at: "the validation fraction", "is \(fraction)",
        remedy: "use a number between 0 and 1, such as 0.1")
    }
    guard !documents.isEmpty else { throw tooShort }
    let cut = Int((1 - fraction) * Double(byteCount))
    let starts = documentStarts
    let parts: (TextSource, TextSource)
    if let index = border(near: cut, starts, tolerance: fraction / 2 * Double(byteCount)) {
      parts = (TextSource(Array(documents[..<index])), TextSource(Array(documents[index...])))
    } else {
      let index = max(0, (starts.firstIndex { $0 > cut } ?? documents.count) - 1)
      let document = documents[index]
      let (head, tail) = document.split(at: document.characterStart(before: cut - starts[index]))
      parts = (TextSource(documents[..<index] + [head]), TextSource([tail] + documents[(index + 1)...]))
    }
    guard parts.0.byteCount > 0, parts.1.byteCount > 0 else { throw tooShort }
    return parts
  }

  private var tooShort: LMError {
    LMError(
      at: "the text", "has \(byteCount) bytes, too few to set a part aside for validation",
      remedy: "give more text, or a validation text of its own")
  }

  /// Byte at which each document starts, and the end of the last.
  private var documentStarts: [Int] {
    documents.reduce(into: [0]) { starts, document in starts.append((starts.last ?? 0) + document.byteCount) }
  }

  /// The first document of the validation part where documents stay whole.
  private func border(near cut: Int, _ starts: [Int], tolerance: Double) -> Int? {
    guard documents.count >= Self.wholeDocumentCount else { return nil }
    guard let index = (1..<documents.count).min(by: { abs(starts[$0] - cut) < abs(starts[$1] - cut) }),
      Double(abs(starts[index] - cut)) <= tolerance
    else { return nil }
    return index
  }
}
