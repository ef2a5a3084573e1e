import LMRuntime

/// Reads a regular expression of a schema (the part of ECMA 262 that is regular): characters, classes, groups,
/// alternatives, repetitions, and anchors at the ends. What it gives is the content of a JSON string.
///
/// Without an anchor anything may stand at that end: patterns search.
struct SchemaPattern {
  typealias Expression = GrammarRules.Expression

  private let scalars: [Unicode.Scalar]
  private let place: String
  private var position = 0
  private var depth = 0

  /// A reader of `pattern`; `place` is what errors call it.
  init(_ pattern: String, _ place: String) {
    scalars = Array(pattern.unicodeScalars)
    self.place = place
  }

  /// Reads the whole pattern.
  /// - Throws: ``LMError`` with the column of what is wrong or not supported.
  mutating func parse() throws(LMError) -> Expression {
    let expression = try parseChoice(isOuter: true)
    guard next == nil else { throw failure("a ) without (", remedy: #"write \) for the character"#) }
    return expression
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private func failure(_ problem: String, remedy: String) -> LMError {
    LMError(at: "\(place), column \(position + 1)", problem, remedy: remedy)
  }

  private static let anything = Expression.repetition(spelled(.all), minimum: 0, maximum: nil)

  private mutating func parseChoice(isOuter: Bool) throws(LMError) -> Expression {
    var alternatives: [Expression] = []
    repeat {
      let isAnchored = isOuter && take("^")
      var parts = try parseSequence()
      if isOuter {
        if !isAnchored { parts.insert(Self.anything, at: 0) }
        if !take("$") { parts.append(Self.anything) }
      }
      if next == "$" || next == "^" {
        throw failure("an anchor inside of the pattern", remedy: #"use ^ and $ at the ends, or \^ and \$"#)
      }
      alternatives.append(.sequence(parts))
    } while take("|")
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private mutating func parseSequence() throws(LMError) -> [Expression] {
    var parts: [Expression] = []
    while let scalar = next, !["|", ")", "$", "^"].contains(scalar) {
      parts.append(try parseRepetition(of: try parseAtom(scalar)))
    }
    return parts
  }

  private mutating func parseAtom(_ scalar: Unicode.Scalar) throws(LMError) -> Expression {
    switch scalar {
    case "(": return try parseGroup()
    case "[": return Self.spelled(try parseClass())
    case ".":
      position += 1
      return Self.spelled(CodePointRanges("\n\r\u{2028}\u{2029}").inverted)
    case "*", "+", "?", "{":
      throw failure("\(scalar) without anything to repeat", remedy: "write \\\(scalar) for the character")
    case "\\": return Self.spelled(try parseEscape())
    default:
      position += 1
      return Self.spelled(CodePointRanges([scalar.value...scalar.value]))
    }
  }

  private mutating func parseGroup() throws(LMError) -> Expression {
    position += 1
    depth += 1
    defer { depth -= 1 }
    guard depth <= GrammarRules.depthLimit else {
      throw failure("more than \(GrammarRules.depthLimit) groups inside each other", remedy: "use fewer")
    }
    if take("?"), !take(":") {
      throw failure("a group of a kind that is not supported", remedy: "use (…) or (?:…)")
    }
    let expression = try parseChoice(isOuter: false)
    guard take(")") else { throw failure("a ( without )", remedy: "close the group") }
    return expression
  }

  // MARK: Repetitions

  private mutating func parseRepetition(of atom: Expression) throws(LMError) -> Expression {
    let bounds: (Int, Int?)
    switch next {
    case "*": bounds = (0, nil)
    case "+": bounds = (1, nil)
    case "?": bounds = (0, 1)
    case "{": bounds = try parseBounds()
    default: return atom
    }
    position += 1
    // The same texts match, whether few or many repetitions are tried first.
    _ = take("?")
    return .repetition(atom, minimum: bounds.0, maximum: bounds.1)
  }

  /// The numbers behind `{`, up to the `}`.
  private mutating func parseBounds() throws(LMError) -> (Int, Int?) {
    position += 1
    guard let least = number() else {
      throw failure(
        "a repetition without a number", remedy: #"use {m}, {m,} or {m,n}, or \{ for the character"#)
    }
    var most: Int? = least
    if take(",") { most = next == "}" ? nil : number() ?? -1 }
    guard next == "}", most.map({ $0 >= least }) ?? true else {
      throw failure("a repetition that is none", remedy: "use {m}, {m,} or {m,n} with m up to n")
    }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var digits = ""
    while let scalar = next, ("0"..."9").contains(scalar), digits.utf8.count < 9 {
      digits.unicodeScalars.append(scalar)
      position += 1
    }
    return Int(digits)
  }

  // MARK: Characters

  private static let digits = CodePointRanges([0x30...0x39])
  private static let words = digits.union(CodePointRanges([0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]))
  private static let spaces = CodePointRanges([
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
    0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ])

  private mutating func parseEscape() throws(LMError) -> CodePointRanges {
    position += 1
    guard let scalar = next else { throw failure("a \\ at the end", remedy: "write \\\\ for the character") }
    position += 1
    switch scalar {
    case "d": return Self.digits
    case "D": return Self.digits.inverted
    case "w": return Self.words
    case "W": return Self.words.inverted
    case "s": return Self.spaces
    case "S": return Self.spaces.inverted
    case "n": return CodePointRanges("\n")
    case "r": return CodePointRanges("\r")
    case "t": return CodePointRanges("\t")
    case "f": return CodePointRanges("\u{C}")
    case "v": return CodePointRanges("\u{B}")
    case "x": return try code(2)
    case "u": return try code(4)
    default:
      let isWord = Self.words.ranges.contains { $0.contains(scalar.value) }
      guard !isWord else {
        throw failure("the escape \\\(scalar) is not supported", remedy: "use a class in square brackets")
      }
      return CodePointRanges([scalar.value...scalar.value])
    }
  }

  private mutating func code(_ digits: Int) throws(LMError) -> CodePointRanges {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[position...].prefix(digits))
    guard text.count == digits, text.allSatisfy(\.properties.isASCIIHexDigit),
      let value = UInt32(String(text), radix: 16), Unicode.Scalar(value) != nil
    else { throw failure("an escape that is no character", remedy: "give \(digits) hexadecimal digits") }
    position += digits
    return CodePointRanges([value...value])
  }

  private mutating func parseClass() throws(LMError) -> CodePointRanges {
    position += 1
    let isInverted = take("^")
    var set = CodePointRanges([])
    while let scalar = next, scalar != "]" {
      let first = try member(scalar)
      guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]",
        let low = first.only
      else {
        set = set.union(first)
        continue
      }
      position += 1
      guard let high = try member(scalars[position]).only, low <= high else {
        throw failure("a range that is none", remedy: "give two characters in ascending order")
      }
      set = set.union(CodePointRanges([low...high]))
    }
    guard take("]") else { throw failure("a class without ]", remedy: "close it") }
    return isInverted ? set.inverted : set
  }

  private mutating func member(_ scalar: Unicode.Scalar) throws(LMError) -> CodePointRanges {
    if scalar == "\\" {
      // In a class it is a backspace.
      if position + 1 < scalars.count, scalars[position + 1] == "b" {
        position += 2
        return CodePointRanges("\u{8}")
      }
      return try parseEscape()
    }
    position += 1
    return CodePointRanges([scalar.value...scalar.value])
  }

  /// The characters as they stand in a JSON string: escaped where they must be.
  static func spelled(_ set: CodePointRanges) -> Expression {
    let special = CodePointRanges([0...0x1F, 0x22...0x22, 0x5C...0x5C])
    var alternatives = [Expression.characters(set.subtracting(special))]
    for range in set.intersection(special).ranges {
      for value in range {
        guard let scalar = Unicode.Scalar(value) else { continue }
        alternatives.append(
          .text(Array(JSON.string(String(Character(scalar))).serialized().dropFirst().dropLast())))
      }
    }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }
}

extension CodePointRanges {
  /// The only scalar of the set, nil where there are none or several.
  fileprivate var only: UInt32? {
    ranges.count == 1 && ranges[0].count == 1 ? ranges[0].lowerBound : nil
  }
}
