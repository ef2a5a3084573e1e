import Glibc
import LMRuntime

extension TemplateEvaluator {
  /// `left operation right` with Python's meaning for numbers, texts and lists.
  func arithmetic(
    _ operation: ArithmeticOperator, _ left: TemplateValue, _ right: TemplateValue
  ) throws(LMError) -> TemplateValue {
    if case .remainder = operation, case .text(let format) = left {
      return .text(try percentFormat(format, right))
    }
    if let joined = try sequences(operation, left, right) { return joined }
    if let a = left.asInteger, let b = right.asInteger { return try integers(operation, a, b) }
    guard let a = left.asNumber, let b = right.asNumber else {
      throw mismatch(operation.rawValue, left, right)
    }
    return .number(try numbers(operation, a, b))
  }

  /// The error for operands that do not go together.
  func mismatch(_ symbol: String, _ left: TemplateValue, _ right: TemplateValue) -> LMError {
    for value in [left, right] { if case .undefined(let absence) = value { return undefined(absence) } }
    return failure("'\(symbol)' does not work between \(left.typeName) and \(right.typeName)")
  }

  /// Sums and multiples of texts, lists and tuples.
  private func sequences(
    _ operation: ArithmeticOperator, _ left: TemplateValue, _ right: TemplateValue
  ) throws(LMError) -> TemplateValue? {
    switch (operation, left, right) {
    case (.add, .text(let a), .text(let b)):
      try allocate(a.count + b.count)
      return .text(a + b)
    case (.add, .list(let a), .list(let b)): return .list(try list(a.items + b.items))
    case (.add, .tuple(let a), .tuple(let b)): return .tuple(try list(a.items + b.items))
    case (.multiply, .text(let text), let count), (.multiply, let count, .text(let text)):
      return try count.asInteger.map { count throws(LMError) in .text(try repeated(text, count)) }
    case (.multiply, .list(let list), let count), (.multiply, let count, .list(let list)):
      return try count.asInteger.map { count throws(LMError) in .list(try repeated(list, count)) }
    case (.multiply, .tuple(let list), let count), (.multiply, let count, .tuple(let list)):
      return try count.asInteger.map { count throws(LMError) in .tuple(try repeated(list, count)) }
    default: return nil
    }
  }

  /// `text`, `count` times.
  func repeated(_ text: MarkedText, _ count: Int) throws(LMError) -> MarkedText {
    guard count > 0, !text.isEmpty else { return MarkedText() }
    try allocate(clampedProduct(text.count, count))
    return MarkedText(symbols: Array(repeatElement(text.symbols, count: count).joined()))
  }

  private func repeated(_ items: TemplateList, _ count: Int) throws(LMError) -> TemplateList {
    guard count > 0, !items.items.isEmpty else { return try list([]) }
    try allocate(clampedProduct(clampedProduct(items.items.count, count), 4))
    return TemplateList(Array(repeatElement(items.items, count: count).joined()))
  }

  /// The product of two sizes, the largest integer where it does not fit.
  func clampedProduct(_ length: Int, _ count: Int) -> Int {
    let (product, overflows) = length.multipliedReportingOverflow(by: count)
    return overflows ? .max : product
  }

  // MARK: - Numbers

  /// `-value`.
  func negated(_ value: TemplateValue) throws(LMError) -> TemplateValue {
    if case .number(let number) = value { return .number(-number) }
    guard let integer = value.asInteger else { throw unsuitable(value, for: "unary -") }
    return .integer(try exact(integer.multipliedReportingOverflow(by: -1)))
  }

  private func exact(_ result: (partialValue: Int, overflow: Bool)) throws(LMError) -> Int {
    guard !result.overflow else { throw overflow() }
    return result.partialValue
  }

  func overflow() -> LMError {
    failure("an integer does not fit 64 bits", remedy: "use smaller numbers, or floats")
  }

  private func integers(_ operation: ArithmeticOperator, _ a: Int, _ b: Int) throws(LMError) -> TemplateValue
  {
    switch operation {
    case .add: return .integer(try exact(a.addingReportingOverflow(b)))
    case .subtract: return .integer(try exact(a.subtractingReportingOverflow(b)))
    case .multiply: return .integer(try exact(a.multipliedReportingOverflow(by: b)))
    case .divide: return .number(try numbers(.divide, Double(a), Double(b)))
    case .floorDivide: return .integer(try floorDivided(a, b).quotient)
    case .remainder: return .integer(try floorDivided(a, b).remainder)
    case .power: return b < 0 ? .number(try numbers(.power, Double(a), Double(b))) : .integer(try power(a, b))
    }
  }

  private func floorDivided(_ a: Int, _ b: Int) throws(LMError) -> (quotient: Int, remainder: Int) {
    guard b != 0 else { throw divisionByZero() }
    let quotient = try exact(a.dividedReportingOverflow(by: b))
    let remainder = a.remainderReportingOverflow(dividingBy: b).partialValue
    return remainder != 0 && (remainder < 0) != (b < 0)
      ? (quotient - 1, remainder + b) : (quotient, remainder)
  }

  private func power(_ base: Int, _ exponent: Int) throws(LMError) -> Int {
    if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
    if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
    guard exponent < 64 else { throw overflow() }
    var result = 1
    for _ in 0..<exponent { result = try exact(result.multipliedReportingOverflow(by: base)) }
    return result
  }

  private func numbers(_ operation: ArithmeticOperator, _ a: Double, _ b: Double) throws(LMError) -> Double {
    switch operation {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .divide:
      guard b != 0 else { throw divisionByZero() }
      return a / b
    case .floorDivide, .remainder:
      guard b != 0 else { throw divisionByZero() }
      var remainder = fmod(a, b)
      if remainder != 0, (remainder < 0) != (b < 0) { remainder += b }
      if remainder == 0 { remainder = copysign(0, b) }
      guard operation == .floorDivide else { return remainder }
      let quotient = (a - remainder) / b
      guard quotient != 0 else { return copysign(0, a / b) }
      let floor = quotient.rounded(.down)
      return quotient - floor > 0.5 ? floor + 1 : floor
    case .power:
      if a == 0, b < 0 { throw divisionByZero() }
      let result = pow(a, b)
      if a < 0, a.isFinite, b.isFinite, b != b.rounded() {
        throw failure("a negative number to a fractional power is not real")
      }
      guard result.isFinite || !a.isFinite || !b.isFinite else { throw failure("a number is too large") }
      return result
    }
  }

  func divisionByZero() -> LMError { failure("a number is divided by zero") }
}
