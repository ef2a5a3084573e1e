import LMRuntime

extension TemplateEvaluator {
  /// `center`, `ljust` and `rjust`.
  func justify(
    _ method: TemplateMethod, _ text: MarkedText, _ arguments: TemplateArguments
  ) throws(LMError) -> MarkedText {
    let values = try arguments.values(["width", "fillchar"], required: 1, of: method.rawValue, self)
    let fill =
      try values[1].map { value throws(LMError) in try argumentText(value, of: method.rawValue) } ?? " "
    guard fill.count == 1 else { throw failure("'\(method.rawValue)' fills with exactly one character") }
    let width = try integer(values[0], or: 0, of: method.rawValue)
    guard width > text.count else { return text }
    switch method {
    case .ljust: return try padded(text, left: 0, right: width - text.count, fill)
    case .rjust: return try padded(text, left: width - text.count, right: 0, fill)
    default: return try centered(text, width, fill)
    }
  }

  /// `text.center(width, fill)`.
  func centered(_ text: MarkedText, _ width: Int, _ fill: MarkedText = " ") throws(LMError) -> MarkedText {
    guard width > text.count else { return text }
    let space = width - text.count
    let left = space / 2 + (space & width & 1)
    return try padded(text, left: left, right: space - left, fill)
  }

  /// `text` with `left` and `right` repetitions of `fill` around it.
  func padded(
    _ text: MarkedText, left: Int, right: Int, _ fill: MarkedText = " "
  ) throws(LMError) -> MarkedText {
    let before = try repeated(fill, left)
    let behind = try repeated(fill, right)
    try allocate(text.count)
    return before + text + behind
  }

  /// `text.zfill(width)`: zeros behind the sign.
  func zeroFilled(_ text: MarkedText, _ width: Int) throws(LMError) -> MarkedText {
    guard width > text.count else { return text }
    let hasSign = !text.isEmpty && (text[0] == "-" || text[0] == "+")
    let sign = hasSign ? text.part(0..<1) : MarkedText()
    let zeros = try repeated("0", width - text.count)
    return sign + zeros + text.part(sign.count..<text.count)
  }

  func expandTabs(_ text: MarkedText, _ width: Int) throws(LMError) -> MarkedText {
    var result = MarkedText()
    var column = 0
    for index in 0..<text.count {
      switch text[index] {
      case "\t":
        guard width > 0 else { continue }
        let space = width - column % width
        try allocate(space)
        result.append(MarkedText(symbols: Array(repeating: 0x20, count: space)))
        column = 0
      case "\n", "\r":
        result.append(symbol: text.symbols[index])
        column = 0
      default:
        result.append(symbol: text.symbols[index])
        column += 1
      }
    }
    return result
  }
}

extension MarkedText {
  /// What `str.isalpha` and its siblings answer.
  func satisfies(_ method: TemplateMethod) -> Bool {
    let scalars = symbols.lazy.map { $0 & Self.scalarMask }
    func all(_ test: (UInt32) -> Bool) -> Bool { !isEmpty && scalars.allSatisfy(test) }
    switch method {
    case .isspace: return all(PythonCharacter.isSpace)
    case .isalpha: return all(PythonCharacter.isAlphabetic)
    case .isdigit: return all(PythonCharacter.isDigit)
    case .isdecimal: return all(PythonCharacter.isDecimal)
    case .isnumeric: return all(PythonCharacter.isNumeric)
    case .isalnum: return all(PythonCharacter.isAlphanumeric)
    case .isascii: return scalars.allSatisfy { $0 < 0x80 }
    case .isprintable: return scalars.allSatisfy(PythonCharacter.isPrintable)
    case .isidentifier: return all(PythonCharacter.isNamePart) && PythonCharacter.isNameStart(scalar(0))
    case .islower:
      return scalars.contains(where: PythonCharacter.isLowercase)
        && !scalars.contains { PythonCharacter.isUppercase($0) || PythonCharacter.isTitlecase($0) }
    case .isupper:
      return scalars.contains(where: PythonCharacter.isUppercase)
        && !scalars.contains { PythonCharacter.isLowercase($0) || PythonCharacter.isTitlecase($0) }
    case .istitle: return isTitle
    default: return false
    }
  }

  private var isTitle: Bool {
    var isInWord = false
    var hasCased = false
    for symbol in symbols {
      let scalar = symbol & Self.scalarMask
      if PythonCharacter.isUppercase(scalar) || PythonCharacter.isTitlecase(scalar) {
        if isInWord { return false }
        isInWord = true
        hasCased = true
      } else if PythonCharacter.isLowercase(scalar) {
        if !isInWord { return false }
        hasCased = true
      } else {
        isInWord = false
      }
    }
    return hasCased
  }
}
