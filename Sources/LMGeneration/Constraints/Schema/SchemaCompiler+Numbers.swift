import LMRuntime

extension SchemaCompiler {
  /// Numbers between bounds, which must be whole for numbers with a fraction; bounded ones have no exponent.
  func number(_ schema: JSONObject, isInteger: Bool, _ pointer: String) throws(LMError) -> Expression {
    let low = try bound("minimum", "exclusiveMinimum", isInteger, isLow: true, schema, pointer)
    let high = try bound("maximum", "exclusiveMaximum", isInteger, isLow: false, schema, pointer)
    guard low != nil || high != nil else { return base.call(isInteger ? "integer" : "number") }
    let least = low ?? NumberBound(value: -NumberBound.limit, isExclusive: false)
    let most = high ?? NumberBound(value: NumberBound.limit, isExclusive: false)
    guard least.value <= most.value else { return .choice([]) }
    var parts: [Expression] = []
    if most.value >= 0 {
      parts.append(magnitudes(least.value < 0 ? .zero : least, most, isInteger))
    }
    if least.value < 0 {
      let smallest = most.value >= 0 ? NumberBound(value: 0, isExclusive: true) : most.negated
      parts.append(.sequence([.literal("-"), magnitudes(smallest, least.negated, isInteger)]))
    }
    return .choice(parts)
  }

  /// The stricter of two keywords, as a whole number.
  private func bound(
    _ inclusive: String, _ exclusive: String, _ isInteger: Bool, isLow: Bool, _ schema: JSONObject,
    _ pointer: String
  ) throws(LMError) -> NumberBound? {
    var result: NumberBound?
    for keyword in [inclusive, exclusive] {
      guard let value = schema[keyword] else { continue }
      var bound: NumberBound
      switch value {
      case .integer(let whole):
        bound = NumberBound(value: max(-NumberBound.limit, min(NumberBound.limit, whole)), isExclusive: false)
      case .number(let number) where number.magnitude < Double(NumberBound.limit):
        guard isInteger || number == number.rounded() else {
          throw failure(
            "\(pointer)/\(keyword)", "\(number) has a fraction, which is not supported for numbers",
            remedy: "use a whole number, or the type integer")
        }
        let whole = isLow ? number.rounded(.up) : number.rounded(.down)
        bound = NumberBound(value: Int(whole), isExclusive: false)
        // Beyond a fraction the next whole number is not excluded.
        if keyword == exclusive, whole != number {
          result = result.map { $0.stricter(bound, isLow: isLow) } ?? bound
          continue
        }
      default:
        throw failure(
          "\(pointer)/\(keyword)", "\(value.kind) is no bound",
          remedy: "use a number of at most 18 digits")
      }
      if keyword == exclusive {
        bound =
          isInteger
          ? NumberBound(value: bound.value + (isLow ? 1 : -1), isExclusive: false)
          : NumberBound(value: bound.value, isExclusive: true)
      }
      result = result.map { $0.stricter(bound, isLow: isLow) } ?? bound
    }
    return result
  }

  /// Numbers without a sign from `low`, at least 0, to `high`.
  private func magnitudes(_ low: NumberBound, _ high: NumberBound, _ isInteger: Bool) -> Expression {
    let first = low.value + (isInteger && low.isExclusive ? 1 : 0)
    guard !isInteger else { return first <= high.value ? Self.whole(first, high.value) : .choice([]) }
    var parts: [Expression] = []
    if low.value == high.value {
      let isExact = !low.isExclusive && !high.isExclusive
      return isExact
        ? .sequence([Self.whole(low.value, low.value), .optional(base.call("zeros"))]) : .choice([])
    }
    if low.isExclusive {
      parts.append(.sequence([Self.whole(low.value, low.value), base.call("remainder")]))
    }
    let start = low.value + (low.isExclusive ? 1 : 0)
    if start <= high.value - 1 {
      parts.append(.sequence([Self.whole(start, high.value - 1), .optional(base.call("fraction"))]))
    }
    if !high.isExclusive {
      parts.append(.sequence([Self.whole(high.value, high.value), .optional(base.call("zeros"))]))
    }
    return .choice(parts)
  }

  /// The whole numbers from `low`, at least 0, to `high`.
  private static func whole(_ low: Int, _ high: Int) -> Expression {
    var parts: [Expression] = []
    var start = low
    while start <= high {
      let digits = String(start).utf8.count
      let end = min(high, digits < 18 ? power(digits) - 1 : high)
      parts.append(fixed(Array(String(start).utf8), Array(String(end).utf8)))
      start = end + 1
    }
    return .choice(parts)
  }

  private static func power(_ digits: Int) -> Int { (0..<digits).reduce(1) { power, _ in power * 10 } }

  /// The numbers between two of the same number of digits.
  private static func fixed(_ low: [UInt8], _ high: [UInt8]) -> Expression {
    guard let first = low.first, let last = high.first else { return .empty }
    let (lowRest, highRest) = (Array(low.dropFirst()), Array(high.dropFirst()))
    if first == last { return .sequence([.text([first]), fixed(lowRest, highRest)]) }
    let zeros = [UInt8](repeating: 0x30, count: lowRest.count)
    let nines = [UInt8](repeating: 0x39, count: lowRest.count)
    var parts: [Expression] = []
    var (from, to) = (first, last)
    if lowRest != zeros {
      parts.append(.sequence([.text([first]), fixed(lowRest, nines)]))
      from += 1
    }
    if highRest != nines {
      parts.append(.sequence([.text([last]), fixed(zeros, highRest)]))
      to -= 1
    }
    if from <= to {
      parts.append(
        .sequence([
          .characters(CodePointRanges([UInt32(from)...UInt32(to)])),
          .repetition(
            .characters(CodePointRanges([0x30...0x39])), minimum: lowRest.count, maximum: lowRest.count),
        ]))
    }
    return .choice(parts)
  }
}

/// A whole number that bounds others.
private struct NumberBound {
  var value: Int
  var isExclusive: Bool

  /// Numbers without a bound have at most 16 digits.
  static let limit = 9_999_999_999_999_999
  static let zero = NumberBound(value: 0, isExclusive: false)

  var negated: NumberBound { NumberBound(value: -value, isExclusive: isExclusive) }

  /// The one of the two that leaves less.
  func stricter(_ other: NumberBound, isLow: Bool) -> NumberBound {
    if value == other.value { return isExclusive ? self : other }
    return (value > other.value) == isLow ? self : other
  }
}
