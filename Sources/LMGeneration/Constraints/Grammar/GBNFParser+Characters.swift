import LMRuntime

extension GBNFParser {
  /// A text in double quotes.
  mutating func parseLiteral() throws(LMError) -> Expression {
    let start = position
    position += 1
    var text = String.UnicodeScalarView()
    while let scalar = next, scalar != "\"", scalar != "\n" { text.append(try readCharacter(scalar)) }
    guard next == "\"" else { throw failure("a literal without end", at: start, remedy: "close it with \"") }
    position += 1
    return .text(Array(String(text).utf8))
  }

  /// A class in square brackets: characters and ranges, of which `^` at the beginning means all others.
  mutating func parseClass() throws(LMError) -> Expression {
    let start = position
    position += 1
    let isInverted = next == "^"
    if isInverted { position += 1 }
    var ranges: [ClosedRange<UInt32>] = []
    while let scalar = next, scalar != "]", scalar != "\n" {
      let place = position
      let first = try readCharacter(scalar).value
      guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
        ranges.append(first...first)
        continue
      }
      position += 1
      let last = try readCharacter(scalars[position]).value
      guard first <= last else {
        throw failure("a range whose end comes before its beginning", at: place, remedy: "swap the two")
      }
      ranges.append(first...last)
    }
    guard next == "]" else { throw failure("a class without end", at: start, remedy: "close it with ]") }
    position += 1
    let set = CodePointRanges(ranges)
    return .characters(isInverted ? set.inverted : set)
  }

  /// `scalar`, which is next, or what it escapes.
  private mutating func readCharacter(_ scalar: Unicode.Scalar) throws(LMError) -> Unicode.Scalar {
    let start = position
    position += 1
    guard scalar == "\\" else { return scalar }
    guard let escape = next else { throw unexpected("a character behind \\") }
    position += 1
    switch escape {
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "\\", "\"", "[", "]", "-", "^": return escape
    case "x": return try readCode(digits: 2, from: start)
    case "u": return try readCode(digits: 4, from: start)
    case "U": return try readCode(digits: 8, from: start)
    default:
      throw failure(
        "the escape \\\(escape) is unknown", at: start,
        remedy: #"use \n \r \t \\ \" \[ \] \xHH \uHHHH or \UHHHHHHHH"#)
    }
  }

  private mutating func readCode(digits: Int, from start: Int) throws(LMError) -> Unicode.Scalar {
    let text = scalars[position...].prefix(digits)
    var code: UInt32 = 0
    for scalar in text {
      guard let digit = Character(scalar).hexDigitValue, scalar.isASCII else { break }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    guard position == start + 2 + digits, let scalar = Unicode.Scalar(code) else {
      throw failure(
        "an escape that is no character", at: start,
        remedy: "give \(digits) hexadecimal digits of a Unicode scalar")
    }
    return scalar
  }
}
