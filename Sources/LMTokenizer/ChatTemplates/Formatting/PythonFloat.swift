import Glibc

/// Floats as Python writes them.
enum PythonFloat {
  /// `repr(value)`: the fewest digits that give the same double again, with an exponent below 1e-4 and from
  /// 1e16 on.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    let (digits, exponent) = decimal(value.magnitude)
    // The value is 0.digits · 10^exponent.
    if exponent > 16 || exponent < -3 {
      let power = exponent - 1
      let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
      let magnitude = String(power.magnitude)
      return sign + digits.prefix(1) + fraction + "e" + (power < 0 ? "-" : "+")
        + (magnitude.count < 2 ? "0" : "") + magnitude
    }
    if exponent <= 0 { return sign + "0." + String(repeating: "0", count: -exponent) + digits }
    if digits.count <= exponent {
      return sign + digits + String(repeating: "0", count: exponent - digits.count) + ".0"
    }
    return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
  }

  /// Digits d and an exponent e with value = 0.d · 10^e, from Swift's shortest text.
  private static func decimal(_ value: Double) -> (digits: String, exponent: Int) {
    guard value != 0 else { return ("0", 1) }
    let parts = value.description.split(separator: "e")
    let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = String(mantissa[0])
    let all = whole + (mantissa.count > 1 ? String(mantissa[1]) : "")
    let leading = all.prefix { $0 == "0" }.count
    let digits = all.dropFirst(leading)
    let trimmed = digits.dropLast(digits.reversed().prefix { $0 == "0" }.count)
    return (String(trimmed), whole.count - leading + power)
  }

  /// `value` as C's printf writes it with `%.{precision}{type}`, type one of e, E, f, F, g, G, and `#` where
  /// `isAlternate`. The precision is at most 400.
  static func formatted(_ value: Double, _ type: Character, precision: Int, isAlternate: Bool = false)
    -> String
  {
    let format = "%\(isAlternate ? "#" : "").\(min(precision, 400))\(type)"
    var buffer = Array(repeating: CChar(0), count: 1024)
    let length = withVaList([value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// `round(value, digits)`: to the nearest, ties of the exact binary value to even.
  static func rounded(_ value: Double, digits: Int) -> Double {
    guard value.isFinite, digits < 324 else { return value }
    if digits < -308 { return 0 * value }
    if digits < 0 {
      let scale = pow(10, Double(-digits))
      return (value / scale).rounded(.toNearestOrEven) * scale
    }
    return Double(formatted(value, "f", precision: digits)) ?? value
  }
}
