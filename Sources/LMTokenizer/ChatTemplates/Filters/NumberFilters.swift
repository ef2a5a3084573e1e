import Glibc
import LMRuntime

extension TemplateEvaluator {
  /// `abs`, `int`, `float` and `round`.
  func applyToNumber(
    _ filter: TemplateFilter, _ value: TemplateValue, _ arguments: TemplateArguments
  ) throws(LMError) -> TemplateValue {
    switch filter {
    case .abs:
      _ = try arguments.values([], of: "abs", self)
      if case .number(let number) = value { return .number(number.magnitude) }
      guard let integer = value.asInteger else { throw unsuitable(value, for: "'abs'") }
      return integer < 0 ? try negated(.integer(integer)) : .integer(integer)
    case .float:
      let fallback = try arguments.values(["default"], of: "float", self)[0] ?? .number(0)
      return try number(value).map(TemplateValue.number) ?? fallback
    case .round: return try rounded(value, arguments)
    default: return try integer(value, arguments)
    }
  }

  /// `float(value)`; nil where it is none.
  private func number(_ value: TemplateValue) throws(LMError) -> Double? {
    switch value {
    case .text(let text):
      try read(text.count)
      return PythonNumberParsing.number(text)
    case .undefined(let absence): throw undefined(absence)
    default: return value.asNumber
    }
  }

  private func integer(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError)
    -> TemplateValue
  {
    let values = try arguments.values(["default", "base"], of: "int", self)
    let fallback = values[0] ?? .integer(0)
    if let integer = value.asInteger { return .integer(integer) }
    if case .text(let text) = value {
      try read(text.count)
      switch PythonNumberParsing.integer(text, base: try integer(values[1], or: 10, of: "int")) {
      case .value(let integer): return .integer(integer)
      case .tooLarge: throw overflow()
      case .malformed: break
      }
    }
    guard let number = try number(value), number.isFinite else { return fallback }
    guard let result = Int(exactly: number.rounded(.towardZero)) else { throw overflow() }
    return .integer(result)
  }

  private func rounded(_ value: TemplateValue, _ arguments: TemplateArguments) throws(LMError)
    -> TemplateValue
  {
    let values = try arguments.values(["precision", "method"], of: "round", self)
    let digits = try integer(values[0], or: 0, of: "round")
    let method = try values[1].map(text)?.string ?? "common"
    guard ["common", "ceil", "floor"].contains(method) else {
      throw failure("'round' knows no method '\(method)'", remedy: "use common, ceil or floor")
    }
    if method == "common" {
      if case .number(let number) = value { return .number(PythonFloat.rounded(number, digits: digits)) }
      guard let integer = value.asInteger else { throw unsuitable(value, for: "'round'") }
      return .integer(try rounded(integer, digits))
    }
    guard let number = value.asNumber else { throw unsuitable(value, for: "'round'") }
    let scale = pow(10, Double(digits))
    let scaled = number * scale
    guard scaled.isFinite, scale > 0 else { throw failure("a number is too large to round") }
    return .number((method == "ceil" ? scaled.rounded(.up) : scaled.rounded(.down)) / scale)
  }

  /// An integer rounded to tens, hundreds and so on where `digits` is negative; ties go to even.
  private func rounded(_ integer: Int, _ digits: Int) throws(LMError) -> Int {
    guard digits < 0 else { return integer }
    guard digits > -19 else { return 0 }
    let unit = (0 ..< -digits).reduce(1) { result, _ in result * 10 }
    let remainder = ((integer % unit) + unit) % unit
    let (low, overflows) = integer.subtractingReportingOverflow(remainder)
    guard !overflows else { throw overflow() }
    let isUp = remainder > unit - remainder || remainder == unit - remainder && low / unit % 2 != 0
    let (high, isTooLarge) = low.addingReportingOverflow(isUp ? unit : 0)
    guard !isTooLarge else { throw overflow() }
    return high
  }
}
