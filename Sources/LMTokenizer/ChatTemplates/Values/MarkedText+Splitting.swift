extension MarkedText {
  /// The range left when `str.strip` has taken white space, or the symbols of `set`, from the sides asked for.
  func strippedRange(of set: MarkedText? = nil, left: Bool = true, right: Bool = true) -> Range<Int> {
    let members = set.map { Set($0.symbols.map { $0 & Self.scalarMask }) }
    func isStripped(_ index: Int) -> Bool {
      members?.contains(scalar(index)) ?? PythonCharacter.isSpace(scalar(index))
    }
    var (start, end) = (0, count)
    while left, start < end, isStripped(start) { start += 1 }
    while right, end > start, isStripped(end - 1) { end -= 1 }
    return start..<end
  }

  /// `str.strip`, `lstrip` and `rstrip`.
  func stripped(of set: MarkedText? = nil, left: Bool = true, right: Bool = true) -> MarkedText {
    part(strippedRange(of: set, left: left, right: right))
  }

  /// `str.split(separator, limit)`; the separator is not empty.
  func split(by separator: MarkedText, limit: Int = .max) -> [MarkedText] {
    cut(at: places(of: separator, in: 0..<count, limit: limit), width: separator.count)
  }

  /// `str.rsplit(separator, limit)`; the separator is not empty.
  func splitFromEnd(by separator: MarkedText, limit: Int) -> [MarkedText] {
    reversed.split(by: separator.reversed, limit: limit).reversed().map(\.reversed)
  }

  /// The symbols from the last to the first.
  var reversed: MarkedText { MarkedText(symbols: symbols.reversed()) }

  private func cut(at places: [Int], width: Int) -> [MarkedText] {
    var result: [MarkedText] = []
    var start = 0
    for place in places {
      result.append(part(start..<place))
      start = place + width
    }
    return result + [part(start..<count)]
  }

  /// `str.split(None, limit)`: words between white space.
  func words(limit: Int = .max) -> [MarkedText] {
    var result: [MarkedText] = []
    var index = strippedRange().lowerBound
    while index < count {
      if result.count == limit {
        result.append(part(index..<count).stripped(left: false))
        break
      }
      var end = index
      while end < count, !PythonCharacter.isSpace(scalar(end)) { end += 1 }
      result.append(part(index..<end))
      index = end
      while index < count, PythonCharacter.isSpace(scalar(index)) { index += 1 }
    }
    return result
  }

  /// `str.rsplit(None, limit)`.
  func wordsFromEnd(limit: Int) -> [MarkedText] {
    reversed.words(limit: limit).reversed().map(\.reversed)
  }

  /// `str.splitlines(keepends)`.
  func lines(keepsEnds: Bool = false) -> [MarkedText] {
    var result: [MarkedText] = []
    var start = 0
    var index = 0
    while index < count {
      guard PythonCharacter.isLineBreak(scalar(index)) else {
        index += 1
        continue
      }
      let end = index
      index += scalar(index) == 0x0D && index + 1 < count && scalar(index + 1) == 0x0A ? 2 : 1
      result.append(part(start..<(keepsEnds ? index : end)))
      start = index
    }
    if start < count { result.append(part(start..<count)) }
    return result
  }
}
