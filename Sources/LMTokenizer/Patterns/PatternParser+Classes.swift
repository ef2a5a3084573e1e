import LMRuntime

extension PatternParser {
  /// A class whose `[` at `start` has been read: items, ranges, nested classes, `^` and `&&`.
  mutating func characterClass(_ start: Int) throws(LMError) -> CodePointSet {
    try nested { parser throws(LMError) in try parser.classBody(start) }
  }

  private mutating func classBody(_ start: Int) throws(LMError) -> CodePointSet {
    if next == ":" { throw failure("a POSIX bracket", at: start) }
    let isInverted = take("^")
    var left: CodePointSet?
    var items: [ClosedRange<UInt32>] = []
    var isFirst = true
    while true {
      guard let scalar = next else {
        throw failure("\"[\" without \"]\"", at: start, remedy: "close the class")
      }
      if scalar == "]" {
        guard !isFirst else { throw failure("an empty class", at: start, remedy: "escape the bracket") }
        position += 1
        break
      }
      isFirst = false
      if take("&&") {
        left = intersection(left, items)
        items = []
      } else {
        try appendItem(to: &items)
        // Repeated properties must not pile up.
        if items.count > 1 << 13 { items = CodePointSet(items).ranges }
      }
    }
    let set = intersection(left, items)
    return isInverted ? set.inverted : set
  }

  private func intersection(_ left: CodePointSet?, _ items: [ClosedRange<UInt32>]) -> CodePointSet {
    let right = CodePointSet(items)
    return left?.intersection(right) ?? right
  }

  private mutating func appendItem(to items: inout [ClosedRange<UInt32>]) throws(LMError) {
    let start = position
    if take("[") {
      items += try characterClass(start).ranges
      return
    }
    if take("\\") {
      if options.ignoresCase, let letter = next, "pPwW".unicodeScalars.contains(letter) {
        // Such a class would take in what its members fold to: U+0345, a mark, folds to a letter.
        throw failure("a property in a class where case is ignored", at: start)
      }
      if let set = try classEscape(start, inClass: true) {
        items += set.ranges
        return
      }
      position = start
    }
    let low = try classScalar()
    // A hyphen at the end of the class stands for itself.
    guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
      items += try folded(low...low, at: start).ranges
      return
    }
    position += 1
    if next == "[" || next == "&" {
      throw failure("a range without an end", at: start, remedy: "escape the hyphen")
    }
    let high = try classScalar()
    guard low <= high else {
      throw failure("a range that ends before it begins", at: start, remedy: "write the smaller one first")
    }
    items += try folded(low...high, at: start).ranges
  }

  private mutating func classScalar() throws(LMError) -> Unicode.Scalar {
    let start = position
    guard let scalar = next else {
      throw failure("\"[\" without \"]\"", at: start, remedy: "close the class")
    }
    position += 1
    guard scalar == "\\" else { return scalar }
    if let letter = next, "sSdDwWpP".unicodeScalars.contains(letter) {
      throw failure("a range that ends in a class", at: start, remedy: "escape the hyphen")
    }
    if next == "b" {
      position += 1
      return "\u{08}"
    }
    return try scalarEscape(start)
  }
}
