import LMRuntime

extension PatternParser {
  /// The set of one scalar, with its other cases where case is ignored.
  func literal(_ scalar: Unicode.Scalar, at start: Int) throws(LMError) -> CodePointSet {
    try folded(scalar...scalar, at: start)
  }

  /// The set of a range, with the other cases of its ASCII letters where case is ignored.
  ///
  /// Two code points beyond ASCII fold to ASCII letters: ſ (U+017F) to s and K (U+212A) to k.
  func folded(_ range: ClosedRange<Unicode.Scalar>, at start: Int) throws(LMError) -> CodePointSet {
    let set = CodePointSet([range.lowerBound.value...range.upperBound.value])
    guard options.ignoresCase else { return set }
    guard set.intersection(.casedBeyondASCII).isEmpty else {
      throw failure("a letter beyond ASCII where case is ignored", at: start, remedy: "write both cases")
    }
    let capitals = set.intersection(CodePointSet([0x41...0x5A])).ranges
    let smalls = set.intersection(CodePointSet([0x61...0x7A])).ranges
    var result = set
    for letters in capitals {
      result = result.union(CodePointSet([letters.lowerBound + 32...letters.upperBound + 32]))
    }
    for letters in smalls {
      result = result.union(CodePointSet([letters.lowerBound - 32...letters.upperBound - 32]))
    }
    if result.contains(0x73) { result = result.union(CodePointSet("ſ")) }
    if result.contains(0x6B) { result = result.union(CodePointSet("\u{212A}")) }
    return result
  }

  /// Refuses two literals in a row that one character folds to: ß is ss, ﬁ is fi.
  ///
  /// An engine that folds whole strings would match that character here, and one of single characters not.
  func checkMultipleFolding(_ start: Int, after branch: [PatternNode]) throws(LMError) {
    guard start > 0, position == start + 1, case .set? = branch.last else { return }
    let pair = scalars[start - 1...start].map { $0.properties.lowercaseMapping }.joined()
    if ["ss", "ff", "fi", "fl", "st"].contains(pair) {
      throw failure("\"\(pair)\" where case is ignored, which single characters fold to as well", at: start)
    }
  }
}
