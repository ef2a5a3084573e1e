import LMRuntime

extension TemplateLexer {
  /// Reads an integer (also `0x`, `0o`, `0b`, digits grouped by `_`) or a float; false where none starts here.
  mutating func readNumber() throws(LMError) -> Bool {
    guard isDigit(at: position, 10) else { return false }
    if let end = floatEnd() {
      let text = source.part(position..<end).string.filter { $0 != "_" }
      guard let value = Double(text) else { throw failure("\(text) is no number") }
      append(.number(value))
      advance(to: end)
      return true
    }
    var radix = 10
    var start = position
    if at(position, "0"), position + 1 < source.count,
      let prefixed = Self.radices[source[position + 1].properties.lowercaseMapping]
    {
      let digits = at(position + 2, "_") ? position + 3 : position + 2
      if isDigit(at: digits, prefixed) { (radix, start) = (prefixed, digits) }
    }
    var end = digitsEnd(from: start, radix)
    if radix == 10, at(start, "0") { end = zerosEnd(from: start) }
    let text = source.part(start..<end).string.filter { $0 != "_" }
    guard let value = Int(text, radix: radix) else {
      throw failure("the integer \(text) does not fit 64 bits", remedy: "use a smaller number")
    }
    append(.integer(value))
    advance(to: end)
    return true
  }

  private static let radices = ["x": 16, "o": 8, "b": 2]

  private func isDigit(at index: Int, _ radix: Int) -> Bool {
    guard index < source.count, source[index].isASCII else { return false }
    return Character(source[index]).hexDigitValue.map { $0 < radix } ?? false
  }

  /// Behind digits of which `_` may stand between two.
  private func digitsEnd(from index: Int, _ radix: Int) -> Int {
    var end = index
    while isDigit(at: end, radix) || (end > index && at(end, "_") && isDigit(at: end + 1, radix)) { end += 1 }
    return end
  }

  /// Behind zeros: `007` is not a number, but 00 and 7.
  private func zerosEnd(from index: Int) -> Int {
    var end = index
    while at(end, "0") || (end > index && at(end, "_") && at(end + 1, "0")) { end += 1 }
    return end
  }

  /// Behind digits with a fraction or an exponent; nil where it is an integer, or an index as in `x.1.2`.
  private func floatEnd() -> Int? {
    if position > 0, at(position - 1, ".") { return nil }
    var end = digitsEnd(from: position, 10)
    var isFloat = false
    if at(end, "."), isDigit(at: end + 1, 10) {
      end = digitsEnd(from: end + 1, 10)
      isFloat = true
    }
    if at(end, "e") || at(end, "E") {
      let digits = at(end + 1, "+") || at(end + 1, "-") ? end + 2 : end + 1
      if isDigit(at: digits, 10) { return digitsEnd(from: digits, 10) }
    }
    return isFloat ? end : nil
  }

  /// Reads a string in quotes, with Python's escapes.
  mutating func readString(quote: Unicode.Scalar) throws(LMError) {
    var text = MarkedText()
    var index = position + 1
    while index < source.count, source[index] != quote {
      if source[index] == "\\" {
        index = try readEscape(at: index + 1, into: &text)
      } else {
        text.append(symbol: source.scalar(index))
        index += 1
      }
    }
    guard index < source.count else {
      throw failure("a string is not closed", remedy: "close it with \(quote)")
    }
    append(.text(text))
    advance(to: index + 1)
  }

  /// Appends what the escape at `index`, behind the backslash, stands for; returns the place behind it.
  private func readEscape(at index: Int, into text: inout MarkedText) throws(LMError) -> Int {
    guard index < source.count else { return index }
    let scalar = source[index]
    if let meaning = Self.escapes[scalar] {
      text.append(symbol: meaning.value)
      return index + 1
    }
    switch scalar {
    case "\n": return index + 1
    case "0"..."7":
      var end = index
      while end < index + 3, isDigit(at: end, 8) { end += 1 }
      return try appendCode(index..<end, radix: 8, into: &text)
    case "x": return try appendCode(index + 1..<index + 3, radix: 16, into: &text)
    case "u": return try appendCode(index + 1..<index + 5, radix: 16, into: &text)
    case "U": return try appendCode(index + 1..<index + 9, radix: 16, into: &text)
    case "N":
      throw failure(
        "the escape \\N is not supported", remedy: "write the character itself, or \\u and its number")
    default:
      text.append("\\")
      // Jinja2 writes such characters as escapes before it reads escapes, so that a backslash before one makes
      // that escape visible.
      text.append(scalar.isASCII ? String(scalar) : Self.escapeName(scalar))
      return index + 1
    }
  }

  private func appendCode(
    _ range: Range<Int>, radix: Int, into text: inout MarkedText
  ) throws(LMError) -> Int {
    guard range.allSatisfy({ isDigit(at: $0, radix) }),
      let value = UInt32(source.part(range).string, radix: radix), let scalar = Unicode.Scalar(value)
    else { throw failure("an escape in a string names no character") }
    text.append(symbol: scalar.value)
    return range.upperBound
  }

  private static func escapeName(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
    return letter + String(repeating: "0", count: width - digits.count) + digits
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "\\": "\\", "'": "'", "\"": "\"", "n": "\n", "t": "\t", "r": "\r", "b": "\u{8}", "f": "\u{C}",
    "a": "\u{7}", "v": "\u{B}",
  ]
}
