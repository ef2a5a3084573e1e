import Glibc

/// Numbers as a person reads them, without the system's locale.
package enum NumberText {
  /// `value` with `decimals` digits after the point and commas between thousands: `1,234.50`.
  /// What is not finite is `–`.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    let scale = pow(10, Double(decimals))
    let scaled = (value.magnitude * scale).rounded()
    guard value.isFinite, scaled < 9e15 else { return value.isFinite ? "\(value)" : "–" }
    let digits = Int(scaled)
    let sign = value < 0 && digits != 0 ? "−" : ""
    let unit = Int(scale)
    guard decimals > 0 else { return sign + grouped(digits) }
    let fraction = String(digits % unit)
    return sign + grouped(digits / unit) + "." + String(repeating: "0", count: decimals - fraction.count)
      + fraction
  }

  /// `count` with commas between thousands: `1,536,000`.
  package static func grouped(_ count: Int) -> String {
    let digits = String(count.magnitude)
    var result = count < 0 ? "−" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return result
  }

  /// At most four significant digits, shortened by k, M, G or T from 10,000 on: `812`, `12.5k`, `1.536M`.
  package static func short(_ value: Double) -> String {
    guard value.isFinite, value.magnitude >= 10_000 else {
      return fixed(value, decimals: value.magnitude < 10 ? 2 : value.magnitude < 100 ? 1 : 0)
    }
    var (scaled, unit) = (value, "")
    for next in ["k", "M", "G", "T"] where scaled.magnitude >= 1000 { (scaled, unit) = (scaled / 1000, next) }
    return fixed(scaled, decimals: scaled.magnitude < 10 ? 2 : scaled.magnitude < 100 ? 1 : 0) + unit
  }

  /// Two units of time: `47 s`, `12 min 5 s`, `3 h 20 min`, `2 d 4 h`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "–" }
    if seconds < 10 { return "\(fixed(max(0, seconds), decimals: 1)) s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    if whole < 86_400 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
    return "\(whole / 86_400) d \(whole % 86_400 / 3600) h"
  }

  /// `10ⁿ` in superscript digits.
  package static func powerOfTen(_ exponent: Int) -> String {
    let digits = "⁰¹²³⁴⁵⁶⁷⁸⁹".map { $0 }
    let raised = String(exponent.magnitude).compactMap { $0.wholeNumberValue.map { String(digits[$0]) } }
    return "10" + (exponent < 0 ? "⁻" : "") + raised.joined()
  }
}
