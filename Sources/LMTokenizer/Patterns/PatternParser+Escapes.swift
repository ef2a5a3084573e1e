import LMRuntime

extension PatternParser {
  /// What a backslash outside of a class begins.
  mutating func escape(_ start: Int) throws(LMError) -> PatternNode {
    switch next {
    case "A": position += 1; return .boundary(.textStart)
    case "z": position += 1; return .boundary(.textEnd)
    case "Z":
      position += 1
      return .look(
        .sequence([
          .repeated(.set(.lineFeed), minimum: 0, maximum: 1, isLazy: false), .boundary(.textEnd),
        ]), isAhead: true, isNegated: false)
    case "b": position += 1; return .boundary(.wordBoundary)
    case "B": position += 1; return .boundary(.noWordBoundary)
    default:
      if let set = try classEscape(start) { return .set(set) }
      return .set(try literal(try scalarEscape(start), at: start))
    }
  }

  /// `\s`, `\p{L}` and their like behind the backslash, nil where something else follows.
  mutating func classEscape(_ start: Int, inClass: Bool = false) throws(LMError) -> CodePointSet? {
    guard let letter = next else { return nil }
    let set: CodePointSet
    switch letter {
    case "s", "S": set = .space
    case "d", "D": set = .digit
    case "w", "W": set = inClass ? .wordInClass : .word
    case "p", "P":
      position += 1
      return try property(start, isNegated: letter == "P")
    default: return nil
    }
    position += 1
    return letter.properties.isUppercase ? set.inverted : set
  }

  private mutating func property(_ start: Int, isNegated: Bool) throws(LMError) -> CodePointSet {
    guard take("{") else { throw failure("\"\\p\" without braces", at: start, remedy: "write \\p{L}") }
    let isInverted = take("^") != isNegated
    var name = ""
    while let scalar = next, scalar != "}", name.unicodeScalars.count < 64 {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard take("}") else { throw failure("a property without \"}\"", at: start, remedy: "close the brace") }
    guard let set = CodePointSet(property: name) else {
      throw failure(
        "the property \(JSON.quoted(name))", at: start,
        remedy: "only general categories and common scripts are supported")
    }
    if options.ignoresCase, ["lu", "ll", "lt", "lc"].contains(name.lowercased()) {
      throw failure("a property of case where case is ignored", at: start)
    }
    return isInverted ? set.inverted : set
  }

  /// The one scalar that an escape stands for; the backslash has been read.
  mutating func scalarEscape(_ start: Int) throws(LMError) -> Unicode.Scalar {
    guard let scalar = next else { throw failure("a backslash at its end", at: start, remedy: "write \\\\") }
    position += 1
    switch scalar {
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "f": return "\u{0C}"
    case "v": return "\u{0B}"
    case "a": return "\u{07}"
    case "e": return "\u{1B}"
    case "x":
      if take("{") {
        let value = try hexadecimal(1...8, start)
        guard take("}") else { throw failure("\"\\x{\" without \"}\"", at: start, remedy: "close the brace") }
        return value
      }
      let value = try hexadecimal(1...2, start)
      // A byte above ASCII is part of a character there.
      guard value.isASCII else { throw failure("a byte that is no character", at: start) }
      return value
    case "u": return try hexadecimal(4...4, start)
    default:
      guard !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
        throw failure("\"\\\(scalar)\"", at: start)
      }
      return scalar
    }
  }

  private mutating func hexadecimal(_ count: ClosedRange<Int>, _ start: Int) throws(LMError) -> Unicode.Scalar
  {
    let first = position
    var value: UInt32 = 0
    while position - first < count.upperBound, let digit = next,
      let nibble = digit.isASCII ? Character(digit).hexDigitValue : nil
    {
      // Eight digits at most, so the shift drops nothing.
      value = value << 4 | UInt32(nibble)
      position += 1
    }
    guard position - first >= count.lowerBound, let scalar = Unicode.Scalar(value) else {
      throw failure("a code point that does not exist", at: start, remedy: "write \\x{1F600}")
    }
    return scalar
  }
}
